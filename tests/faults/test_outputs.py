"""Outputs that cannot be written, builds that are killed, executables that are damaged."""
from __future__ import annotations

import fcntl
import hashlib
import os
import random
import shutil
import signal
import subprocess
import threading
import time

import pytest

from support.running import run

HELLO = {"app.py": "print('hello')\n"}
MIDDLE = {"app.py": "import asyncio, email, http.server, json, logging, sqlite3, ssl, xml.dom.minidom\nprint('hello')\n"}


def test_output_folder_not_writable(shared_project, nobody):
    shared_project.write(HELLO)
    shared_project.output.parent.mkdir()
    shared_project.output.parent.chmod(0o555)
    outcome = shared_project.build("app.py", "-o", "dist/app", **nobody)
    shared_project.expect_refusal(outcome, "dist", "Permission denied")


def test_output_is_a_directory(project):
    project.write(HELLO)
    (project.folder / "taken").mkdir()
    (project.folder / "taken" / "file").write_text("mine")
    project.expect_refusal(project.build("app.py", "-o", "taken"), "taken", "directory", status=(1, 2))
    assert os.listdir(project.folder / "taken") == ["file"]


def test_parent_of_the_output_is_a_file(project):
    project.write({**HELLO, "file": "x"})
    project.expect_refusal(project.build("app.py", "-o", "file/app"), "file", status=(1, 2))


@pytest.mark.parametrize("taken", ["app.py", "precious.txt"])
def test_files_that_pyc2c_did_not_make_are_not_replaced(project, taken):
    project.write({**HELLO, "precious.txt": "work of years"})
    before = (project.folder / taken).read_bytes()
    outcome = project.build("app.py", "-o", taken)
    assert outcome.status in (1, 2) and taken in outcome.stderr.decode(), outcome.describe()
    assert (project.folder / taken).read_bytes() == before


def test_rebuild_replaces_its_own_output_while_it_runs(project):
    project.write({"app.py": "import time, sys\nprint('old', flush=True)\ntime.sleep(2)\nimport wave\nprint(wave.__name__, open(__file__).read()[:6])\n"})
    project.build("app.py", "-o", "dist/app", "--hidden-import=wave").expect()
    process = subprocess.Popen([project.output], stdout=subprocess.PIPE, text=True, cwd=project.folder)
    assert process.stdout.readline() == "old\n"
    project.write(HELLO)
    project.build("app.py", "-o", "dist/app").expect()
    assert project.start().expect().stdout == b"hello\n"
    assert process.communicate(timeout=30)[0] == "wave import\n" and process.returncode == 0


def test_disk_full(project):
    project.write(HELLO)
    outcome = project.in_small_filesystem("dist", "1m", "app.py", "-o", "dist/app")
    project.expect_refusal(outcome, "No space left on device", status=(1, 3))
    listed = [line for line in outcome.stdout.decode().splitlines() if "app" in line and "dist" not in line]
    assert listed == [], "something half-written is left"


def test_full_cache_does_not_stop_a_build(project):
    project.write(MIDDLE)
    project.in_small_filesystem(".cache", "64k", "app.py", "-o", "dist/app").expect()
    assert project.start().expect().stdout == b"hello\n"


def test_cache_that_cannot_be_written(project):
    project.write({**HELLO, "blocked": "a file where the cache should be"})
    project.build("app.py", "-o", "dist/app", env={"XDG_CACHE_HOME": str(project.folder / "blocked")}).expect()
    assert project.start().expect().stdout == b"hello\n"


def test_damaged_cache_is_not_believed(project):
    """Whatever lies in the cache, the result is the one of a clean build."""
    project.write(MIDDLE)
    project.build("app.py", "-o", "dist/app").expect()
    clean = hashlib.sha256(project.output.read_bytes()).hexdigest()
    files = [path for path in (project.folder / ".cache").rglob("*") if path.is_file()]
    assert files, "the build left no cache to damage"
    generator = random.Random(7)
    for path in files:
        content = bytearray(path.read_bytes())
        if len(content) > 64:
            for _ in range(20):
                content[generator.randrange(len(content))] ^= 0x55
            path.write_bytes(content[: generator.choice([len(content), len(content) // 2])])
    project.output.unlink()
    project.build("app.py", "-o", "dist/app").expect()
    assert hashlib.sha256(project.output.read_bytes()).hexdigest() == clean


def test_no_compiler_is_needed_for_python(project):
    project.write(MIDDLE)
    (project.folder / "empty").mkdir()
    nothing = str(project.folder / "empty")
    project.build("app.py", "-o", "dist/app", env={"PATH": nothing, "CC": "/nonexistent/cc"}).expect()
    assert project.start().expect().stdout == b"hello\n"


def test_no_compiler_for_c_sources(project):
    project.write(
        {
            "app.py": "import fast\nprint(fast.answer())\n",
            "fast.c": "#include <Python.h>\nstatic PyObject *answer(PyObject *s, PyObject *a) { return PyLong_FromLong(42); }\n"
            "static PyMethodDef methods[] = {{\"answer\", answer, METH_NOARGS, 0}, {0}};\n"
            "static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, \"fast\", 0, -1, methods};\n"
            "PyMODINIT_FUNC PyInit_fast(void) { return PyModule_Create(&module); }\n",
            "pyproject.toml": "[tool.pyc2c]\nc_sources = ['fast=fast.c']\n",
        }
    )
    outcome = project.build("app.py", "-o", "dist/app", env={"CC": "/nonexistent/cc"})
    project.expect_refusal(outcome, "/nonexistent/cc", status=3)
    project.build("app.py", "-o", "dist/app").expect()
    assert project.start().expect().stdout == b"42\n"


def test_compiler_error_is_shown(project):
    project.write(
        {
            "app.py": "import fast\n",
            "fast.c": "int f(void) { return undeclared_thing; }\n",
            "pyproject.toml": "[tool.pyc2c]\nc_sources = ['fast=fast.c']\n",
        }
    )
    project.expect_refusal(project.build("app.py", "-o", "dist/app"), "fast.c", "undeclared_thing", status=3)


@pytest.mark.parametrize("delay", [0.02, 0.1, 0.2, 0.4, 0.8])
def test_killed_build(project, delay):
    """KILL at any moment: the old output stays whole, and the next build is as if nothing had been."""
    project.write(HELLO)
    project.build("app.py", "-o", "dist/app").expect()
    project.write(MIDDLE)
    process = subprocess.Popen(
        project.words("app.py", "-o", "dist/app"), cwd=project.folder, env=project.environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )
    time.sleep(delay)
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait(20)
    assert project.start().expect().stdout == b"hello\n"
    project.build("app.py", "-o", "dist/app").expect()
    assert project.made() == ["app"], "litter of the killed build"
    after = project.output.read_bytes()
    project.build("app.py", "-o", "dist/app", "--clean").expect()
    assert project.output.read_bytes() == after


def test_new_output_has_no_other_name_first(project):
    """A build that is killed between two names would leave the first one behind."""
    project.write(HELLO)
    project.output.parent.mkdir()
    log = project.folder / "strace.log"
    words = ["strace", "-f", "-s", "500", "-o", log, "-e", "trace=link,linkat,rename,renameat,renameat2"]
    run([*words, *project.words("-o", "dist/app")], cwd=project.folder, env=project.environment(), timeout=200).expect()
    named = [line for line in log.read_text().splitlines() if f'"{project.output.parent}/' in line]
    assert len(named) == 1 and f'"{project.output}"' in named[0], named


def test_what_killed_builds_leave_is_removed_later(project):
    """Temporary directories without an owner, an hour old; no others."""
    project.write({"app.py": "def f(x):\n    return x + 1\nprint(f(1))\n", "tmp/pyc2c-mine00/file": "a user's own"})
    temporary = project.folder / "tmp"

    def directory(name, hours):
        place = temporary / f"pyc2c-{name}"
        project.write({f"tmp/{place.name}/unit.c": "", f"tmp/{place.name}/.pyc2c-owner": ""})
        owner, then = place / ".pyc2c-owner", time.time() - hours * 3600
        os.utime(owner, (then, then))
        return owner

    directory("killed", hours=2)
    directory("recent", hours=0.5)
    with open(directory("inused", hours=2), "rb") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        (temporary / "pyc2c-linked").symlink_to(temporary / "pyc2c-inused")
        project.build("app.py", "-o", "app", "--clean", env={"TMPDIR": str(temporary)}).expect()
    left = sorted(path.name for path in temporary.iterdir())
    assert left == ["pyc2c-inused", "pyc2c-linked", "pyc2c-mine00", "pyc2c-recent"]


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_interrupted_build_cleans_up(project, name):
    project.write(MIDDLE)
    process = subprocess.Popen(
        project.words("app.py", "-o", "dist/app"), cwd=project.folder, env=project.environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )
    time.sleep(0.15)
    process.send_signal(getattr(signal, name))
    status = process.wait(20)
    assert status in (0, -getattr(signal, name), 128 + getattr(signal, name)), status
    assert project.made() == (["app"] if status == 0 else [])


def test_two_builds_into_one_output(project):
    for number in range(2):
        project.write({f"p{number}/app.py": f"import json, http.server\nprint({number})\n"})
    outcomes = []

    def build(number):
        for _ in range(4):
            outcomes.append(project.build(f"p{number}/app.py", "-o", "dist/app"))

    threads = [threading.Thread(target=build, args=(number,)) for number in range(2)]
    [thread.start() for thread in threads]
    while any(thread.is_alive() for thread in threads):
        if project.output.exists():
            assert project.start().expect().stdout in (b"0\n", b"1\n")
    [thread.join() for thread in threads]
    assert [outcome.status for outcome in outcomes] == [0] * 8, "\n".join(each.describe() for each in outcomes)
    assert project.made() == ["app"]
    assert project.start().expect().stdout in (b"0\n", b"1\n")


def test_two_builds_share_a_cold_cache(project):
    project.write(MIDDLE)
    outcomes = []
    threads = [
        threading.Thread(target=lambda name=name: outcomes.append(project.build("app.py", "-o", f"dist/{name}")))
        for name in "abc"
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert [outcome.status for outcome in outcomes] == [0, 0, 0]
    assert len({(project.output.parent / name).read_bytes() for name in "abc"}) == 1


@pytest.fixture
def built(project):
    project.write({"app.py": "import json, ssl\nprint(json.dumps('hello'))\n"})
    project.build("app.py", "-o", "dist/app").expect()
    return project


@pytest.mark.parametrize("keep", [-1, -4096, 0.95, 0.7, 0.5])
def test_truncated_executable(built, keep):
    """A download that broke off: one clear line and status 70, not a crash, not a wrong run."""
    size = built.output.stat().st_size
    damaged = built.folder / "damaged"
    shutil.copy(built.output, damaged)
    length = size + keep if isinstance(keep, int) else int(size * keep)
    os.truncate(damaged, length)
    outcome = built.start(path=damaged)
    assert outcome.status == 70 and outcome.stdout == b"", outcome.describe()
    assert "truncated" in outcome.stderr.decode() and len(outcome.stderr.splitlines()) == 1


def test_damaged_executable_is_found_by_inspect(built, pyc2c):
    pyc2c("inspect", "--verify", built.output).expect()
    damaged = built.folder / "damaged"
    content = bytearray(built.output.read_bytes())
    content[-len(content) // 4] ^= 0xFF
    damaged.write_bytes(content)
    outcome = pyc2c("inspect", "--verify", damaged).expect(1)
    assert "damaged" in outcome.stderr.decode() or "hash" in outcome.stderr.decode()


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n", b"\x7fELF", b"\x7fELF" + b"\0" * 5000])
def test_inspect_of_something_else(pyc2c, tmp_path, content):
    other = tmp_path / "other"
    other.write_bytes(content)
    outcome = pyc2c("inspect", other).expect(1)
    assert str(other) in outcome.stderr.decode() and "pyc2c" in outcome.stderr.decode()


def test_moved_linked_and_renamed_executables_run(built):
    moved = built.folder / "moved here"
    shutil.move(built.output, moved)
    assert built.start(path=moved).expect().stdout == b'"hello"\n'
    os.symlink(moved, built.folder / "link")
    assert built.start(path=built.folder / "link").expect().stdout == b'"hello"\n'
    os.link(moved, built.folder / "hard")
    assert built.start(path=built.folder / "hard").expect().stdout == b'"hello"\n'
    found = run(["hard"], cwd=built.folder, env={"PATH": str(built.folder)}, executable=built.folder / "hard")
    assert found.expect().stdout == b'"hello"\n'


def test_executable_without_read_permission_of_others(shared_project, nobody):
    """Mode 0711, as some installations have it."""
    shared_project.write(HELLO)
    shared_project.build("app.py", "-o", "dist/app").expect()
    shared_project.output.chmod(0o711)
    outcome = shared_project.start(**nobody)
    assert outcome.status == 0 and outcome.stdout == b"hello\n" or (
        outcome.status == 70 and "read" in outcome.stderr.decode()
    ), outcome.describe()
