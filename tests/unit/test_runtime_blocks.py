"""Reading blocks of the image (runtime/rt_image_block.c, rt_image_lzma.c) against zlib and liblzma."""
from __future__ import annotations

import ctypes
import lzma
import random
import subprocess
import zlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HARNESS = """
#include "rt_vfs.h"
RtImage rt_image;
static ImageBlock block;
__attribute__((visibility("default")))
bool read_block(const uint8_t *stored, uint32_t stored_size, uint32_t size, uint32_t method,
                uint64_t from, uint8_t *to, size_t count) {
    block = (ImageBlock){.stored = stored_size, .size = size, .method = method};
    rt_image.base = stored;
    rt_image.blocks = &block;
    return rt_block_read(0, from, to, count);
}
"""
ZLIB, LZMA = 0, 1
CONTEXTS = [(3, 0, 0), (0, 1, 1), (3, 0, 2), (0, 0, 4), (4, 0, 0), (0, 4, 2), (2, 2, 3)]


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blocks")
    (folder / "harness.c").write_text(HARNESS)
    subprocess.run(
        ["cc", "-std=gnu11", "-O1", "-g", "-shared", "-fPIC", "-fsanitize=undefined",
         "-fno-sanitize-recover", "-I", ROOT / "runtime", "-o", folder / "reader.so",
         folder / "harness.c", ROOT / "runtime/rt_image_block.c", ROOT / "runtime/rt_image_lzma.c",
         "-lz"], check=True)  # fmt: skip
    library = ctypes.CDLL(str(folder / "reader.so"))
    library.read_block.restype = ctypes.c_bool
    library.read_block.argtypes = [
        ctypes.c_char_p, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_uint64,
        ctypes.c_char_p, ctypes.c_size_t]  # fmt: skip

    def read(stored, size, method, start, count):
        guard = b"\xA5" * 16
        buffer = ctypes.create_string_buffer(b"\0" * count + guard, count + len(guard))
        good = library.read_block(stored, len(stored), size, method, start, buffer, count)
        assert buffer.raw[count:] == guard
        return buffer.raw[:count] if good else None

    return read


def pack_lzma(data, context):
    lc, lp, pb = context
    filters = [{"id": lzma.FILTER_LZMA1, "preset": 6, "lc": lc, "lp": lp, "pb": pb}]
    raw = lzma.compress(data, format=lzma.FORMAT_RAW, filters=filters)
    return bytes([(pb * 5 + lp) * 9 + lc]) + raw


def samples():
    chance = random.Random(1)
    words = [bytes(chance.choices(b"abcdefgh_. \n", k=chance.randint(1, 9))) for _ in range(200)]
    yield b"x"
    yield bytes(range(256)) * 40
    yield b"".join(chance.choices(words, k=20000))
    yield chance.randbytes(5000)
    yield b"".join(i.to_bytes(4, "little") for i in range(0, 60000, 7))
    yield b"\0" * 300000
    yield (ROOT / "runtime/rt_import.c").read_bytes()


@pytest.mark.parametrize("context", [None, *CONTEXTS])
def test_every_part(reader, context):
    chance = random.Random(2)
    for data in samples():
        method = ZLIB if context is None else LZMA
        stored = zlib.compress(data, 6) if context is None else pack_lzma(data, context)
        assert reader(stored, len(data), method, 0, len(data)) == data
        assert reader(stored, len(data), method, 0, 0) == b""
        for _ in range(8):
            start = chance.randrange(len(data))
            count = chance.randint(1, len(data) - start)
            assert reader(stored, len(data), method, start, count) == data[start : start + count]


@pytest.mark.parametrize("context", [None, (3, 0, 0), (0, 1, 1)])
def test_damage_is_contained(reader, context):
    """Wrong bytes or a refusal, never a crash or a byte outside the buffer."""
    data = (ROOT / "runtime/rt_import.c").read_bytes()
    method = ZLIB if context is None else LZMA
    stored = bytearray(zlib.compress(data) if context is None else pack_lzma(data, context))
    chance = random.Random(3)
    for _ in range(400):
        broken = bytearray(stored)
        for _ in range(chance.randint(1, 3)):
            broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        reader(bytes(broken), len(data), method, 0, len(data))
        reader(bytes(broken), len(data), method, 5000, 1000)
    for length in [0, 1, 5, 6, 7, len(stored) // 2, len(stored) - 8]:
        assert reader(bytes(stored[:length]), len(data), method, 0, len(data)) is None
    assert reader(bytes(stored), len(data), 7, 0, len(data)) is None
