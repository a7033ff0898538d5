#!/usr/bin/env python3
"""Real projects' own test suites with the package compiled natively, compared with CPython.

    run.py --pyc2c build/pyc2c [--python /usr/bin/python3.11] [--work DIR] [--native LIST|none] [--update] [PROJECT…]

For each project of projects.toml: its package and pytest go into an executable, the package natively; the tests of its sdist stay
ordinary files. The same tests must pass, fail and be skipped as under CPython. What differs is tried a second time on both sides, since
some tests depend on time; what still differs fails the run, unless differences.toml has the reason. results.toml says how many tests
ended how when the project was run last (--update writes it); fewer that pass fail the run, too.
"""
from __future__ import annotations

import argparse
import collections
import fnmatch
import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from support import suites  # noqa: E402

TIMEOUT = 3600
PYTEST = ["-q", "-p", "no:randomly"]
PROCESS = "<process>"


@dataclass
class Project:
    """A project and its folder: venv, source, and what is made of them."""

    name: str
    settings: dict
    place: Path

    @property
    def python(self) -> Path:
        return self.place / "venv/bin/python"

    @property
    def source(self) -> Path:
        return self.place / "source"


def read_toml(name: str) -> dict:
    path = HERE / name
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


# ---- preparing and building ----


def prepare(project: Project, python: str) -> None:
    """The project's own environment and its unpacked sdist; kept for the next time."""
    settings = project.settings

    def remove_packages() -> None:  # the installed, compiled package is what the tests shall find
        for package in [] if settings.get("tests_are_in_package") else settings["packages"]:
            shutil.rmtree(project.source / package, ignore_errors=True)
            shutil.rmtree(project.source / "src" / package, ignore_errors=True)

    wanted = repr([settings.get(key) for key in ("sdist", "requires", "packages", "tests_are_in_package")])
    installed = ["-c", HERE / "constraints.txt", "pytest", settings["sdist"], *settings["requires"]]
    suites.provide(project.place, python, settings["sdist"], installed, wanted, remove_packages)


def build(project: Project, options) -> Path:
    program = project.place / "program"
    program.mkdir(exist_ok=True)
    shutil.copy(HERE / "driver.py", program / "driver.py")
    executable = project.place / "driver"
    settings = project.settings
    native = options.native or ",".join(settings.get("native", settings["packages"]))
    command = [options.pyc2c, "build", program / "driver.py", "-o", executable, "--noconfirm", "--quiet",
               f"--python={project.python}", "--collect-all=stdlib", "--collect-all=pytest", "--collect-submodules=_pytest",
               f"--native={native}", f"--jobs={options.jobs}", f"--report={project.place / 'report'}"]
    command += [f"--collect-all={package}" for package in settings["packages"]]
    command += [f"--collect-all={requirement}" for requirement in settings["requires"]]
    if options.cache:
        command.append(f"--module-cache-dir={options.cache}")
    subprocess.run(command, check=True, cwd=program)
    return executable


# ---- running and comparing ----


def run(command: list, project: Project, result: Path) -> dict[str, tuple[str, str]]:
    """What became of each test: its outcome, and pytest's text. The process counts as one more."""
    argv = [*command, result, *PYTEST, *project.settings.get("arguments", []), *project.settings["tests"]]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    result.unlink(missing_ok=True)
    try:
        done = subprocess.run(argv, cwd=project.source, env=environment, stdin=subprocess.DEVNULL, timeout=TIMEOUT,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        end, output = f"ended with {done.returncode}", done.stdout
    except subprocess.TimeoutExpired as timeout:
        end, output = "took too long", timeout.stdout or b""
    outcomes = {}
    if result.exists():
        for line in result.read_text(encoding="utf-8").splitlines():
            test, outcome, text = json.loads(line)
            outcomes[test] = (outcome, text)
    outcomes[PROCESS] = (end, output[-3000:].decode("utf-8", "replace"))
    return outcomes


def differences(expected: dict, got: dict) -> set[str]:
    absent = ("absent", "")
    return {test for test in expected.keys() | got.keys()
            if expected.get(test, absent)[0] != got.get(test, absent)[0]}


def outcomes(test: str, *runs: dict) -> set[str]:
    return {run[test][0] if test in run else "absent" for run in runs}


def write_log(path: Path, expected: dict, got: dict, tests: set[str]) -> None:
    absent = ("absent", "")
    with open(path, "w", encoding="utf-8") as log:
        for test in sorted(tests):
            before, after = expected.get(test, absent), got.get(test, absent)
            log.write(f"== {test}: {before[0]} -> {after[0]}\n{after[1]}\n")


def compare(project: Project, executable: Path) -> tuple[dict, set[str]]:
    """What CPython says, and the tests that ended otherwise in the executable, twice."""
    reference = [project.python, HERE / "driver.py"]
    expected = run(reference, project, project.place / "expected")
    got = run([executable], project, project.place / "got")
    different = differences(expected, got)
    if different:
        again = run([executable], project, project.place / "got-again")
        expected_again = run(reference, project, project.place / "expected-again")
        different &= differences(expected_again, again)
        # Some end now so, now so under CPython, too.
        different = {test for test in different if not outcomes(test, got, again) <= outcomes(test, expected, expected_again)}
    write_log(project.place / "differences.log", expected, got, different)
    return expected, different


def counts_of(outcomes: dict) -> dict[str, int]:
    counts = collections.Counter(outcome for test, (outcome, _) in outcomes.items() if test != PROCESS)
    return dict(sorted(counts.items()))


def judge(project: Project, executable: Path, recorded: dict) -> tuple[dict, bool]:
    """Compares, prints a line or more, and says whether the project is as it should be."""
    expected, different = compare(project, executable)
    reasons = read_toml("differences.toml").get(project.name, {})
    explained = {test for test in different if any(fnmatch.fnmatchcase(test, pattern) for pattern in reasons)}
    counts = counts_of(expected)
    native = json.loads((project.place / "report/report.json").read_text())["native"]
    row = {**counts, "functions": native["functions"], "native": native["native"]}
    print(f"{project.name}: {', '.join(f'{number} {what}' for what, number in counts.items())}; "
          f"{len(different)} differ, {len(explained)} of them explained; "
          f"{native['native']} of {native['functions']} functions native", flush=True)
    for test in sorted(different - explained)[:20]:
        print(f"    {test}")
    fewer = [what for what in ("passed", "native") if row.get(what, 0) < recorded.get(what, 1)]
    for what in fewer:
        print(f"    {what}: {row.get(what, 0)}, but {recorded.get(what, 'nothing yet')} in results.toml")
    return row, not (different - explained or fewer)


def write_results(results: dict[str, dict]) -> None:
    lines = ["# Tests of each project by their end, under CPython and compiled alike, and its functions. Written by run.py --update."]
    for name, row in results.items():
        lines += ["", f"[{name}]", *(f"{what} = {number}" for what, number in row.items())]
    (HERE / "results.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def arguments(known: dict) -> argparse.Namespace:
    parser = suites.parser(__doc__, "projects")
    parser.add_argument("projects", nargs="*", help=f"default: all, {' '.join(known)}")
    parser.add_argument("--native", help="default: the project's packages")
    parser.add_argument("--cache", type=Path, help="--module-cache-dir of the builds")
    parser.add_argument("--update", action="store_true", help="write results.toml")
    options = suites.parsed(parser.parse_args())
    unknown = [name for name in options.projects if name not in known]
    if unknown:
        parser.error(f"not in projects.toml: {', '.join(unknown)}")
    return options


def main() -> int:
    known = read_toml("projects.toml")
    options = arguments(known)
    results = read_toml("results.toml")
    bad = []
    for name in options.projects or known:
        project = Project(name, known[name], options.work / name)
        prepare(project, options.python)
        executable = build(project, options)
        row, good = judge(project, executable, results.get(name, {}))
        if good and options.update:
            results[name] = row
            write_results({key: results[key] for key in known if key in results})
        if not good:
            bad.append(name)
    if bad:
        print(f"differ: {' '.join(bad)}; see {options.work}/PROJECT/differences.log")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
