"""Times builds: from nothing, after edits, with nothing changed, from a shared cache.

    make bench-builds                                     pyc2c, PyInstaller, Nuitka: an hour or more
    make bench-builds ARGS="--tools pyc2c --only plugin --rounds 10"
    make bench-builds ARGS=--publish                      all, into BUILDS.md, too

The tools take turns on the same sources. Writes builds.md, builds.json and builds.svg into
benchmarks/results/ (or --output); --publish also replaces BUILDS.md and BUILDS.svg beside this file.
Figures are figures: nothing here passes or fails by time. The exit status is 1 only when pyc2c could
not build a program, or what it built does not run.
"""
from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import build_plot, build_report, report  # noqa: E402
from harness.build_measure import BUILDERS, Samples, measure_builds  # noqa: E402
from harness.build_subjects import REQUIREMENTS, SUBJECTS  # noqa: E402
from harness.output import Output  # noqa: E402
from harness.start import arguments, chosen, enter, say  # noqa: E402


def parse() -> argparse.Namespace:
    names = [subject.name for subject in SUBJECTS]
    parser = arguments(__doc__, "BUILDS", names, BUILDERS, limit=3600)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of pyc2c (default: 5)")
    parser.add_argument("--peer-rounds", type=int, default=1, help="in how many of them peers take part")
    return parser.parse_args()


def write(given: argparse.Namespace, results: dict[str, dict[str, Samples]], titles, known) -> str:
    """After each program, so that a run that is cut short leaves what it measured."""
    text = build_report.markdown(results, titles, known)
    picture = build_plot.svg(results, titles)
    output = Output(given.output, "builds", "seconds by step")
    output.write(text, build_report.figures(results, known), picture)
    if given.publish and len(results) == len(SUBJECTS):
        output.publish(text, picture)
    return text


def main() -> int:
    given = parse()
    subjects = {subject.name: subject for subject in SUBJECTS}
    names = chosen(given.only, subjects, "program")
    place, tools = enter(given, BUILDERS, "bench-builds", REQUIREMENTS)
    tools.pop("cpython")
    titles = {name: tool.title for name, tool in tools.items()}
    known = {**report.machine(), **report.versions(place.python, place.pyc2c)}
    results: dict[str, dict[str, Samples]] = {}
    for name in names:
        results[name] = measure_builds(subjects[name], tools, given.rounds, given.peer_rounds, say)
        text = write(given, results, titles, known)
    print(text)
    say(f"written: {given.output}/builds.md, builds.json, builds.svg")
    own = [by_tool["pyc2c"] for by_tool in results.values() if "pyc2c" in by_tool]
    return 0 if all(not samples.problem for samples in own) else 1


if __name__ == "__main__":
    sys.exit(main())
