"""Real files: tempfile, shutil, pathlib, glob, os, mmap, fileinput, io."""
import fileinput
import filecmp
import glob
import io
import mmap
import os
import pathlib
import shutil
import stat
import tempfile

root = pathlib.Path("work")
(root / "a" / "b").mkdir(parents=True)
(root / "a" / "x.txt").write_text("one\ntwo\n", encoding="utf-8")
(root / "a" / "b" / "gr\u00fcn.bin").write_bytes(bytes(range(256)))
print(sorted(str(path) for path in root.rglob("*")), sorted(glob.glob("work/**", recursive=True)))
shutil.copytree(root / "a", root / "c")
print(sorted(os.listdir(root / "c")), filecmp.dircmp(root / "a", root / "c").diff_files, shutil.disk_usage(".").total > 0)
shutil.make_archive("packed", "zip", root)
shutil.unpack_archive("packed.zip", "unpacked")
print(sorted(path.name for path in pathlib.Path("unpacked").rglob("*")))
with open(root / "a" / "b" / "gr\u00fcn.bin", "r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
    mapped[0:3] = b"abc"
    print(mapped[:5], mapped.find(b"\xff"), len(mapped))
os.symlink("a/x.txt", root / "link")
print(os.readlink(root / "link"), (root / "link").is_symlink(), os.path.realpath(root / "link") == str((root / "a/x.txt").resolve()))
os.chmod(root / "a" / "x.txt", 0o640)
print(stat.filemode(os.stat(root / "a" / "x.txt").st_mode), oct(os.umask(0o022)))
with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile("w+", dir=folder, suffix=".x") as file:
    file.write("text")
    file.flush()
    print(os.path.getsize(file.name), os.path.dirname(file.name) == folder)
print(os.path.exists(folder), tempfile.SpooledTemporaryFile(10).write(b"x" * 20))
for line in fileinput.input([root / "a" / "x.txt"]):
    print(fileinput.lineno(), line.rstrip())
stream = io.TextIOWrapper(io.BytesIO(b"a\r\nb\n"), newline="")
print(stream.readlines(), io.StringIO("x\ny").read(), io.BufferedReader(io.BytesIO(b"abc")).peek())
with open("out.txt", "w", encoding="utf-16") as file:
    print("text", file=file)
print(open("out.txt", "rb").read())
with os.scandir(root) as entries:
    print(sorted((entry.name, entry.is_dir()) for entry in entries))
print(pathlib.PurePath("/a/../b").parts, pathlib.Path("a.tar.gz").suffixes, os.path.commonpath(["/a/b", "/a/c"]))
for broken in (lambda: open("work"), lambda: os.rmdir("work"), lambda: open("none"), lambda: open("x", "rw"), lambda: pathlib.Path("work").mkdir()):
    try:
        broken()
    except (OSError, ValueError) as problem:
        print(type(problem).__name__, problem)
shutil.rmtree(root)
print(root.exists())
