"""zlib, gzip, bz2, lzma, zipfile, tarfile."""
import bz2
import gzip
import hashlib
import io
import lzma
import tarfile
import zipfile
import zlib

text = b"the quick brown fox " * 200
for module in (zlib, gzip, bz2, lzma):
    packed = module.compress(text)
    print(module.__name__, len(packed) < 200, module.decompress(packed) == text)
try:
    zlib.decompress(b"nonsense")
except zlib.error as problem:
    print(problem)
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr(zipfile.ZipInfo("grün/a.txt", (2020, 1, 2, 3, 4, 6)), text)
    archive.writestr("b", b"x", zipfile.ZIP_LZMA)
with zipfile.ZipFile(buffer) as archive:
    print(archive.namelist(), archive.testzip(), archive.read("grün/a.txt") == text, archive.getinfo("grün/a.txt").date_time)
    print([path.name for path in zipfile.Path(archive).iterdir()])
try:
    zipfile.ZipFile(io.BytesIO(b"no zip"))
except zipfile.BadZipFile as problem:
    print(problem)
buffer = io.BytesIO()
with tarfile.open(fileobj=buffer, mode="w:xz") as archive:
    info = tarfile.TarInfo("dir/file")
    info.size = len(text)
    archive.addfile(info, io.BytesIO(text))
buffer.seek(0)
with tarfile.open(fileobj=buffer) as archive:
    print(archive.getnames(), hashlib.sha256(archive.extractfile("dir/file").read()).hexdigest()[:16])
with gzip.open("x.gz", "wt") as file:
    file.write("line\n" * 3)
print(gzip.open("x.gz", "rt").readlines(), zlib.crc32(text), zlib.adler32(text))
decompressor = lzma.LZMADecompressor()
print(decompressor.decompress(lzma.compress(b"x")) , decompressor.eof)
