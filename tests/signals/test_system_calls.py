"""What the kernel sees before the program's own first line: nothing is created, nothing is written."""
from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from support import programs
from support.running import environment

ALL_TARGETS = True
MARK = "/pyc2c-test-user-code-starts"

PROGRAMS = {
    "hello": f"import os\nos.path.exists({MARK!r})\nprint('hello')\n",
    "extensions": f"import _ssl, _ctypes, _decimal, _sqlite3, json\nimport os\nos.path.exists({MARK!r})\nprint('hello')\n",
}
WRITES = re.compile(r"\b(write|writev|pwrite64|pwritev2?|sendfile|copy_file_range)\((\d+)")
CREATES = re.compile(
    r"\b(mkdir|mkdirat|mknod|mknodat|creat|link|linkat|symlink|symlinkat|rename|renameat2?|unlink|unlinkat|"
    r"rmdir|chmod|fchmod|fchmodat|truncate|ftruncate|utimensat|mount|chdir)\("
)
OPENS_TO_WRITE = re.compile(r"\b(?:open|openat|openat2)\([^)]*\b(O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE)\b")
MEMFD = re.compile(r"\bmemfd_create\([^)]*\)\s*=\s*(\d+)")


@pytest.fixture
def traced(builder, target, tmp_path, request):
    """traced(name) → the lines of strace up to the mark, and all lines."""
    strace = shutil.which("strace")
    assert strace, "strace is needed: scripts/bootstrap.sh test installs it"

    def trace(name: str) -> tuple[list[str], list[str]]:
        executable = builder.executable(programs.make(f"traced-{name}", PROGRAMS[name]), target)
        log = tmp_path / "strace.log"
        done = subprocess.run(
            [strace, "-f", "-s", "200", "-o", log, executable],
            capture_output=True, text=True, cwd=tmp_path, env=environment(tmp_path), timeout=120,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "hello\n", "")
        lines = log.read_text().splitlines()
        marks = [number for number, line in enumerate(lines) if MARK in line]
        assert len(marks) == 1, "the program's own system call is not in the trace"
        return lines[: marks[0]], lines

    return trace


def _in_memory(lines: list[str]) -> set[str]:
    return {found.group(1) for line in lines if (found := MEMFD.search(line))}


@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_is_created_or_written_before_user_code(traced, name):
    before, _ = traced(name)
    memory = _in_memory(before)
    problems = [line for line in before if OPENS_TO_WRITE.search(line) and "/dev/null" not in line]
    problems = [line for line in problems if not re.search(r'"/proc/self/fd/\d+"', line)]
    for line in before:
        if (found := WRITES.search(line)) and found.group(2) not in memory:
            problems.append(line)
        if CREATES.search(line) and not (memory and "ftruncate" in line):
            problems.append(line)
    assert problems == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_one_process_one_exec(traced, name):
    _, lines = traced(name)
    assert sum("execve(" in line for line in lines) == 1
    assert not [line for line in lines if re.search(r"\b(fork|vfork|clone3?)\(", line)]


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_python_of_the_host_is_looked_for(traced, target, name):
    """Not a single path of the build machine's Python, and nothing of the current folder, is tried."""
    _, lines = traced(name)
    paths = [path for line in lines for path in re.findall(r'"(/[^"]*)"', line)]
    assert [path for path in paths if path.startswith((target.stdlib, "/usr/lib/python", "/usr/local/lib/python"))] == []
    assert [path for path in paths if "site-packages" in path or "dist-packages" in path or "pyvenv" in path] == []
    relative = [line for line in lines if re.search(r'\b(open|openat|stat|newfstatat|access)\((AT_FDCWD, )?"[^/"]', line)]
    assert relative == []
