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
from harness.programs import PROGRAMS, REPOSITORY, REQUIREMENTS  # noqa: E402
from harness.start import chosen, enter, say  # noqa: E402
from harness.tools import TOOLS, Build, Tool  # noqa: E402


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--build", type=Path, default=REPOSITORY / "build", help="where pyc2c is")
    parser.add_argument("--quick", action="store_true", help="5 rounds, one build each, no Nuitka")
    parser.add_argument("--only", default="", help="programs: " + ",".join(p.name for p in PROGRAMS))
    parser.add_argument("--tools", default="", help="tools: " + ",".join(t.name for t in TOOLS))
    parser.add_argument("--rounds", type=int, help="interleaved rounds (default: 30)")
    parser.add_argument("--limit", type=float, default=3600, help="seconds a build may take")
    parser.add_argument("--output", type=Path, default=HERE / "results")
    parser.add_argument("--publish", action="store_true", help="replace RESULTS.md and RESULTS.svg")
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
    given.output.mkdir(parents=True, exist_ok=True)
    (given.output / "results.md").write_text(text, encoding="utf-8")
    (given.output / "results.json").write_text(report.as_json(results, facts), encoding="utf-8")
    (given.output / "results.svg").write_text(picture, encoding="utf-8")
    if given.publish:
        published = text.replace("\n### ", "\n![all runs](RESULTS.svg)\n\n### ", 1)
        (HERE / "RESULTS.md").write_text(published, encoding="utf-8")
        (HERE / "RESULTS.svg").write_text(picture, encoding="utf-8")
    print(text)
    say(f"written: {given.output}/results.md, results.json, results.svg")
    own = [by_tool["pyc2c"] for by_tool in results.values() if "pyc2c" in by_tool]
    return 0 if all(series.works for series in own) else 1


if __name__ == "__main__":
    sys.exit(main())
