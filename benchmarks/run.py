"""Builds five programs with pyc2c, PyInstaller and Nuitka, and compares them with CPython.

    make bench                                     everything: an hour or more, most of it Nuitka
    make bench ARGS="--quick --tools pyc2c,pyinstaller"
    make bench ARGS=--publish                      everything, into RESULTS.md, too
    python3.11 benchmarks/run.py --build build --only hello,plugin --rounds 40

Writes results.md, results.json and results.svg into benchmarks/results/ (or --output); --publish
also replaces RESULTS.md and RESULTS.svg beside this file, which are checked in. Figures are figures:
nothing here passes or fails by time. The exit status is 1 only when pyc2c itself could not build a
program, or the program did not do what it does under CPython.
"""
from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import plot, report  # noqa: E402
from harness.measure import Series, measure  # noqa: E402
from harness.output import Output  # noqa: E402
from harness.programs import PROGRAMS, REQUIREMENTS  # noqa: E402
from harness.start import arguments, chosen, enter, say  # noqa: E402
from harness.tools import TOOLS, Build, Tool  # noqa: E402


def parse() -> argparse.Namespace:
    names = [program.name for program in PROGRAMS]
    parser = arguments(__doc__, "RESULTS", names, TOOLS, limit=3600)
    parser.add_argument("--quick", action="store_true", help="5 rounds, one build each, no Nuitka")
    parser.add_argument("--rounds", type=int, help="interleaved rounds (default: 30)")
    return parser.parse_args()


def build_all(program, tools: dict[str, Tool], quick: bool) -> dict[str, Build]:
    builds = {}
    for name, tool in tools.items():
        # A build of a peer takes its time; one of pyc2c is over so soon that one says little.
        repeat = 3 if name.startswith("pyc2c") and not quick else 1
        if name != "cpython":
            say(f"{program.name}: building with {tool.title}")
        builds[name] = tool.build(program, repeat)
        if builds[name].problem:
            say(f"{program.name}: {tool.title} failed: {builds[name].problem}")
    return builds


def main() -> int:
    given = parse()
    programs = {program.name: program for program in PROGRAMS}
    names = chosen(given.only, programs, "program")
    rounds = given.rounds or (5 if given.quick else 30)
    leave_out = ["nuitka"] if given.quick and not given.tools else []
    place, tools = enter(given, TOOLS, "bench", REQUIREMENTS, leave_out)
    facts = {**report.machine(), **report.versions(place.python, place.pyc2c)}

    results: dict[str, dict[str, Series]] = {}
    for name in names:
        builds = build_all(programs[name], tools, given.quick)
        say(f"{name}: measuring {rounds} rounds")
        results[name] = measure(programs[name], builds, rounds, say)

    titles = {name: tool.title for name, tool in tools.items()}
    text = report.markdown(results, programs, tools, facts, rounds)
    picture = plot.svg(results, programs, titles)
    output = Output(given.output, "results", "all runs")
    output.write(text, report.figures(results, facts), picture)
    if given.publish:
        output.publish(text, picture)
    print(text)
    say(f"written: {given.output}/results.md, results.json, results.svg")
    own = [by_tool["pyc2c"] for by_tool in results.values() if "pyc2c" in by_tool]
    return 0 if all(series.works for series in own) else 1


if __name__ == "__main__":
    sys.exit(main())
