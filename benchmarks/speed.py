"""Compiles the pure-Python programs of PyPI's pyperformance, and compares their speed.

    make bench-speed                                          all programs, pyc2c and its peers
    make bench-speed ARGS="--only richards,go --tools pyc2c --rounds 3"
    make bench-speed ARGS=--publish                           all, into SPEED.md, too

CPython, pyc2c (default, --optimize-speed, bytecode only), Nuitka, Cython and mypyc take turns, a
sample of one of them at a time; pyc2c-train and pyc2c-size (--train, --optimize-size) take part when
--tools names them. Writes speed.md, speed.json and speed.svg into benchmarks/results/ (or --output);
--publish also replaces SPEED.md and SPEED.svg beside this file. Functions that are slower as native
code than as bytecode are listed. Figures are figures: nothing here passes or fails by time. The exit
status is 1 only when pyc2c could not build a program or the program failed.
"""
from __future__ import annotations

import argparse
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import report, speed_plot, speed_report  # noqa: E402
from harness.output import Output  # noqa: E402
from harness.speed_functions import Function, measure_functions  # noqa: E402
from harness.speed_measure import Runs, measure_speed  # noqa: E402
from harness.speed_tools import COMPILERS, ON_REQUEST  # noqa: E402
from harness.start import arguments, chosen, enter, say  # noqa: E402
from harness.suite import REQUIREMENTS, SUBJECTS, Subject  # noqa: E402


def parse() -> argparse.Namespace:
    names = [subject.name for subject in SUBJECTS]
    parser = arguments(__doc__, "SPEED", names, COMPILERS, limit=900)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of processes (default: 3)")
    parser.add_argument(
        "--seconds", type=float, default=1.0, help="CPython's CPU time for a benchmark in a round"
    )
    parser.add_argument(
        "--functions",
        type=float,
        default=4,
        help="CPU time in which a benchmark's functions are compared with their bytecode, when the "
        "tools are pyc2c and pyc2c-bytecode (default: 4; 0: not)",
    )
    return parser.parse_args()


def facts(pyc2c: Path) -> dict[str, str]:
    own = subprocess.run([pyc2c, "--version"], capture_output=True, text=True, check=False)
    names = ("pyperformance", "Nuitka", "Cython", "mypy")
    return {
        **report.machine(),
        "pyc2c": own.stdout.strip().removeprefix("pyc2c "),
        "CPython": sys.version.partition(" ")[0],
        **{name: version(name) for name in names},
    }


def compare_functions(given, subject: Subject, runs: dict[str, Runs]) -> list[Function] | None:
    """The functions that are slower as native code; None when that was not measured."""
    native, bytecode = runs.get("pyc2c"), runs.get("pyc2c-bytecode")
    if not given.functions or not (native and native.works and bytecode and bytecode.works):
        return None
    slower, problem = measure_functions(subject, native, bytecode, given.functions)
    if problem:
        say(f"{subject.name}: functions: {problem}")
        return None
    return slower


def write(
    given: argparse.Namespace, results: dict[str, dict[str, Runs]], functions, titles, known
) -> str:
    """After each program, so that a run that is cut short leaves what it measured."""
    text = speed_report.markdown(results, titles, functions, known, given.rounds, given.seconds)
    picture = speed_plot.svg(results, titles)
    output = Output(given.output, "speed", "times as fast as CPython")
    output.write(text, speed_report.figures(results, functions, known), picture)
    if given.publish and len(results) == len(SUBJECTS):
        output.publish(text, picture)
    return text


def main() -> int:
    given = parse()
    subjects = {subject.name: subject for subject in SUBJECTS}
    names = chosen(given.only, subjects, "program")
    left_out = () if given.tools else ON_REQUEST
    place, tools = enter(given, COMPILERS, "bench-speed", REQUIREMENTS, left_out)
    titles = {name: tool.title for name, tool in tools.items()}
    known = facts(place.pyc2c)

    results: dict[str, dict[str, Runs]] = {}
    functions: dict[str, list[Function]] = {}
    for name in names:
        subject = subjects[name]
        source = subject.prepare(place.work)
        builds = {}
        for tool_name, tool in tools.items():
            builds[tool_name] = tool.compile(subject, source)
            if builds[tool_name].problem:
                say(f"{name}: {tool.title}: {builds[tool_name].problem}")
        say(f"{name}: measuring {given.rounds} rounds")
        results[name] = measure_speed(subject, builds, given.rounds, given.seconds, say)
        if (slower := compare_functions(given, subject, results[name])) is not None:
            functions[name] = slower
        text = write(given, results, functions, titles, known)
    print(text)
    say(f"written: {given.output}/speed.md, speed.json, speed.svg")
    own = [runs for by_tool in results.values() for tool, runs in by_tool.items() if "pyc2c" in tool]
    return 0 if all(runs.works for runs in own) else 1


if __name__ == "__main__":
    sys.exit(main())
