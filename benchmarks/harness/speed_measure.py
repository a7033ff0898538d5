"""Runs of compiled programs, all tools in turns, each round new processes."""
from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import exp, log
from pathlib import Path
from statistics import median, quantiles
from typing import TypeVar

from harness.measure import ENVIRONMENT
from harness.suite import Subject
from harness.tools import Build
from harness.turns import Failed, Player

T = TypeVar("T")

RUN_LIMIT = 600.0  # seconds, for one sample
PROGRAM_ENVIRONMENT = {**ENVIRONMENT, "PYTHONHASHSEED": "0"}
FEWEST_TURNS, MOST_TURNS = 3, 200


@dataclass
class Runs:
    """CPU seconds by benchmark (a program may hold several), a figure for each turn."""

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
    """Measures one program with all tools that could compile it: in each round, every benchmark
    until the first tool has used `seconds` for it."""
    results = {name: Runs(build) for name, build in builds.items()}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for _ in range(rounds):
            for arguments in subject.variants:
                with ExitStack() as stack:
                    match = _Match(results, say)
                    match.start(stack, arguments, Path(name))
                    while match.has_benchmark():
                        match.play(seconds)
                        match.advance()
    return results


class _Match:
    """The processes of all tools for one program, while they run."""

    def __init__(self, results: dict[str, Runs], say: Callable[[str], None]) -> None:
        self._results, self._say = results, say
        self._players: dict[str, Player] = {}
        self._turn = 0

    def start(self, stack: ExitStack, arguments: tuple[str, ...], folder: Path) -> None:
        """One process after the other, until it is ready for its first benchmark."""
        for tool, runs in self._results.items():
            if not runs.build.problem and not runs.problem:
                command = [*runs.build.command, *arguments]
                output = folder / f"output-{tool}"
                player = Player(command, PROGRAM_ENVIRONMENT, output, RUN_LIMIT)
                self._players[tool] = stack.enter_context(player)
                self._call(tool, player.advance)

    def has_benchmark(self) -> bool:
        return any(player.benchmark is not None for player in self._players.values())

    def play(self, seconds: float) -> None:
        """One benchmark: turns of one sample each, until the first tool has used `seconds`."""
        used, turns = 0.0, 0
        while self._players and turns < MOST_TURNS and (turns < FEWEST_TURNS or used < seconds):
            turns += 1
            first = next(iter(self._players))
            for tool in self._in_turn():
                player = self._players[tool]
                sample = self._call(tool, player.sample)
                if sample is not None and player.benchmark is not None:
                    values = self._results[tool].seconds.setdefault(player.benchmark, [])
                    values.append(sample.run)
                    used += sample.whole if tool == first else 0

    def advance(self) -> None:
        """To the next benchmark, or the end of the program."""
        for tool, player in list(self._players.items()):
            self._call(tool, player.advance)

    def _in_turn(self) -> list[str]:
        """Who comes after a large process finds cold caches: not always the same."""
        tools = list(self._players)
        self._turn += 1
        first = self._turn % len(tools)
        return tools[first:] + tools[:first]

    def _call(self, tool: str, function: Callable[[], T]) -> T | None:
        """What the function returns; None when it failed, and the tool is out then."""
        try:
            return function()
        except Failed as error:
            del self._players[tool]
            self._results[tool].problem = str(error)
            self._say(f"{tool}: {error}")
            return None


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


def speedups_by_turn(runs: Runs, base: Runs) -> dict[str, float]:
    """The same as the median of the ratios of all turns."""
    return {
        name: median(other / own for own, other in zip(values, base.seconds[name], strict=True))
        for name, values in runs.seconds.items()
    }


def speedup(runs: Runs, base: Runs) -> float:
    """Of a program: the geometric mean over its benchmarks."""
    return geomean(list(speedups(runs, base).values()))
