"""A batch of programs: its files, its executable, and how each program ended under CPython and in the executable.

Compiling one program takes seconds, most of it for headers, linking and starting; so hundreds share an executable, and dozens a module.
A program is text of functions named f0, f1, … and, unindented, lines `show(…)` that run them. In a module, the functions of program 17
are f17_0, f17_1, …, and its `show` lines the function run_17, which main.py runs in a process of its own.
"""
from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from support import normalise

HERE = Path(__file__).resolve().parent
HEAD = "from prelude import *\n\nG = 10\n\n\n"
PER_MODULE = 50
TIMEOUT = 1200
TOO_MUCH = 1 << 20  # what main.py lets a program write
SKIPPED = (-24, -14, -9)  # SIGXCPU, SIGALRM, SIGKILL: not for comparing


@dataclass
class Tools:
    """What a batch is built and compared with."""

    pyc2c: Path
    python: str
    stdlib: str
    native: bool = True
    cc: str | None = None
    options: list[str] = field(default_factory=list)


@dataclass
class Result:
    """Differences by number of the program; numbers of those that took or wrote too much, and of those whose outcome is not
    determined; functions that are not native, with the reason."""

    differences: dict[int, str] = field(default_factory=dict)
    skipped: list[int] = field(default_factory=list)
    undetermined: list[int] = field(default_factory=list)
    bytecode: list[str] = field(default_factory=list)


class BuildFailed(Exception):
    """pyc2c failed; the text is what it said."""


# ---- files ----


def part(text: str, number: int) -> str:
    """A program as part of a module that holds several."""
    text = re.sub(r"\bf(\d)\b", rf"f{number}_\1", text)
    lines = text.splitlines()
    shown = [line for line in lines if line.startswith("show(")]
    rest = "\n".join(line for line in lines if not line.startswith("show("))
    body = "".join(f"    {line}\n" for line in shown) or "    pass\n"
    return f"{rest}\n\n\ndef run_{number}():\n{body}\n\n"


def write(texts: list[str], source: Path) -> list[str]:
    source.mkdir(parents=True)
    for name in ("main.py", "prelude.py"):
        shutil.copy(HERE / name, source / name)
    modules = []
    for start in range(0, len(texts), PER_MODULE):
        modules.append(f"m{start // PER_MODULE}")
        parts = [part(text, start + number) for number, text in enumerate(texts[start:start + PER_MODULE])]
        (source / f"{modules[-1]}.py").write_text(HEAD + "".join(parts), encoding="utf-8")
    return modules


def build(modules: list[str], place: Path, tools: Tools) -> tuple[Path, list[str]]:
    source, executable, report = place / "program", place / "main", place / "report"
    native = ",".join(["prelude", *modules]) if tools.native else "none"
    command = [tools.pyc2c, "build", source / "main.py", "-o", executable, "--noconfirm", "--quiet", "--no-trace", "--jobs=1",
               f"--python={tools.python}", f"--native={native}", f"--report={report}", f"--module-cache-dir={place / 'cache'}",
               *(f"--hidden-import={name}" for name in modules), *tools.options]
    environment = {**os.environ, **({"CC": tools.cc} if tools.cc else {})}
    done = subprocess.run(command, cwd=place, env=environment, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise BuildFailed(done.stderr.decode("utf-8", "replace"))
    native = json.loads((report / "report.json").read_text())["native"]
    return executable, [str(row) for row in native["bytecode"]] if tools.native else []


# ---- runs ----


def run(command: list, cwd: Path) -> tuple[dict[str, tuple[int, bytes]], str]:
    """By program: how it ended and what it wrote. And how the whole ended, where it did not end well."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore"}
    try:
        done = subprocess.run(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT)
        output = done.stdout
        end = f"ended with {done.returncode}: {done.stderr[-2000:].decode('utf-8', 'replace')}" if done.returncode != 0 else ""
    except subprocess.TimeoutExpired as timeout:
        output, end = timeout.stdout or b"", f"took more than {TIMEOUT} s"
    results, position = {}, 0
    while position < len(output):
        line = output.index(b"\n", position) + 1
        _, _, program, status, size = output[position:line].split()
        results[program.decode()] = int(status), output[line:line + int(size)]
        position = line + int(size) + 1
    return results, end


def difference(expected: tuple[int, str], got: tuple[int, str]) -> str | None:
    old, new = expected[1].splitlines(), got[1].splitlines()
    if old != new:
        at = next((i for i, pair in enumerate(zip(old, new)) if pair[0] != pair[1]), min(len(old), len(new)))
        status = "" if expected[0] == got[0] else f"; ended with {got[0]}"
        return f"line {at + 1} of the output{status}\n  CPython: {old[at:at + 3]}\n  pyc2c:   {new[at:at + 3]}"
    return None if expected[0] == got[0] else f"ended with {expected[0]} -> {got[0]}"


def compare(texts: list[str], tools: Tools, work: Path) -> Result:
    """Builds and runs the programs; and again, without native code and options, those that differ.

    What differs with bytecode alone, too, is not determined by the program: CPython's own interpreter runs it there, only at other
    addresses, by which sets order None, classes, exceptions and functions.
    """
    result = compare_once(texts, tools, work)
    if tools.native and result.differences:
        doubtful = sorted(result.differences)
        again = compare_once([texts[number] for number in doubtful], replace(tools, native=False, options=[]), work)
        result.undetermined = [doubtful[index] for index in again.differences]
        for number in result.undetermined:
            del result.differences[number]
    return result


def compare_once(texts: list[str], tools: Tools, work: Path) -> Result:
    """One build and run. Temporary files go below `work` and are removed."""
    result = Result()
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=work) as folder:
        place = Path(folder)
        modules = write(texts, place / "program")
        executable, result.bytecode = build(modules, place, tools)
        cwd = place / "cwd"
        cwd.mkdir()
        minor = Path(tools.stdlib).name.removeprefix("python")
        oracle = normalise.for_oracle(place / "program", Path(tools.python), tools.stdlib, "/nonexistent/site", minor, cwd)
        ours = normalise.for_executable(executable, cwd)
        expected, end = run([tools.python, place / "program/main.py", *modules], cwd)
        if end:
            raise SystemExit(f"CPython {end}")
        uncomparable = {name for name, row in expected.items() if row[0] in SKIPPED or len(row[1]) >= TOO_MUCH}
        got, end = run([executable, *modules, *(f"-{name}" for name in uncomparable)], cwd)
    for number in range(len(texts)):
        name = f"run_{number}"
        status, output = expected[name]
        if name in uncomparable:
            result.skipped.append(number)
        elif name not in got:
            result.differences[number] = f"was not reached: the executable {end}"
        else:
            found = difference((status, oracle(output)), (got[name][0], ours(got[name][1])))
            if found is not None:
                result.differences[number] = found
    return result
