"""The runtime's image reader, virtual files, exec wrappers and recognition of its own children.

They are linked with vfs/vfs_driver.c instead of Python, and an image made by vfs/make_image.c; most
checks are in the driver, which sees the calls as a program does.
"""
from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent / "vfs"
FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-fno-pie", "-fvisibility=hidden"]
HEAD = struct.Struct("<8sIIQQQ32s")  # ImageHead
INDEX = struct.Struct("<8sII" + "QII" * 7 + "QQ")  # ImageIndex
EXIT_DAMAGED = 70


def run(*command, **options):
    return subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=600, **options
    )


def check(*command, **options):
    result = run(*command, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def runtime_sources():
    names = ["rt_image*.c", "rt_vfs*.c", "rt_exec*.c", "rt_spawn.c", "rt_child.c", "rt_venv.c"]
    return sorted(path for name in names for path in (ROOT / "runtime").glob(name))


def compile_stub(folder, name, flags):
    stub = folder / name
    check(
        "cc", *FLAGS, *flags, "-no-pie", "-rdynamic", "-o", stub, *runtime_sources(),
        HERE / "vfs_driver.c", "-lz", "-lpthread", "-ldl",
    )  # fmt: skip
    return stub


def add_image(folder, stub, name):
    script = folder / "script"
    script.write_text('#!/bin/sh\necho script "$@"\n')
    exe = folder / name
    check(
        folder / "make_image", stub, exe, "-s", "entry.path=app.py", "-f", "app.py=print(1)",
        "-f", "pkg/__init__.py=", "-f", "pkg/data.txt=hello", "-f", "pkg/sub/deep.txt=deep",
        "-f", "pkg-x/y=z", "-b", "data/blob=3000000", "-z", "lib/packed.txt=" + "packed " * 500,
        "-x", "bin/tool=" + os.path.realpath("/bin/cat"), "-x", f"bin/script={script}",
    )  # fmt: skip
    exe.chmod(0o755)
    return exe


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vfs")
    check("cc", "-std=gnu11", "-D_GNU_SOURCE", HERE / "make_image.c", "-o", folder / "make_image",
          "-lz")  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def stub(tools):
    return compile_stub(tools, "stub", ["-O2"])


@pytest.fixture(scope="module")
def built(tools, stub):
    return add_image(tools, stub, "built")


@pytest.fixture
def exe(built):
    """A copy of the executable, alone in a folder that everybody may reach and write to."""
    with tempfile.TemporaryDirectory(prefix="vfs-") as folder:
        os.chmod(folder, 0o777)
        yield Path(shutil.copy(built, Path(folder, "program")))


def drive(exe, *arguments, before=()):
    return check(*before, exe, *arguments, cwd=exe.parent)


def can_hide_proc():
    return os.geteuid() == 0 and run("unshare", "-m", "mount", "-t", "tmpfs", "none",
                                     "/proc").returncode == 0  # fmt: skip


HIDE_PROC = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"]
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
needs_mounts = pytest.mark.skipif(not can_hide_proc(), reason="cannot mount over /proc")


def test_calls(exe):
    assert re.fullmatch(r"\d+ checks\n", drive(exe, "calls"))


@needs_root
def test_calls_as_nobody(exe):
    drive(exe, "calls", before=NOBODY)


@needs_mounts
def test_calls_without_proc(exe):
    drive(exe, "calls", before=HIDE_PROC)


@needs_mounts
def test_calls_without_proc_as_nobody(exe):
    drive(exe, "calls", before=[*HIDE_PROC, *NOBODY])


@needs_mounts
def test_relative_start_without_proc(exe):
    check(*HIDE_PROC, "./program", "calls", cwd=exe.parent)


def test_started_through_link_and_path(exe):
    link = exe.parent / "name"
    link.symlink_to("program")
    check(link, "calls", cwd=exe.parent)
    check("program", "calls", cwd=exe.parent, env={"PATH": f"{exe.parent}:/usr/bin:/bin"})


def test_started_by_the_dynamic_loader(exe):
    loader = re.search(r"\[Requesting program interpreter: (.*)\]", check("readelf", "-l", exe))
    check(loader[1], exe, "calls", cwd=exe.parent)


def test_folder_with_odd_name(exe):
    folder = exe.parent / "mit Leer é (deleted)"
    folder.mkdir()
    moved = folder / "pro gram"
    shutil.copy(exe, moved)
    result = run(moved, "calls", cwd=folder)
    problems = [line for line in result.stderr.splitlines() if "test_programs" not in line]
    assert not [line for line in problems if "failed:" in line], result.stderr


def test_renamed_replaced_deleted(exe):
    drive(exe, "gone")


def test_sanitized(tools, tmp_path):
    flags = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined",
             "-fno-sanitize=nonnull-attribute"]  # fmt: skip
    folder = tmp_path / "build"
    folder.mkdir()
    shutil.copy(tools / "make_image", folder)
    built = add_image(folder, compile_stub(folder, "stub", flags), "program")
    environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
    check(built, "calls", cwd=folder, env=environment)


def test_bare_stub(stub):
    assert check(stub) == "bare\n"


# ---- damage ----


def head_of(data):
    for match in re.finditer(b"PYC2CIMG", data):
        head = HEAD.unpack_from(data, match.start())
        if head[1] == 3 and head[2] == 0 and head[5] == len(data):
            return match.start(), head
    raise AssertionError("no head")


def refused(exe, data, text):
    exe.write_bytes(data)
    result = run(exe, "calls")
    assert result.returncode == EXIT_DAMAGED, result.stderr
    assert result.stdout == "" and len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith(f"{exe}: ") and text in result.stderr


@pytest.mark.parametrize("missing", [1, 5000, 3_000_000])
def test_truncated(exe, missing):
    refused(exe, exe.read_bytes()[:-missing], "truncated")


@pytest.mark.parametrize("field", range(3, 5))
def test_damaged_head(exe, field):
    data = bytearray(exe.read_bytes())
    place, head = head_of(data)
    head = list(head)
    head[field] = 1 << 60
    HEAD.pack_into(data, place, *head)
    refused(exe, data, "damaged")


@pytest.mark.parametrize("field", range(26))
def test_damaged_index(exe, field):
    data = bytearray(exe.read_bytes())
    offset = head_of(data)[1][3]
    index = list(INDEX.unpack_from(data, offset))
    if field == 2:
        pytest.skip("reserved")
    index[field] = b"PYC2CING" if field == 0 else 0xFFFFFFF7
    INDEX.pack_into(data, offset, *index)
    refused(exe, data, "damaged")


def test_damaged_nodes(exe):
    data = bytearray(exe.read_bytes())
    offset = head_of(data)[1][3]
    index = INDEX.unpack_from(data, offset)
    nodes, count, size = index[9:12]
    fields = struct.Struct("<IIQQIIII")
    for number in range(count):
        for field in (0, 2, 4, 5, 6, 7):
            copy = bytearray(data)
            place = offset + nodes + number * size
            node = list(fields.unpack_from(copy, place))
            node[field] = 0xFFFFFFF0
            fields.pack_into(copy, place, *node)
            refused(exe, copy, "damaged")


@needs_root
def test_unreadable(exe):
    exe.chmod(0o711)
    result = run(*NOBODY, exe, "calls", cwd=exe.parent)
    assert result.returncode == EXIT_DAMAGED and "must be readable" in result.stderr


# ---- children ----


@pytest.mark.parametrize(
    "arguments, expected",
    [
        (["-c", "code"], "interpreter 1"),
        (["-c"], "program 1"),
        (["-m", "json.tool", "x"], "interpreter 1"),
        (["-mjson.tool"], "interpreter 1"),
        (["-"], "interpreter 1"),
        (["-Ic", "code"], "interpreter 1"),
        (["-I", "-S", "-B", "-Xutf8", "-W", "ignore", "-c", "code"], "interpreter 1"),
        (["-X", "dev", "-W", "error", "-m", "x"], "interpreter 1"),
        (["script.py", "a"], "interpreter 1"),
        (["-u", "script.py"], "interpreter 1"),
        (["{exe}/pkg/__init__.py"], "interpreter 1"),
        (["absent.py"], "program 1"),
        (["serve", "-c", "x"], "program 1"),
        (["-v", "serve"], "program 1"),
        (["--config", "x"], "program 1"),
        (["-z"], "program 1"),
        (["-X", "utf8"], "program 1"),
        (["{exe}", "-c", "x"], "program 2"),
        (["-u", "-Wi", "{exe}", "a"], "program 4"),
        (["./program", "a"], "program 2"),
        (["{exe}/app.py", "a"], "program 2"),
        ([], "program 1"),
    ],
)
def test_shapes(exe, arguments, expected):
    (exe.parent / "script.py").write_text("")
    words = [word.replace("{exe}", str(exe)) for word in arguments]
    assert drive(exe, "restart", *words) == f"{expected} 0\n"
    # The same arguments from anybody else are the program's own.
    environment = {**os.environ, "VFS_KIND": "1"}
    assert check(exe, *words, cwd=exe.parent, env=environment) == "program 1 0\n"


@pytest.mark.parametrize("mark", ["1:1", "", "x", "{parent}", "{parent}:0", "{parent}:", "-1:1"])
def test_false_marks(exe, mark):
    mark = mark.replace("{parent}", str(os.getpid()))
    environment = {**os.environ, "VFS_KIND": "1", "_PYC2C_SPAWN": mark}
    assert check(exe, "-c", "x", env=environment) == "program 1 0\n"


def test_mark_of_parent_and_of_dead_parent(exe):
    finished = subprocess.Popen(["true"])
    finished.wait()
    for parent in (os.getpid(), finished.pid):
        environment = {**os.environ, "VFS_KIND": "1", "_PYC2C_SPAWN": f"{parent}:3"}
        assert check(exe, "-c", "x", env=environment) == "interpreter 1 0\n"


def test_found_through_path(exe):
    environment = {**os.environ, "PATH": f"{exe.parent}:/bin:/usr/bin"}
    assert check(exe, "restart", "program", "a", env=environment) == "program 2 0\n"


def test_recursion_ends(exe):
    result = run(exe, "deep")
    assert result.stdout == "" and "started itself 16 times" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_replacing_itself_is_no_recursion(exe):
    assert check(exe, "replace", "40") == "replaced\n"


@pytest.mark.parametrize("shell", ["'{exe}' -c x", "'{exe}' -c x; exit", "cat /dev/null | '{exe}' -c x", "echo $('{exe}' -c x)"])
def test_mark_below_a_shell(exe, shell):
    """The shell's environment says which executable is meant; called by another name it is the program."""
    file = exe.stat()
    (exe.parent / "link").symlink_to(exe)
    for parent, inode, name, expected in [
        (os.getpid(), file.st_ino, exe, "interpreter"),
        (os.getpid(), file.st_ino + 1, exe, "program"),
        (os.getpid(), file.st_ino, exe.parent / "link", "program"),
        (os.getppid(), file.st_ino, exe, "program"),
    ]:
        environment = {**os.environ, "VFS_KIND": "1", "_PYC2C_SPAWN": f"{parent}:1:{file.st_dev}:{inode}"}
        command = ["sh", "-c", shell.replace("{exe}", str(name))]
        result = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert result.stdout == f"{expected} 1 0\n", (parent, inode, name)


def test_mark_below_other_programs(exe):
    """Shells that were all given our path are as one; what else starts us means the program."""
    file = exe.stat()
    environment = {**os.environ, "VFS_KIND": "1", "_PYC2C_SPAWN": f"{os.getpid()}:1:{file.st_dev}:{file.st_ino}"}
    script = exe.parent / "script"
    script.write_text(f"'{exe}' -c x; exit")
    for inner, expected in (("sh -c '\"$0\" -c x; exit' \"$0\"; exit", "interpreter"), (f"sh '{script}'; exit", "program")):
        nested = subprocess.run(["sh", "-c", inner, exe], env=environment, capture_output=True, text=True)
        assert nested.stdout == f"{expected} 1 0\n", inner


def test_mark_is_not_passed_on(exe):
    """Through another program the mark means nothing, nor does it reach that program from us."""
    environment = {**os.environ, "_PYC2C_SPAWN": "1:1"}
    assert "_PYC2C_SPAWN" not in check(exe, "environment", env=environment)


@needs_root
@needs_mounts
def test_setuid_believes_no_mark(exe):
    exe.chmod(0o4755)
    environment = {**os.environ, "VFS_KIND": "1"}
    mark = {**environment, "_PYC2C_SPAWN": f"{os.getpid()}:1"}
    secure = run(*NOBODY, exe, "-c", "x", env=mark)
    assert check(exe, "-c", "x", env=mark) == "interpreter 1 0\n"
    assert secure.stdout == "program 1 0\n", secure.stderr
