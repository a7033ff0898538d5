/* Instructions of a code object, with their positions, and its exception table.
 *
 * The bytes are those that the compiler made: nothing specialised, inline caches empty. Numbers of
 * opcodes come from the standard library's `opcode` module, which belongs to this libpython. The
 * exception table's format is that of Objects/exception_handling_notes.txt. */
#include "py_bytecode.h"

#include <string.h>

enum { OPCODE_COUNT = 256, NUMBER_CACHE = 0 };

typedef struct OpcodeTable {
    FrontOpcode opcodes[OPCODE_COUNT];
    int extended_arg; /* number of EXTENDED_ARG */
} OpcodeTable;

static const char *const opcode_names[FRONT_OPCODE_COUNT] = {
    [FRONT_UNKNOWN] = "",
#define BYTECODE(name) [FRONT_##name] = #name,
#include "bytecode.def"
#undef BYTECODE
};

static FrontOpcode opcode_by_name(const char *name) {
    for (int i = FRONT_UNKNOWN + 1; i < FRONT_OPCODE_COUNT; i++) {
        if (strcmp(opcode_names[i], name) == 0) {
            return (FrontOpcode)i;
        }
    }
    return FRONT_UNKNOWN;
}

static bool fill_table(OpcodeTable *table, PyObject *opmap) {
    Py_ssize_t position = 0;
    PyObject *key, *value;
    while (PyDict_Next(opmap, &position, &key, &value)) {
        const char *name = PyUnicode_AsUTF8(key);
        long number = PyLong_AsLong(value);
        if (name == NULL || (number == -1 && PyErr_Occurred())) {
            return false;
        }
        if (number < 0 || number >= OPCODE_COUNT) {
            continue; /* 3.12 and newer: pseudo instructions */
        }
        table->opcodes[number] = opcode_by_name(name);
        if (strcmp(name, "EXTENDED_ARG") == 0) {
            table->extended_arg = (int)number;
        }
    }
    return true;
}

/* The table of this libpython, made once. */
static const OpcodeTable *opcode_table(void) {
    static OpcodeTable table;
    static bool ready;
    if (!ready) {
        PyObject *module = PyImport_ImportModule("opcode");
        PyObject *opmap = module != NULL ? PyObject_GetAttrString(module, "opmap") : NULL;
        ready = opmap != NULL && PyDict_Check(opmap) && fill_table(&table, opmap);
        Py_XDECREF(opmap);
        Py_XDECREF(module);
    }
    return ready ? &table : NULL;
}

/* ---- positions ---- */

static int position_part(PyObject *position, Py_ssize_t i) {
    PyObject *part = PyTuple_GET_ITEM(position, i);
    return PyLong_Check(part) ? (int)PyLong_AsLong(part) : -1;
}

/* co_positions() has one tuple for each code unit. */
static bool decode_positions(PyCodeObject *code, FrontInstr *instrs, uint32_t count) {
    PyObject *positions = PyObject_CallMethod((PyObject *)code, "co_positions", NULL);
    PyObject *position;
    int32_t unit = 0;
    uint32_t next = 0;
    while (positions != NULL && next < count && (position = PyIter_Next(positions)) != NULL) {
        if (instrs[next].offset == unit && PyTuple_Check(position) &&
            PyTuple_GET_SIZE(position) == 4) {
            FrontInstr *instr = &instrs[next++];
            instr->line = position_part(position, 0);
            instr->end_line = position_part(position, 1);
            instr->column = position_part(position, 2);
            instr->end_column = position_part(position, 3);
        }
        Py_DECREF(position);
        unit++;
    }
    Py_XDECREF(positions);
    return !PyErr_Occurred();
}

/* ---- instructions ---- */

typedef enum JumpKind { JUMP_NONE, JUMP_AHEAD, JUMP_BACK } JumpKind;

static JumpKind jump_kind(FrontOpcode opcode) {
    const char *name = opcode_names[opcode];
    if (opcode == FRONT_FOR_ITER || opcode == FRONT_SEND) {
        return JUMP_AHEAD;
    }
    if (strstr(name, "JUMP") == NULL) {
        return JUMP_NONE;
    }
    return strstr(name, "BACKWARD") != NULL ? JUMP_BACK : JUMP_AHEAD;
}

/* Reads all units; `index_of[unit]` becomes the number of the instruction that the unit belongs to,
 * or, for its inline caches, of the one after it. Returns the number of instructions. */
static uint32_t read_units(const OpcodeTable *table, const uint8_t *units, uint32_t unit_count,
                           FrontInstr *instrs, uint32_t *index_of) {
    uint32_t count = 0, arg = 0;
    for (uint32_t unit = 0; unit < unit_count; unit++) {
        int number = units[2 * unit];
        arg = arg << 8 | units[2 * unit + 1];
        index_of[unit] = count;
        if (number == table->extended_arg) {
            continue;
        }
        if (number != NUMBER_CACHE) {
            instrs[count++] = (FrontInstr){.opcode = table->opcodes[number],
                                           .arg = (int32_t)arg,
                                           .offset = (int32_t)unit,
                                           .target = -1,
                                           .line = -1,
                                           .column = -1,
                                           .end_line = -1,
                                           .end_column = -1};
        }
        arg = 0;
    }
    index_of[unit_count] = count;
    return count;
}

/* An exhausted loop goes on behind END_FOR and, on 3.13, POP_TOP, which only pop what is popped
 * already. */
static uint32_t loop_end(const FrontInstr *instrs, uint32_t target) {
    return instrs[target].opcode == FRONT_END_FOR ? target + COMPAT_END_FOR_LENGTH : target;
}

/* Jumps count from the instruction after them and its caches. */
static bool resolve_jumps(FrontInstr *instrs, uint32_t count, const uint8_t *units,
                          uint32_t unit_count, const uint32_t *index_of) {
    for (uint32_t i = 0; i < count; i++) {
        JumpKind kind = jump_kind(instrs[i].opcode);
        if (kind == JUMP_NONE) {
            continue;
        }
        int64_t after = instrs[i].offset + 1;
        while (after < unit_count && units[2 * after] == NUMBER_CACHE) {
            after++;
        }
        int64_t target = kind == JUMP_AHEAD ? after + instrs[i].arg : after - instrs[i].arg;
        if (target < 0 || target >= unit_count) {
            return false;
        }
        instrs[i].target = (int32_t)index_of[target];
        if (instrs[i].opcode == FRONT_FOR_ITER) {
            instrs[i].target = (int32_t)loop_end(instrs, (uint32_t)instrs[i].target);
        }
    }
    return true;
}

/* ---- exception table ---- */

typedef struct TableReader {
    const uint8_t *at, *end;
    bool damaged;
} TableReader;

/* Six bits a byte, most significant first; bit 6: more follow. */
static uint32_t read_number(TableReader *reader) {
    uint32_t value = 0;
    for (;;) {
        if (reader->at == reader->end || value >> 26 != 0) {
            reader->damaged = true;
            return 0;
        }
        uint8_t byte = *reader->at++;
        value = value << 6 | (byte & 63);
        if ((byte & 64) == 0) {
            return value;
        }
    }
}

static bool decode_handlers(Arena *arena, PyObject *table, uint32_t unit_count,
                            const uint32_t *index_of, FrontCode *out) {
    TableReader reader = {.at = (const uint8_t *)PyBytes_AS_STRING(table)};
    reader.end = reader.at + PyBytes_GET_SIZE(table);
    VEC(FrontHandler) rows = {0};
    while (reader.at < reader.end && !reader.damaged) {
        uint32_t start = read_number(&reader);
        uint32_t length = read_number(&reader);
        uint32_t target = read_number(&reader);
        uint32_t depth = read_number(&reader);
        if ((uint64_t)start + length > unit_count || target >= unit_count) {
            reader.damaged = true;
            break;
        }
        FrontHandler row = {.begin = (int32_t)index_of[start],
                            .end = (int32_t)index_of[start + length],
                            .target = (int32_t)index_of[target],
                            .depth = (int32_t)(depth >> 1),
                            .lasti = depth & 1};
        vec_push(&rows, row);
    }
    FrontHandler *handlers = ARENA_ARRAY(arena, FrontHandler, rows.count);
    if (rows.count > 0) {
        memcpy(handlers, rows.items, rows.count * sizeof(*handlers));
    }
    out->handlers = handlers;
    out->handler_count = (uint32_t)rows.count;
    vec_free(&rows);
    return !reader.damaged;
}

bool front_decode_instrs(Arena *arena, PyCodeObject *code, PyObject *units, FrontCode *out) {
    const OpcodeTable *table = opcode_table();
    if (table == NULL) {
        return false;
    }
    const uint8_t *bytes = (const uint8_t *)PyBytes_AS_STRING(units);
    uint32_t unit_count = (uint32_t)(PyBytes_GET_SIZE(units) / 2);
    FrontInstr *instrs = ARENA_ARRAY(arena, FrontInstr, unit_count);
    uint32_t *index_of = xcalloc(unit_count + 1, sizeof(*index_of));
    out->instrs = instrs;
    out->instr_count = read_units(table, bytes, unit_count, instrs, index_of);
    bool whole = resolve_jumps(instrs, out->instr_count, bytes, unit_count, index_of) &&
                 decode_handlers(arena, code->co_exceptiontable, unit_count, index_of, out);
    free(index_of);
    if (!whole) {
        PyErr_Format(PyExc_ValueError, "the bytecode of %R is damaged", code->co_qualname);
    }
    return whole && decode_positions(code, instrs, out->instr_count);
}
