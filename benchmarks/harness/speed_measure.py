"""Runs of compiled programs, all tools in turn, each round a new process."""
from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log
from pathlib import Path
from statistics import median, quantiles
from types import MappingProxyType
from typing import Any

from harness.measure import ENVIRONMENT
from harness.processes import run_watched
from harness.suite import Subject
from harness.tools import Build

RUN_LIMIT = 600.0


@dataclass
class Runs:
    """CPU seconds by benchmark (a program may hold several), one figure a round."""

    build: Build
    seconds: dict[str, list[float]] = field(default_factory=dict)
    problem: str = ""

    @property
    def works(self) -> bool:
        return not self.problem and not self.build.problem and bool(self.seconds)


def measure_speed(
    subject: Subject,
    builds: dict[str, Build],
    rounds: int,
    seconds: float,
    say: Callable[[str], None],
) -> dict[str, Runs]:
    """Measures one program with all tools that could compile it."""
    results = {name: Runs(build) for name, build in builds.items()}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for number in range(rounds):
            # Whoever comes after a large process finds cold caches: not always the same.
            tools = list(results)
            turn = number % len(tools)
            for tool in tools[turn:] + tools[:turn]:
                runs = results[tool]
                if runs.build.problem or runs.problem:
                    continue
                runs.problem = _one_round(subject, runs, seconds, Path(name))
                if runs.problem:
                    say(f"{tool}: {runs.problem}")
    return results


def _one_round(subject: Subject, runs: Runs, seconds: float, folder: Path) -> str:
    """What went wrong, or an empty string."""
    problem, values = run_variants(subject, runs.build.command, seconds, folder)
    for name, value in values:
        runs.seconds.setdefault(name, []).append(value)
    return problem


def run_variants(
    subject: Subject,
    program: Sequence[str],
    seconds: float,
    folder: Path,
    more: Mapping[str, str] = MappingProxyType({}),
) -> tuple[str, list[tuple[str, Any]]]:
    """What went wrong, or an empty string; and what the shim measured, by benchmark."""
    result = folder / "result"
    environment = {
        **ENVIRONMENT,
        "BENCH_OUTPUT": str(result),
        "BENCH_SECONDS": str(seconds),
        "PYTHONHASHSEED": "0",
        **more,
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


def geomean(values: list[float]) -> float:
    return exp(sum(map(log, values)) / len(values))


def spread(values: list[float]) -> float:
    """Half the distance of the quartiles, as a part of the median."""
    if len(values) < 4:
        return (max(values) - min(values)) / 2 / median(values)
    low, _, high = quantiles(values, n=4)
    return (high - low) / 2 / median(values)


def speedups(runs: Runs, base: Runs) -> dict[str, float]:
    """How many times as fast, by benchmark: best against best, which a busy machine moves least."""
    return {name: min(base.seconds[name]) / min(values) for name, values in runs.seconds.items()}


def speedups_by_round(runs: Runs, base: Runs) -> dict[str, float]:
    """The same as the median of the ratios of each round."""
    return {
        name: median(other / own for own, other in zip(values, base.seconds[name], strict=True))
        for name, values in runs.seconds.items()
    }


def speedup(runs: Runs, base: Runs) -> float:
    """Of a program: the geometric mean over its benchmarks."""
    return geomean(list(speedups(runs, base).values()))
