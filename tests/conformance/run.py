#!/usr/bin/env python3
"""CPython's own test suite, compiled natively, compared test by test with CPython.

    run.py --pyc2c build/pyc2c [--python /usr/bin/python3.11] [--work DIR] [--native LIST|none] [MODULE…]

One executable holds the modules to test (all of modules.txt, or those named) and the standard library modules it tests (native.txt), compiled natively. Each
module then runs in a process of its own under CPython and in the executable; the same tests must pass, fail and be skipped. The list
equal.txt only grows: a module of it that differs fails the run; --update adds those that are equal now. What differs has
its reason in differences.toml.
"""
from __future__ import annotations

import argparse
import collections
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = "libpython3.11-testsuite"
TEST_EXTENSIONS = ("_testcapi", "_testinternalcapi", "_testbuffer", "_testclinic", "_testimportmultiple",
                   "_testmultiphase", "_xxsubinterpreters", "_xxtestfuzz", "xxlimited", "xxlimited_35")
TIMEOUT = 600


def read_list(name: str) -> list[list[str]]:
    path = HERE / name
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line.strip() and not line.startswith("#")]


def write_equal(names: set[str]) -> None:
    text = "# Modules whose tests end as under CPython. Written by run.py --update; it only grows.\n"
    (HERE / "equal.txt").write_text(text + "".join(f"{name}\n" for name in sorted(names)))


# ---- the suite ----


def stdlib_of(python: str) -> Path:
    code = "import sysconfig; print(sysconfig.get_path('stdlib'))"
    return Path(subprocess.check_output([python, "-c", code], text=True).strip())


def provide_suite(python: str, work: Path) -> Path:
    """A folder whose `test` package is complete: Debian keeps most of it in a package of its own."""
    suite = work / "suite"
    if (suite / "test" / "test_grammar.py").exists():
        return suite
    installed = stdlib_of(python) / "test"
    fresh = Path(tempfile.mkdtemp(dir=work))
    shutil.copytree(installed, fresh / "test", ignore=shutil.ignore_patterns("__pycache__"))
    if not (installed / "test_grammar.py").exists():
        subprocess.run(["apt-get", "download", PACKAGE], cwd=fresh, check=True)
        archive = next(fresh.glob(f"{PACKAGE}_*.deb"))
        subprocess.run(["dpkg-deb", "-x", archive, fresh / "unpacked"], check=True)
        extra = next((fresh / "unpacked").glob("usr/lib/python3.*/test"))
        shutil.copytree(extra, fresh / "test", dirs_exist_ok=True)
        shutil.rmtree(fresh / "unpacked")
        archive.unlink()
    shutil.copy(HERE / "driver.py", fresh / "driver.py")
    shutil.rmtree(suite, ignore_errors=True)
    fresh.rename(suite)
    return suite


def test_extensions(python: str) -> list[str]:
    """Extension modules that exist for tests only."""
    code = "import importlib.util as u; print(*(n for n in %r if u.find_spec(n)))" % (TEST_EXTENSIONS,)
    return subprocess.check_output([python, "-c", code], text=True).split()


def build(options, suite: Path, modules: list[str]) -> Path:
    shutil.copy(HERE / "driver.py", suite / "driver.py")
    executable = options.work / ("conformance-" + ("bytecode" if options.native == "none" else "native"))
    command = [options.pyc2c, "build", suite / "driver.py", "-o", executable, "--noconfirm", "--no-trace"]
    command += [f"--python={options.python}", "--collect-data=test", "--collect-all=stdlib"]
    command += [f"--collect-submodules=test.{name}" if (suite / "test" / name).is_dir()
                else f"--hidden-import=test.{name}" for name in modules]
    command += [f"--hidden-import=test.{path.stem}" for path in sorted((suite / "test").glob("*.py"))
                if not path.name.startswith(("test_", "bad", "_test_venv"))]
    command += [f"--hidden-import={name}" for name in test_extensions(options.python)]
    command += [f"--native={options.native}", f"--report={options.work / 'report'}"]
    if options.cache:
        command.append(f"--module-cache-dir={options.cache}")
    subprocess.run(command, check=True, cwd=options.work)
    return executable


# ---- one module ----


@dataclass
class Outcome:
    tests: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    running: str = ""
    end: str = ""


def run_module(command: list, name: str, interpreter: str | None, environment: dict) -> Outcome:
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        result = Path(folder) / "result"
        place = Path(folder) / "cwd"
        place.mkdir()
        argv = [*command, name, result, *([interpreter] if interpreter else [])]
        try:
            done = subprocess.run(argv, cwd=place, env=environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT)
            outcome.end = "" if done.returncode == 0 else f"ended with {done.returncode}"
            tail = done.stdout[-2000:].decode("utf-8", "replace")
        except subprocess.TimeoutExpired as timeout:
            outcome.end = f"took more than {TIMEOUT} s"
            tail = (timeout.stdout or b"")[-2000:].decode("utf-8", "replace")
        lines = result.read_text(encoding="utf-8").splitlines() if result.exists() else []
    seen: collections.Counter[str] = collections.Counter()
    for line in lines:
        try:
            event, test, text = json.loads(line)
        except ValueError:
            continue
        if event == "start":
            outcome.running = test
            continue
        if event == "done":
            outcome.running = ""
        seen[test] += 1
        key = test if seen[test] == 1 else f"{test} #{seen[test]}"
        outcome.tests[key] = event
        outcome.texts[key] = text
    if outcome.end:
        outcome.texts["<process>"] = tail
    return outcome


def compare(expected: Outcome, got: Outcome) -> list[str]:
    lines = []
    if expected.end != got.end:
        lines.append(f"process: {expected.end or 'ended well'} -> {got.end or 'ended well'}"
                     + (f" in {got.running}" if got.end and got.running else ""))
        if got.end:
            lines.append(got.texts.get("<process>", ""))
    for test in sorted(expected.tests.keys() | got.tests.keys()):
        before, after = expected.tests.get(test, "absent"), got.tests.get(test, "absent")
        if before != after:
            lines.append(f"{test}: {before} -> {after}\n{got.texts.get(test, '')}")
    return lines


# ---- all ----


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", help="only these modules of modules.txt")
    parser.add_argument("--pyc2c", default="build/pyc2c")
    parser.add_argument("--python", default="/usr/bin/python3.11")
    parser.add_argument("--work", type=Path, default=Path("build/tests/conformance"))
    parser.add_argument("--native", help="default: test and the modules of native.txt")
    parser.add_argument("--cache", type=Path, help="--module-cache-dir of the build")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--update", action="store_true", help="add modules that are equal to equal.txt")
    parser.add_argument("--no-build", action="store_true", help="use the executable that is there")
    options = parser.parse_args()
    options.pyc2c = Path(options.pyc2c).resolve()
    options.work = options.work.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    if options.native is None:
        options.native = ",".join(["program", "test", *(row[0] for row in read_list("native.txt"))])
    return options


def main() -> int:
    options = arguments()
    rows = {row[0]: row[1:] for row in read_list("modules.txt")}
    unknown = [name for name in options.modules if name not in rows]
    if unknown:
        print(f"not in modules.txt: {', '.join(unknown)}", file=sys.stderr)
        return 2
    suite = provide_suite(options.python, options.work)
    executable = options.work / ("conformance-" + ("bytecode" if options.native == "none" else "native"))
    if not options.no_build:
        executable = build(options, suite, options.modules or list(rows))
    environment = {**os.environ, "PYTHONPATH": str(suite), "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}
    names = options.modules or list(rows)
    equal = {row[0] for row in read_list("equal.txt")}
    with open(HERE / "differences.toml", "rb") as stream:
        explained = tomllib.load(stream)
    log = options.work / "differences.log"
    now_equal, regressions, unexplained, tests = set(), [], [], 0

    def both(name: str) -> tuple[str, Outcome, list[str]]:
        interpreter = options.python if "interpreter" in rows[name] else None
        expected = run_module([options.python, suite / "driver.py"], name, interpreter, environment)
        got = run_module([executable], name, interpreter, environment)
        return name, expected, compare(expected, got)

    with open(log, "w", encoding="utf-8") as out, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, expected, lines in pool.map(both, names):
            tests += len(expected.tests)
            if not lines:
                now_equal.add(name)
                continue
            out.write("".join(f"== {name}\n{line}\n" for line in lines))
            out.flush()
            known = explained.get(name)
            print(f"{name}: {len(lines)} differences" + (f" ({known['reason']})" if known else ""))
            if name in equal:
                regressions.append(name)
            elif not known:
                unexplained.append(name)
    if options.update:
        write_equal(equal | now_equal)
    print(f"{len(now_equal)} of {len(names)} modules equal ({tests} tests); differences are in {log}")
    if regressions:
        print(f"equal before, different now: {' '.join(regressions)}")
    return 1 if regressions else 0


if __name__ == "__main__":
    sys.exit(main())
