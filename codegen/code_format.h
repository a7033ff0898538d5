/* Packed code: how code objects are stored in an image.
 *
 * Marshal repeats every name in every module and interns it again on every load; that is a fifth of
 * the start-up of a program with many imports. Here names are numbers in a table of the whole image
 * (ImageIndex.names, most used first), made into str objects once per process.
 *
 * And most functions that a program imports it never calls. So a function's code comes in two
 * parts: what the interpreter looks at to make a function object and to call it, and a body that
 * can be skipped and read at the first call (runtime/rt_code_body.c).
 *
 *     packed code = varint n, n objects (shared ones, in order), unit
 *     unit        = varint number of its references, object
 *     object      = tag byte [| PACKED_MARK], then as the table says
 *     body        = varint number of its references, constants, names, line table, exception table
 *
 * A marked object gets the next reference number of its unit or body, counted before its parts are
 * read; PACKED_REF repeats it. What more than one unit or body refers to stands among the shared
 * objects, and PACKED_SHARED refers to it. varint is unsigned LEB128. A code object does not hold
 * its file name: the loader supplies it. */
#ifndef PYC2C_CODEGEN_CODE_FORMAT_H
#define PYC2C_CODEGEN_CODE_FORMAT_H

enum { PACKED_MARK = 0x80, PACKED_DEPTH_MAX = 6200 };

typedef enum PackedTag {
    PACKED_NONE,
    PACKED_TRUE,
    PACKED_FALSE,
    PACKED_ELLIPSIS,
    PACKED_INT,       /* varint, zigzag: sign in the lowest bit */
    PACKED_LONG,      /* sign byte (0 or 1), varint n, n bytes, little endian */
    PACKED_FLOAT,     /* 8 bytes, IEEE, little endian */
    PACKED_COMPLEX,   /* 16 bytes */
    PACKED_BYTES,     /* varint n, n bytes */
    PACKED_ASCII,     /* varint n, n bytes */
    PACKED_TEXT,      /* varint n, n bytes of UTF-8, lone surrogates allowed */
    PACKED_NAME,      /* varint: number in the table of names; interned */
    PACKED_TUPLE,     /* varint n, n objects */
    PACKED_FROZENSET, /* varint n, n objects */
    PACKED_CODE,      /* varints: argcount, posonlyargcount, kwonlyargcount, stacksize, flags,
                         firstlineno; objects: code, consts, names, localsplusnames,
                         localspluskinds, name, qualname, linetable, exceptiontable */
    PACKED_REF,       /* varint: reference number */
    PACKED_SHARED,    /* varint: number of a shared object */
    PACKED_FUNCTION   /* varints: argcount, posonlyargcount, kwonlyargcount, stacksize, flags;
                         object: code; constants: varint 0 and the tuple, or their number and the
                         first one; names: varint 0 and the tuple, or their number; objects:
                         localsplusnames, localspluskinds, name, qualname; varints: firstlineno, size
                         of the body; the body, with the constants and names that are missing */
} PackedTag;

enum { PACKED_CODE_NUMBERS = 6, PACKED_CODE_PARTS = 9 };
/* Flags of a code object that only functions have: CO_OPTIMIZED. */
enum { PACKED_FUNCTION_FLAG = 1 };

#endif
