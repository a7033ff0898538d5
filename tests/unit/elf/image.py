"""Writes a small image (codegen/image_format.h) behind an executable, for tests of the runtime.

The real writer is codegen/; this one lets the runtime be tested without it, and can make images that
the real one never makes (compressed libraries, for instance).
"""

import os
import struct
import zlib

HEAD = struct.Struct("<8sIIQQQ32s")
TABLE = struct.Struct("<QII")
NODE = struct.Struct("<IIQQIIII")
BLOCK = struct.Struct("<QIIII")
LIBRARY = struct.Struct("<IIII")
MAGIC = b"PYC2CIMG"
FORMAT = 3  # IMAGE_FORMAT of codegen/image_format.h
PAGE = 4096
NONE = 0xFFFFFFFF
DIRECTORY, EXECUTABLE, MAPPED = 1, 2, 4


class Strings:
    def __init__(self):
        self.data = bytearray(b"\0")
        self.known = {"": 0}

    def add(self, text):
        if text not in self.known:
            self.known[text] = len(self.data)
            self.data += text.encode() + b"\0"
        return self.known[text]


def _tree(files):
    """All paths with their directories, '/' sorting below every other byte."""
    paths = {""}
    for path in files:
        parts = path.split("/")
        paths.update("/".join(parts[:i]) for i in range(1, len(parts) + 1))
    return sorted(paths, key=lambda path: path.encode().replace(b"/", b"\0"))


def append_image(executable, files, libraries=None, compressed=()):
    """files: {path below the executable: real file or bytes}; libraries: {soname: path in files}."""
    paths = _tree(files)
    number = {path: i for i, path in enumerate(paths)}
    strings = Strings()
    records = []
    contents = []
    for path in paths:
        record = {"path": strings.add(path), "flags": DIRECTORY, "bytes": None}
        if path in files:
            content = files[path]
            if not isinstance(content, bytes):
                with open(content, "rb") as stream:
                    content = stream.read()
            stored = zlib.compress(content, 6) if path in compressed else content
            record.update(flags=MAPPED, bytes=stored, size=len(content))
        records.append(record)
    children = {}
    for path in paths[1:]:
        children.setdefault(number[os.path.dirname(path)], []).append(number[path])
    table = sorted((libraries or {}).items())
    library_rows = [(strings.add(soname), number[path], 0, 0) for soname, path in table]
    packed = [path for path in paths if path in files and path in compressed]
    tables_at = 8 + 4 + 4 + 7 * TABLE.size + 16
    libraries_at = tables_at + len(records) * NODE.size
    blocks_at = libraries_at + len(library_rows) * LIBRARY.size
    strings_at = blocks_at + len(packed) * BLOCK.size
    position = strings_at + len(strings.data)
    for record in records:
        if record["bytes"] is not None:
            position = -(-position // PAGE) * PAGE
            record["data"] = position
            position += len(record["bytes"])
            contents.append((record["data"], record["bytes"]))
    size = position
    out = bytearray(size)
    out[0:16] = struct.pack("<8sII", MAGIC, FORMAT, 0)
    tables = [(tables_at, 0, 8), (tables_at, 0, 32), (tables_at, len(records), NODE.size),
              (libraries_at, len(library_rows), LIBRARY.size), (tables_at, 0, 8), (tables_at, 0, 8),
              (blocks_at, len(packed), BLOCK.size)]
    for i, row in enumerate(tables):
        TABLE.pack_into(out, 16 + i * TABLE.size, *row)
    struct.pack_into("<QQ", out, 16 + 7 * TABLE.size, strings_at, len(strings.data))
    for i, (path, record) in enumerate(zip(paths, records)):
        parent = number[os.path.dirname(path)] if path else 0
        siblings = children.get(parent, []) if path else []
        later = [each for each in siblings if each > i]
        below = children.get(i, [])
        data, block = record.get("data", 0), NONE
        if path in packed:
            data, block = 0, packed.index(path)
            BLOCK.pack_into(out, blocks_at + block * BLOCK.size, record["data"],
                            len(record["bytes"]), record["size"], 0, 0)
        NODE.pack_into(out, tables_at + i * NODE.size, record["path"], record["flags"], data,
                       record.get("size", 0), block, parent, below[0] if below else NONE,
                       later[0] if later else NONE)
    for i, row in enumerate(library_rows):
        LIBRARY.pack_into(out, libraries_at + i * LIBRARY.size, *row)
    out[strings_at:strings_at + len(strings.data)] = strings.data
    for start, content in contents:
        out[start:start + len(content)] = content
    _attach(executable, bytes(out))


def _attach(executable, image):
    with open(executable, "rb") as stream:
        program = bytearray(stream.read())
    head = program.find(MAGIC + struct.pack("<II", FORMAT, 0) + bytes(24))
    if head < 0:
        raise ValueError(f"{executable} has no image head")
    program += bytes(-len(program) % PAGE)
    offset = len(program)
    HEAD.pack_into(program, head, MAGIC, FORMAT, 0, offset, len(image), offset + len(image), bytes(32))
    temporary = f"{executable}.tmp"
    with open(temporary, "wb") as stream:
        stream.write(program)
        stream.write(image)
    os.chmod(temporary, 0o755)
    os.replace(temporary, executable)
