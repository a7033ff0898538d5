#!/usr/bin/env python3
"""CPython's own test suite, compiled natively, compared test by test with CPython.

    run.py --pyc2c build/pyc2c [--python /usr/bin/python3.11] [--work DIR] [--native LIST|none] [MODULE…]

An executable holds the modules to test (all of modules.txt, or those named; --batch N: N of them) and the standard library modules that they
test (native.txt), compiled natively. Each module then runs in a process of its own under CPython and in the executable; the same tests
must pass, fail and be skipped. What both did is kept below --work, so a run that was interrupted continues, and what did not change is
not run again.

equal.txt lists the modules that are equal and only grows (--update adds to it); differences.toml has the reason of every other difference.
The run fails when a module of equal.txt differs, when a difference has no reason, or when too few functions are native.
"""
from __future__ import annotations

import argparse
import collections
import concurrent.futures
import fnmatch
import hashlib
import json
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import outcome  # noqa: E402
import suite  # noqa: E402
from outcome import Difference, Outcome  # noqa: E402
from suite import HERE, Row  # noqa: E402
from support import suites  # noqa: E402

LEAST_SHARE = 98.0  # percent of the functions that are native


# ---- what is known ----


def write_equal(names: set[str]) -> None:
    text = "# Modules whose tests end as under CPython. Written by run.py --update; it only grows.\n"
    (HERE / "equal.txt").write_text(text + "".join(f"{name}\n" for name in sorted(names)))


class Reasons:
    """differences.toml: the table `reason` has a sentence for each keyword; a module's table, patterns of its tests for each keyword."""

    def __init__(self) -> None:
        with open(HERE / "differences.toml", "rb") as stream:
            self.modules = tomllib.load(stream)
        self.reasons = self.modules.pop("reason", {})
        for name, table in self.modules.items():
            for word in table:
                if word not in self.reasons:
                    raise SystemExit(f"differences.toml: [{name}] names the reason '{word}', which [reason] does not have")

    def of(self, name: str, difference: Difference) -> str | None:
        for word, patterns in self.modules.get(name, {}).items():
            if any(fnmatch.fnmatchcase(difference.test, pattern) for pattern in patterns):
                return word
        return None


# ---- one executable and its modules ----


class Runner:
    def __init__(self, options, folder: Path) -> None:
        self.options = options
        self.suite = folder
        self.python = suite.provide_python(options.python, options.work, folder)
        self.driver = suite.provide_driver(options.work, folder)
        self.environment = {**os.environ, "PYTHONPATH": str(self.driver.parent), "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}
        version = subprocess.check_output([self.python, "-c", "import sys; print(sys.version, sys.prefix)"])
        self.host_key = hashlib.sha256(version + self.driver.read_bytes()).hexdigest()

    def one(self, row: Row, side: str, command: list, key: str, again: bool) -> Outcome:
        path = self.options.work / side / f"{row.name}.json"
        known = None if again else outcome.saved(path, key)
        if known is None:
            environment = {**self.environment, "CONFORMANCE_LEFT_OUT": row.left_out}
            known = outcome.run(command, row.name, self.python if row.interpreter else None, environment)
            outcome.save(path, key, known)
        return known

    def differences(self, row: Row, executable: Path, key: str) -> tuple[list[Difference], int]:
        """What differs each time: a test that depends on the clock or the load gets a second chance, once for an executable."""
        settled = self.options.work / "settled" / f"{row.name}.json"
        record = json.loads(settled.read_text()) if settled.exists() else {}
        before = record["tests"] if record.get("key") == key else None
        while True:
            again = before is not None and record.get("key") != key
            expected = self.one(row, "cpython", [self.python, self.driver], self.host_key, again)
            got = self.one(row, "native", [executable], key, again)
            found = [difference for difference in outcome.compare(row.name, expected, got)
                     if before is None or difference.test in before]
            if not found or before is not None:
                break
            before = [difference.test for difference in found]
        settled.parent.mkdir(exist_ok=True)
        settled.write_text(json.dumps({"key": key, "tests": [difference.test for difference in found]}))
        return found, len(expected.tests)


def file_key(executable: Path, row_key: str) -> str:
    with open(executable, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() + row_key


# ---- all ----


class Summary:
    def __init__(self, options) -> None:
        self.options = options
        self.reasons = Reasons()
        self.listed = {row[0] for row in suite.read_list("equal.txt")}
        self.equal: set[str] = set()
        self.unequal: list[str] = []
        self.unexplained: list[str] = []
        self.tests = 0
        self.functions: dict[tuple[str, str, int], str | None] = {}
        self.counts: dict[str, tuple[int, int]] = {}

    def add_native(self, batch: str, native: dict) -> None:
        self.counts[batch] = (native["functions"], native["native"])
        for entry in native["bytecode"]:
            self.functions[entry["module"], entry["function"], entry["line"]] = entry["reason"]

    def add(self, row: Row, found: list[Difference], tests: int) -> None:
        self.tests += tests
        log = self.options.work / "differences" / f"{row.name}.log"
        log.unlink(missing_ok=True)
        if not found:
            self.equal.add(row.name)
            return
        self.unequal.append(row.name)
        log.parent.mkdir(exist_ok=True)
        explained: collections.Counter[str] = collections.Counter()
        with open(log, "w", encoding="utf-8") as out:
            for difference in found:
                reason = self.reasons.of(row.name, difference)
                explained[reason or ""] += 1
                out.write(f"== {difference.test} [{reason or 'no reason'}]: {difference.text}\n")
        if explained[""]:
            self.unexplained.append(row.name)
        words = [f"{count} {word or 'without a reason'}" for word, count in sorted(explained.items()) if count]
        print(f"{row.name}: {len(found)} differences ({', '.join(words)})", flush=True)

    def print_share(self) -> bool:
        functions = sum(count for count, _ in self.counts.values())
        native = sum(count for _, count in self.counts.values())
        if functions == 0 or self.options.native == "none":
            return True
        share = 100 * native / functions
        print(f"{native} of {functions} functions native: {share:.2f} %")
        for reason, count in collections.Counter(self.functions.values()).most_common():
            print(f"  {count} stay bytecode: {reason}")
        return share >= LEAST_SHARE

    def print_all(self) -> bool:
        ok = self.print_share()
        if not ok:
            print(f"fewer than {LEAST_SHARE} % of the functions are native")
        print(f"{len(self.equal)} of {len(self.equal) + len(self.unequal)} modules equal, {self.tests} tests; "
              f"what differs is in {self.options.work / 'differences'}")
        if self.unexplained:
            print(f"with differences that differences.toml does not explain: {' '.join(self.unexplained)}")
        regressions = sorted(self.listed.intersection(self.unequal))
        if regressions:
            print(f"equal before (equal.txt), different now: {' '.join(regressions)}")
        return ok and not regressions and not self.unexplained


def run_batch(options, runner: Runner, number: int, chosen: list[Row], summary: Summary) -> None:
    kind = "bytecode" if options.native == "none" else "native"
    executable = options.work / f"conformance-{kind}-{number}"
    report = options.work / f"report-{kind}-{number}"
    if not options.no_build:
        summary.add_native(executable.name, suite.build(options, runner.suite, chosen, executable, report))
    key = file_key(executable, runner.host_key)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for row, (found, tests) in zip(chosen, pool.map(lambda row: runner.differences(row, executable, key), chosen)):
            summary.add(row, found, tests)
    if options.update:
        write_equal(summary.listed | summary.equal)


def arguments() -> argparse.Namespace:
    parser = suites.parser(__doc__, "conformance")
    parser.add_argument("modules", nargs="*", help="only these modules of modules.txt")
    parser.add_argument("--native", help="default: test and the modules of native.txt")
    parser.add_argument("--build-options", default="", help="further options of pyc2c build")
    parser.add_argument("--cache", type=Path, help="--module-cache-dir of the build")
    parser.add_argument("--batch", type=int, default=0, help="modules in one executable; default: all")
    parser.add_argument("--update", action="store_true", help="add modules that are equal to equal.txt")
    parser.add_argument("--no-build", action="store_true", help="use the executables that are there")
    options = suites.parsed(parser.parse_args())
    if options.native is None:
        options.native = ",".join(["test", *(row[0] for row in suite.read_list("native.txt"))])
    return options


def main() -> int:
    options = arguments()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it; tests must not
    folder = suite.provide(options.python, options.work)
    try:
        chosen = suite.choose(suite.rows(folder), options.modules)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    runner = Runner(options, folder)
    summary = Summary(options)
    size = options.batch or len(chosen)
    for number, start in enumerate(range(0, len(chosen), size)):
        run_batch(options, runner, number, chosen[start:start + size], summary)
    return 0 if summary.print_all() else 1


if __name__ == "__main__":
    sys.exit(main())
