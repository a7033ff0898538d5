"""Prints code objects as `ir_tool -i` does, by CPython's own tools: decoded.py FILE…"""

import dis
import sys
import types

JUMPS = set(dis.hasjrel) | set(dis.hasjabs)


def local_count(code):
    """Variables, cells and free variables; a parameter that is a cell counts once."""
    cells = [name for name in code.co_cellvars if name not in code.co_varnames]
    return len(code.co_varnames) + len(cells) + len(code.co_freevars)


def unit(code, offset):
    """The code unit of the instruction at an offset, behind what extends its argument."""
    while code.co_code[offset] == dis.EXTENDED_ARG:
        offset += 2
    return offset // 2


def show_handlers(code, offsets):
    for entry in dis._parse_exception_table(code):
        last = max(offset for offset in offsets if offset < entry.end)
        print("handler", unit(code, entry.start), unit(code, last), unit(code, entry.target),
              entry.depth, int(entry.lasti))


def show(code, counter):
    print(f"code {counter[0]} {code.co_qualname} args {code.co_argcount} "
          f"{code.co_posonlyargcount} {code.co_kwonlyargcount} stack {code.co_stacksize} "
          f"flags {code.co_flags} line {code.co_firstlineno} locals {local_count(code)} "
          f"names {len(code.co_names)} consts {len(code.co_consts)}")
    counter[0] += 1
    offsets = []
    for item in dis.get_instructions(code):
        if item.opname == "EXTENDED_ARG":
            continue
        offsets.append(item.offset)
        places = item.positions
        where = (places.lineno, places.end_lineno, places.col_offset, places.end_col_offset)
        target = unit(code, item.argval) if item.opcode in JUMPS else -1
        arg = item.arg if item.arg is not None else 0
        print(unit(code, item.offset), item.opname, arg, target,
              *(-1 if place is None else place for place in where))
    show_handlers(code, offsets)
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            show(const, counter)


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        show(compile(file.read(), path, "exec", optimize=0, dont_inherit=True), [0])
