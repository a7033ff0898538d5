#!/usr/bin/env python3
"""Real projects' own test suites with the package compiled natively, compared with CPython.

    run.py --pyc2c build/pyc2c [--python /usr/bin/python3.11] [--work DIR] [--native LIST|none] [PROJECT…]

For each project of projects.toml: its package and pytest go into an executable, the package natively; the tests of its sdist stay
ordinary files. The same tests must pass, fail and be skipped as under CPython.
"""
from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
TIMEOUT = 1800
PYTEST = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-x", "--maxfail=100000", "--import-mode=importlib"]


def prepare(name: str, project: dict, options) -> tuple[Path, Path]:
    """The project's own environment and its unpacked sdist; kept for the next time."""
    place = options.work / name
    venv, source = place / "venv", place / "source"
    stamp = place / "ready"
    wanted = json.dumps(project, sort_keys=True)
    if stamp.exists() and stamp.read_text() == wanted:
        return venv / "bin/python", source
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    subprocess.run([options.python, "-m", "venv", venv], check=True)
    pip = [venv / "bin/python", "-m", "pip", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "pytest<8.3", project["sdist"], *project["requires"]], check=True)
    subprocess.run([*pip, "download", "--no-deps", "--no-binary=:all:", "--no-build-isolation", "-d", place / "sdist",
                    project["sdist"]], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not list((place / "sdist").glob("*.tar.gz")):
        subprocess.run([*pip, "download", "--no-deps", "--no-binary=:all:", "-d", place / "sdist",
                        project["sdist"]], check=True)
    with tarfile.open(next((place / "sdist").glob("*.tar.gz"))) as archive:
        archive.extractall(place / "unpacked", filter="data") if hasattr(tarfile, "data_filter") \
            else archive.extractall(place / "unpacked")
    next((place / "unpacked").iterdir()).rename(source)
    for package in project["packages"]:  # the installed, compiled package is what the tests shall find
        if not project.get("tests_are_in_package"):
            shutil.rmtree(source / package, ignore_errors=True)
            shutil.rmtree(source / "src" / package, ignore_errors=True)
    stamp.write_text(wanted)
    return venv / "bin/python", source


def build(name: str, project: dict, python: Path, options) -> Path:
    place = options.work / name / "program"
    place.mkdir(exist_ok=True)
    shutil.copy(HERE / "driver.py", place / "driver.py")
    executable = options.work / name / "driver"
    native = options.native or ",".join(project["packages"])
    command = [options.pyc2c, "build", place / "driver.py", "-o", executable, "--noconfirm", "--quiet",
               f"--python={python}", "--collect-all=stdlib", "--collect-all=pytest", f"--native={native}",
               "--collect-submodules=_pytest", f"--report={options.work / name / 'report'}"]
    command += [f"--collect-all={package}" for package in project["packages"]]
    requires = [requirement.split("<")[0].split("=")[0] for requirement in project["requires"]]
    command += [f"--collect-all={requirement}" for requirement in requires]
    if options.cache:
        command.append(f"--module-cache-dir={options.cache}")
    subprocess.run(command, check=True, cwd=place)
    return executable


def run(command: list, project: dict, source: Path, result: Path) -> tuple[dict, str]:
    argv = [*command, result, *PYTEST, *project.get("arguments", []), *project["tests"]]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    result.unlink(missing_ok=True)
    try:
        done = subprocess.run(argv, cwd=source, env=environment, stdin=subprocess.DEVNULL, timeout=TIMEOUT,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        end, output = f"ended with {done.returncode}", done.stdout
    except subprocess.TimeoutExpired as timeout:
        end, output = "took too long", timeout.stdout or b""
    outcomes = {}
    if result.exists():
        for line in result.read_text(encoding="utf-8").splitlines():
            test, outcome, text = json.loads(line)
            outcomes[test] = (outcome, text)
    outcomes["<process>"] = (end, output[-3000:].decode("utf-8", "replace"))
    return outcomes, end


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("projects", nargs="*")
    parser.add_argument("--pyc2c", default="build/pyc2c")
    parser.add_argument("--python", default="/usr/bin/python3.11")
    parser.add_argument("--work", type=Path, default=Path("build/tests/projects"))
    parser.add_argument("--native", help="default: the project's packages")
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    options.pyc2c = Path(options.pyc2c).resolve()
    options.work = options.work.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    with open(HERE / "projects.toml", "rb") as stream:
        projects = tomllib.load(stream)
    unknown = [name for name in options.projects if name not in projects]
    if unknown:
        print(f"not in projects.toml: {', '.join(unknown)}", file=sys.stderr)
        return 2
    bad = 0
    for name in options.projects or projects:
        project = projects[name]
        python, source = prepare(name, project, options)
        executable = build(name, project, python, options)
        expected, _ = run([python, HERE / "driver.py"], project, source, options.work / name / "expected")
        got, _ = run([executable], project, source, options.work / name / "got")
        different = [test for test in sorted(expected.keys() | got.keys())
                     if expected.get(test, ("absent",))[0] != got.get(test, ("absent",))[0]]
        counts = {}
        for outcome, _ in expected.values():
            counts[outcome] = counts.get(outcome, 0) + 1
        print(f"{name}: {len(expected)} results ({', '.join(f'{n} {what}' for what, n in sorted(counts.items()))}), "
              f"{len(different)} differ", flush=True)
        with open(options.work / name / "differences.log", "w", encoding="utf-8") as log:
            for test in different:
                before, after = expected.get(test, ("absent", "")), got.get(test, ("absent", ""))
                log.write(f"== {test}: {before[0]} -> {after[0]}\n{after[1]}\n")
        bad += bool(different)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
