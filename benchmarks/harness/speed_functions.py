"""Which functions are slower as native code than as bytecode: a sampled run of both executables.

A function's own time is its share of the samples, which see no collections of garbage, times the best
time of the benchmark; it holds that of C functions that it calls, which should be equal. A function counts as slower when the
difference is larger than twice what chance makes of so many samples: rerun with more seconds to see
smaller ones. What a call costs counts for the caller as long as the callee has no frame, which takes
native code longer; so a function that calls may be slower by its own time, and faster together with
what it calls. Both are told.
"""
from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

from harness.processes import run_watched
from harness.speed_measure import PROGRAM_ENVIRONMENT, RUN_LIMIT, Runs
from harness.suite import Subject

# A sample that meets a frame of the interpreter while that is being made or dropped may end the
# process; seen with bytecode, one run in three.
ATTEMPTS, CRASHED = 5, "status -11"

SLOW = 0.97
SMALLEST_SHARE = 0.01  # of the bytecode's time: below it nothing can be said


@dataclass(frozen=True)
class Function:
    """Own seconds in one run of a benchmark, and those with the functions that it calls."""

    benchmark: str
    name: str
    native: float
    bytecode: float
    share: float  # of the whole benchmark's native time
    whole_native: float
    whole_bytecode: float

    @property
    def speedup(self) -> float:
        return self.bytecode / self.native

    @property
    def whole_speedup(self) -> float:
        return self.whole_bytecode / self.whole_native


def measure_functions(
    subject: Subject, native: Runs, bytecode: Runs, seconds: float
) -> tuple[list[Function], str]:
    """The slower ones, worst loss first, and what went wrong."""
    found = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for tool in (native, bytecode):
            for _ in range(ATTEMPTS):
                problem, values = _run_sampled(subject, tool.build.command, seconds, Path(name))
                if not problem.startswith(CRASHED):
                    break
            if problem:
                return [], problem
            found.append(dict(values))
    slower = [function for name in found[0] for function in _slower(subject, name, *found)]
    return sorted(slower, key=lambda each: (each.speedup - 1) * each.share), ""


def _run_sampled(
    subject: Subject, program: Sequence[str], seconds: float, folder: Path
) -> tuple[str, list[tuple[str, Any]]]:
    """What went wrong, or an empty string; and what the shim saw, by benchmark."""
    result = folder / "result"
    environment = {
        **PROGRAM_ENVIRONMENT,
        "BENCH_OUTPUT": str(result),
        "BENCH_SECONDS": str(seconds),
        "BENCH_FUNCTIONS": "1",
    }
    values: list[tuple[str, Any]] = []
    for arguments in subject.variants:
        result.unlink(missing_ok=True)
        ended = run_watched([*program, *arguments], environment, folder / "output", RUN_LIMIT, 0.02)
        if ended is None:
            return f"no end after {RUN_LIMIT:.0f} s", values
        if ended.status != 0 or not result.exists():
            lines = (folder / "output").read_text(errors="replace").strip().splitlines()
            return f"status {ended.status}: {lines[-1] if lines else '(no output)'}", values
        values += json.loads(result.read_text()).items()
    return "", values


def _slower(subject: Subject, benchmark: str, native: dict, bytecode: dict) -> Iterator[Function]:
    ours, theirs = native[benchmark], bytecode[benchmark]
    unit, other_unit = _seconds_a_sample(ours), _seconds_a_sample(theirs)
    total = sum(theirs["own"].values())
    for name, count in ours["own"].items():
        other = theirs["own"].get(name, 0)
        if not _is_native(subject, name) or other < SMALLEST_SHARE * total:
            continue
        seconds, before = count * unit, other * other_unit
        chance = sqrt(count * unit**2 + other * other_unit**2)
        if before / seconds < SLOW and seconds - before > 2 * chance:
            whole = ours["whole"][name] * unit, theirs["whole"][name] * other_unit
            yield Function(benchmark, name, seconds, before, seconds / ours["seconds"], *whole)


def _seconds_a_sample(result: dict) -> float:
    return result["seconds"] / max(1, sum(result["own"].values()))


def _is_native(subject: Subject, function: str) -> bool:
    """By its module, with which the name begins."""
    return any(function.startswith(f"{module}.") for module in ("__main__", *subject.native))
