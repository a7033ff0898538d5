"""Measuring of benchmarks/speed.py: processes that take turns, and programs that fail on the way."""
from __future__ import annotations

import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from harness import speed_plot, speed_report  # noqa: E402
from harness.speed_functions import measure_functions  # noqa: E402
from harness.speed_measure import measure_speed, speedups, speedups_by_turn  # noqa: E402
from harness.speed_tools import COMPILERS  # noqa: E402
from harness.suite import Subject  # noqa: E402
from harness.tools import Build  # noqa: E402

PROGRAM = """
import sys
sys.path.insert(0, {shim!r})
import pyperf

def work(times):
    log = open({log!r}, "a")
    print({tool!r}, sys.argv[1:], file=log)
    log.close()
    for _ in range(20000 * times):
        pass
    {extra}

runner = pyperf.Runner()
runner.argparser.add_argument("kind")
kind = runner.parse_args().kind
runner.bench_func(f"one_{{kind}}", work, 1, inner_loops=2)
runner.bench_func(f"two_{{kind}}", work, 2)
"""

PROGRAM_SUBJECT = Subject("program", variants=(("a",), ("b",)))


@pytest.fixture
def measured(tmp_path):
    def measure(*extras: str, rounds: int = 2):
        builds = {}
        for number, extra in enumerate(extras):
            tool = f"tool{number}"
            program = tmp_path / f"{tool}.py"
            program.write_text(PROGRAM.format(shim=str(BENCHMARKS / "shim"), log=str(tmp_path / "log"),
                                              tool=tool, extra=extra))
            builds[tool] = Build((sys.executable, str(program)))
        said: list[str] = []
        return measure_speed(PROGRAM_SUBJECT, builds, rounds, 0.05, said.append), said
    return measure


def test_samples_are_taken_in_turns(measured, tmp_path):
    results, said = measured("", "")
    assert not said
    one, two = results["tool0"], results["tool1"]
    assert one.works and two.works
    assert [*one.seconds] == ["one_a", "two_a", "one_b", "two_b"] == [*two.seconds]
    for name, values in one.seconds.items():
        assert len(values) == len(two.seconds[name]) >= 6, "two rounds of three turns"
        assert 0.2 < speedups(one, two)[name] < 5 and 0.2 < speedups_by_turn(one, two)[name] < 5
    assert min(one.seconds["one_a"]) < min(one.seconds["two_a"]), "a fourth of the work"
    switches = [line.split()[0] for line in (tmp_path / "log").read_text().splitlines()]
    changes = sum(before != after for before, after in zip(switches, switches[1:]))
    turns = sum(map(len, one.seconds.values()))
    assert changes >= turns, "after each sample the other one's turn"


@pytest.mark.parametrize("extra, reason", [
    ("raise ValueError('no')", "status 1: ValueError: no"),
    ("__import__('os')._exit(3)", "status 3: (no output)"),
    ("work.calls = getattr(work, 'calls', 0) + 1; assert work.calls < 4, 'late'", "AssertionError: late"),
])
def test_who_fails_is_out_and_the_others_go_on(measured, extra, reason):
    results, said = measured("", extra)
    assert results["tool0"].works and not results["tool1"].works
    assert reason in results["tool1"].problem and reason in said[0] and len(said) == 1
    assert {len(values) >= 6 for values in results["tool0"].seconds.values()} == {True}


def test_reports_hold_what_was_measured(measured):
    results, _ = measured("", "raise ValueError('no')", rounds=1)
    by_name = {"cpython": results["tool0"], "pyc2c": results["tool1"]}
    titles = {"cpython": "CPython", "pyc2c": "pyc2c"}
    text = speed_report.markdown({"program": by_name}, titles, {}, {"processor": "one"}, 1, 0.05)
    assert "- program, pyc2c: failed: status 1: ValueError: no" in text
    assert "| one_a | CPython |" in text and "| – |" in text


def test_every_tool_has_a_colour():
    assert {kind.name for kind in COMPILERS} == {"cpython", *speed_plot.COLOURS}


def test_functions_that_are_slower_are_named(measured):
    results, said = measured("for _ in range(100000): pass", "", "(lambda: [None for _ in range(100000)])()", rounds=1)
    assert not said
    loops, plain, calls = results.values()
    slower, problem = measure_functions(PROGRAM_SUBJECT, loops, plain, 0.15)
    assert not problem and {each.name for each in slower} == {"__main__.work:6"}
    assert all(each.speedup < 0.6 and each.whole_speedup < 0.6 and each.share > 0.9 for each in slower)
    text = speed_report.slower_functions({"program": slower})
    assert "__main__.work:6 in one_a: 0." in text and "times with what it calls" in text
    slower, problem = measure_functions(PROGRAM_SUBJECT, calls, loops, 0.15)
    assert not problem and not slower, "a function's own time does not hold that of what it calls"
