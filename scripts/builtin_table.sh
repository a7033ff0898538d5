#!/bin/sh
# Prints the C source of a table of built-in modules, made from libpython's own (config.c).
#
#   scripts/builtin_table.sh CONFIG_C CARRIED [WANTED]
#
# CARRIED and WANTED are lists of names, each one word. Modules of the first list get an init function
# that loads them from the image; where the second is given, only its modules are in the table.
set -eu

sed -n 's/^ *{"\([A-Za-z0-9_]*\)", *\([A-Za-z0-9_]*\)}.*/\1 \2/p' "$1" |
    awk -v carried="$2" -v wanted="${3-}" '
    function has(list, name) { return index(" " list " ", " " name " ") > 0 }
    wanted != "" && !has(wanted, $1) { next }
    has(carried, $1) {
        declarations = declarations "static void *init_" $1 "(void) {\n    return rt_carried_init(\"" \
            $1 "\");\n}\n"
        rows = rows "    {\"" $1 "\", init_" $1 "},\n"
        next
    }
    $2 == "NULL" { rows = rows "    {\"" $1 "\", 0},\n"; next }
    {
        declarations = declarations "extern void *" $2 "(void);\n"
        rows = rows "    {\"" $1 "\", " $2 "},\n"
    }
    END {
        print "struct _inittab {\n    const char *name;\n    void *(*init)(void);\n};"
        print "extern void *rt_carried_init(const char *name);"
        print "extern struct _inittab _PyImport_Inittab[];"
        printf "%sstruct _inittab _PyImport_Inittab[] = {\n%s    {0, 0},\n};\n", declarations, rows
    }'
