#!/usr/bin/env python3
"""Programs that other compilers test themselves with, compiled natively and compared with CPython.

    run.py --pyc2c build/pyc2c [--python /usr/bin/python3.11] [--work DIR] [--cc COMPILER] [--jobs N] [SUITE | SUITE/PROGRAM…]

nuitka: the programs of its tests/basics and tests/programs. mypyc: each case of its run-*.test as a program. They come from the sdists
on PyPI. stdout, stderr and exit status have to be equal; what differs is run a second time on both sides, for some depend on time; a
program that is no valid Python need not build. What still differs fails the run, unless differences.toml has the reason.
"""
from __future__ import annotations

import argparse
import concurrent.futures
import fnmatch
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from support import normalise, running, suites  # noqa: E402
from support.compilers import as_compiler  # noqa: E402

TIMEOUT = 120
# The compiler's warnings are a build's, not a run's.
WARNINGS = {"PYTHONWARNINGS": "ignore::SyntaxWarning", "PYTHONHASHSEED": "0"}


@dataclass(frozen=True)
class Program:
    """A file that is started in an empty folder."""

    name: str  # suite/name
    file: Path


@dataclass(frozen=True)
class Suite:
    sdist: str
    programs: Callable[[Path, Path], Iterator[tuple[str, Path]]]  # from the unpacked sdist and a folder for what is made of it
    requires: tuple[str, ...] = ()


# ---- the suites ----


def nuitka_programs(source: Path, _made: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted((source / "tests/basics").glob("*.py")):
        of_python_2 = file.stem.endswith(("_2", "27"))
        if not of_python_2 and not file.stem.startswith("run_"):
            yield file.stem, file
    for file in sorted((source / "tests/programs").glob("*/*Main.py")):
        yield file.parent.name, file


SECTION = re.compile(r"(?m)^\[(file [^\]]+|\w+[^\]]*)\]\n")


def mypyc_files(text: str) -> dict[str, str]:
    """A case is native.py, then further files; other sections are about mypyc's output. Names that end in a number are for rebuilds."""
    first, *sections = SECTION.split(text)
    files = {"native.py": first}
    for title, content in zip(sections[::2], sections[1::2], strict=True):
        kind, _, name = title.partition(" ")
        if kind == "file" and not name.rpartition(".")[2].isdigit():
            files[name] = content
    return {name: re.sub(r"(?m)^--.*\n", "", content).replace("\\[", "[") for name, content in files.items()}


def mypyc_programs(source: Path, made: Path) -> Iterator[tuple[str, Path]]:
    data = source / "mypyc/test-data"
    for file in sorted(data.glob("run-*.test")):
        for case in re.split(r"(?m)^\[case ", file.read_text(encoding="utf-8"))[1:]:
            title, _, text = case.partition("]\n")
            folder = made / f"{file.stem.removeprefix('run-')}-{title}"
            files = mypyc_files(text)
            files.setdefault("driver.py", (data / "driver/driver.py").read_text(encoding="utf-8"))
            files["testutil.py"] = (data / "fixtures/testutil.py").read_text(encoding="utf-8")
            for name, content in files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
            yield folder.name, folder / "driver.py"


SUITES = {
    "nuitka": Suite("Nuitka==2.8", nuitka_programs),
    "mypyc": Suite("mypy==1.18.2", mypyc_programs, ("mypy-extensions==1.1.0", "typing-extensions==4.15.0")),
}


def prepare(name: str, suite: Suite, options) -> list[Program]:
    """Its unpacked sdist and an environment, kept for the next time; the programs."""
    place = options.work / name
    suites.provide(place, options.python, suite.sdist, suite.requires, repr((suite.sdist, suite.requires)))
    return [Program(f"{name}/{title}", file) for title, file in suite.programs(place / "source", place / "made")]


# ---- building and comparing ----


def outcome(argv: list, folder: Path, normaliser: normalise.Normaliser) -> tuple:
    try:
        done = running.run(argv, cwd=folder, env=running.environment(folder, WARNINGS), timeout=TIMEOUT)
    except AssertionError as problem:
        return "no end", str(problem)[:200], ""
    return done.status, normaliser(done.stdout), normaliser(done.stderr)


def words(expected: tuple, got: tuple) -> str:
    """What differs first, in a line."""
    for what, one, other in zip(("exit status", "stdout", "stderr"), expected, got, strict=True):
        if one != other:
            pairs = zip(f"{one}\n".splitlines(), f"{other}\n".splitlines(), strict=False)
            lines = next((pair for pair in pairs if pair[0] != pair[1]), ("", "more or fewer lines"))
            return f"{what}: {lines[0]!r} -> {lines[1]!r}"
    return ""


def difference(program: Program, options) -> str:
    """Empty when the program does the same in both."""
    place = options.work / program.name.partition("/")[0]
    python, title = place / "venv/bin/python", program.name.partition("/")[2]
    executable, folder = place / "built" / title, place / "runs" / title
    folder.mkdir(parents=True, exist_ok=True)
    command = [options.pyc2c, "build", program.file, "-o", executable, "--noconfirm", "--quiet", f"--python={python}", "--jobs=1",
               f"--module-cache-dir={options.work / 'cache'}"]
    # Some programs import what is beside them in the sdist by way of sys.path.
    environment = {**os.environ, "PYTHONPATH": str(place / "source"), **({"CC": options.cc} if options.cc else {})}
    packages = str(place / "venv/lib/python3.11/site-packages")
    of_python = normalise.for_oracle(program.file.parent, python, options.stdlib, packages, "3.11", folder)
    of_executable = normalise.for_executable(executable, folder)
    expected = outcome([python, program.file], folder, of_python)
    built = subprocess.run(command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if built.returncode != 0:
        invalid = expected[0] == 1 and "SyntaxError" in expected[2]
        return "" if invalid else f"does not build: {built.stderr.strip().splitlines()[:2]}"
    if "the C compiler" in built.stderr:
        return f"is not native: {built.stderr.strip().splitlines()[0]}"
    got = outcome([executable], folder, of_executable)
    if got != expected:
        expected_again = outcome([python, program.file], folder, of_python)
        got_again = outcome([executable], folder, of_executable)
        if got_again in (expected, expected_again) or got == expected_again:
            got = expected
    executable.unlink(missing_ok=True)
    return "" if got == expected else words(expected, got)


def arguments() -> argparse.Namespace:
    parser = suites.parser(__doc__, "peers")
    parser.add_argument("wanted", nargs="*", help=f"default: {' '.join(SUITES)}")
    parser.add_argument("--cc", help="C compiler, for instance tcc")
    options = suites.parsed(parser.parse_args())
    unknown = {name.partition("/")[0] for name in options.wanted} - set(SUITES)
    if unknown:
        parser.error(f"no such suite: {', '.join(sorted(unknown))}")
    options.cc = as_compiler(options.cc, options.work)
    options.stdlib = suites.stdlib_of(options.python)
    return options


def main() -> int:
    options = arguments()
    reasons = tomllib.loads((HERE / "differences.toml").read_text(encoding="utf-8"))
    failed = 0
    for name, suite in SUITES.items():
        wanted = [one for one in options.wanted if one.partition("/")[0] == name]
        if options.wanted and not wanted:
            continue
        programs = [program for program in prepare(name, suite, options)
                    if not wanted or name in wanted or program.name in wanted]
        explained = different = 0
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for program, what in zip(programs, pool.map(lambda each: difference(each, options), programs), strict=True):
                known = any(fnmatch.fnmatchcase(program.name, pattern) for pattern in reasons)
                different += bool(what)
                explained += bool(what) and known
                if what and not known:
                    print(f"{program.name}: {what}", flush=True)
        print(f"{name}: {len(programs)} programs, {different} differ, {explained} of them explained", flush=True)
        failed += different - explained
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
