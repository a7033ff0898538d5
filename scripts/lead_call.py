"""Leads one call inside an object file to another function: python lead_call.py ARCHIVE MEMBER OUTPUT

The linker's --wrap reaches calls from one object to another only. `type_new` calls `update_one_slot`, which is
local to typeobject.o, some sixty-five times for each class that is created. OUTPUT is that member of libpython's
ARCHIVE with this one call going to `rt_slot_update` (runtime/rt_slots.c) instead, and with two more names, hidden:

    rt_slot_update_original   update_one_slot
    rt_slot_definitions       the table `slotdefs`

Where the archive is made in another way (no such functions, no such call, no machine code at all), OUTPUT is an
object without anything: programs work without it, and start more slowly.

Follows the ELF specification (gABI 4: object files, relocation) and the x86-64 psABI.
"""
from __future__ import annotations

import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CALLER, CALLED, TABLE = "type_new", "update_one_slot", "slotdefs"
CALL = 0xE8  # followed by the distance from the next instruction, in four bytes
SYMTAB, RELA = 2, 4  # kinds of sections
R_X86_64_PLT32 = 4
GLOBAL_NOTYPE, GLOBAL_OBJECT, GLOBAL_FUNCTION, HIDDEN = 0x10, 0x11, 0x12, 2
SECTION = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")
RELOCATION = struct.Struct("<QQq")


class Unsuitable(Exception):
    """An object that is not as expected."""


@dataclass
class Section:
    name: int
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    entry: int


class Object:
    """An ELF object whose sections grow at the end of the file."""

    def __init__(self, data: bytes):
        if data[:7] != b"\x7fELF\2\1\1" or struct.unpack_from("<HH", data, 16) != (1, 62):
            raise Unsuitable("not an object for x86-64")
        self.data = bytearray(data)
        self.headers = struct.unpack_from("<Q", data, 0x28)[0]
        count = struct.unpack_from("<H", data, 0x3C)[0]
        self.sections = [Section(*SECTION.unpack_from(data, self.headers + i * SECTION.size)) for i in range(count)]
        self.symbols = next(section for section in self.sections if section.kind == SYMTAB)
        self.names = self.sections[self.symbols.link]

    def content(self, section: Section) -> bytes:
        return bytes(self.data[section.offset:section.offset + section.size])

    def append(self, section: Section, more: bytes) -> None:
        content = self.content(section) + more
        self.data += bytes(-len(self.data) % 16)
        section.offset, section.size = len(self.data), len(content)
        self.data += content

    def local(self, name: str) -> tuple[int, int, int]:
        """Section, offset and size of a local symbol."""
        names = self.content(self.names)
        for at in range(0, self.symbols.size, SYMBOL.size):
            start, info, _, section, value, size = SYMBOL.unpack_from(self.data, self.symbols.offset + at)
            if info >> 4 == 0 and names[start:names.index(b"\0", start)] == name.encode():
                return section, value, size
        raise Unsuitable(f"no {name}")

    def add_symbol(self, name: str, info: int, section: int, value: int) -> int:
        """Its number. Global symbols are behind the local ones, so the end is the place for them."""
        number = self.symbols.size // SYMBOL.size
        entry = SYMBOL.pack(self.names.size, info, HIDDEN, section, value, 0)
        self.append(self.names, name.encode() + b"\0")
        self.append(self.symbols, entry)
        return number

    def relocations(self, section: int) -> Section:
        return next(each for each in self.sections if each.kind == RELA and each.info == section)

    def result(self) -> bytes:
        for number, section in enumerate(self.sections):
            SECTION.pack_into(self.data, self.headers + number * SECTION.size, *vars(section).values())
        return bytes(self.data)


def call_of(code: bytes, start: int, target: int) -> int:
    """Where the one call of `target` is in the code, which lies at `start`."""
    found = [at for at in range(len(code) - 4)
             if code[at] == CALL and start + at + 5 + struct.unpack_from("<i", code, at + 1)[0] == target]
    if len(found) != 1:
        raise Unsuitable(f"{CALLER} has {len(found)} calls of {CALLED}")
    return start + found[0]


def lead(data: bytes) -> bytes:
    elf = Object(data)
    section, start, size = elf.local(CALLER)
    other, called, _ = elf.local(CALLED)
    table_section, table, _ = elf.local(TABLE)
    if other != section:
        raise Unsuitable(f"{CALLED} lies elsewhere")
    call = call_of(elf.content(elf.sections[section])[start:start + size], start, called)
    target = elf.add_symbol("rt_slot_update", GLOBAL_NOTYPE, 0, 0)
    elf.add_symbol("rt_slot_update_original", GLOBAL_FUNCTION, section, called)
    elf.add_symbol("rt_slot_definitions", GLOBAL_OBJECT, table_section, table)
    elf.append(elf.relocations(section), RELOCATION.pack(call + 1, target << 32 | R_X86_64_PLT32, -4))
    return elf.result()


def main() -> None:
    archive, member, output = sys.argv[1:]
    data = subprocess.run(["ar", "p", archive, member], capture_output=True, check=True).stdout
    try:
        Path(output).write_bytes(lead(data))
    except (Unsuitable, StopIteration, struct.error) as problem:
        print(f"{member} of this Python stays as it is: {problem}")
        subprocess.run(["as", "-o", output, "/dev/null"], check=True)


if __name__ == "__main__":
    main()
