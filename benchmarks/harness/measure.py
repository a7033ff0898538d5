"""Interleaved measurements: A B C D A B C D …, so that a slow spell of the machine hits all alike."""
from __future__ import annotations

import socket
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from harness.processes import Process, run_watched
from harness.programs import Endpoint, Program
from harness.tools import Build

READY_SECONDS = 60.0
POLL_SECONDS = 0.0005
# Names such as PYTHONPATH or LD_LIBRARY_PATH of the caller would change what is measured.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}


class Broken(Exception):
    """A program that did not do what it does under CPython."""


@dataclass
class Series:
    """Samples of one program with one tool. `seconds` are from the start of the process to its end,
    or to the first answer of a server."""

    build: Build
    seconds: list[float] = field(default_factory=list)
    memory: int = 0
    problem: str = ""

    @property
    def works(self) -> bool:
        return not self.problem and not self.build.problem and bool(self.seconds)

    @property
    def best(self) -> float:
        return min(self.seconds)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """Half the distance of the quartiles, as a part of the median."""
        if len(self.seconds) < 4:
            return (max(self.seconds) - min(self.seconds)) / 2 / self.median
        low, _, high = statistics.quantiles(self.seconds, n=4)
        return (high - low) / 2 / self.median


def measure(
    program: Program, builds: dict[str, Build], rounds: int, say: Callable[[str], None]
) -> dict[str, Series]:
    """Measures one program with all tools that could build it."""
    series = {name: Series(build) for name, build in builds.items()}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        _check_outputs(program, series, folder)
        # Two rounds that do not count: page cache, byte code files of CPython's side.
        for number in range(-2, rounds):
            for tool, samples in series.items():
                if samples.build.problem or samples.problem:
                    continue
                try:
                    seconds = once(program, samples.build, folder)
                except Broken as problem:
                    samples.problem = str(problem)
                    say(f"{tool}: {problem}")
                    continue
                if number >= 0:
                    samples.seconds.append(seconds)
        for samples in series.values():
            if samples.works:
                samples.memory = memory_of(program, samples.build, folder)
    return series


def once(program: Program, build: Build, folder: Path) -> float:
    """Seconds of one run. Broken when it fails."""
    process, endpoint = _start(program, build, folder)
    try:
        if not program.is_server:
            ended = process.wait()
            if ended.status != 0:
                raise Broken(f"it ended with status {ended.status}: {_last_line(folder)}")
            return ended.seconds
        return _ready(program, process, endpoint, folder)
    finally:
        process.stop()


def memory_of(program: Program, build: Build, folder: Path) -> int:
    """Resident bytes, all processes together: a server's after its first answer, else the peak."""
    if not program.is_server:
        command = [*build.command, *program.arguments(folder, _endpoint(folder))]
        peaks = []
        for _ in range(5):
            ended = run_watched(command, ENVIRONMENT, folder / "output", READY_SECONDS, 0)
            peaks.append(ended.peak_bytes if ended else 0)
        return max(peaks)
    process, endpoint = _start(program, build, folder)
    try:
        _ready(program, process, endpoint, folder)
        return process.resident()
    finally:
        process.stop()


def _check_outputs(program: Program, series: dict[str, Series], folder: Path) -> None:
    """What prints something else than CPython does is not faster or slower: it is broken."""
    if program.is_server or "cpython" not in series:
        return
    expected = None
    for name in ["cpython", *(name for name in series if name != "cpython")]:
        samples = series[name]
        if samples.build.problem:
            continue
        try:
            once(program, samples.build, folder)
        except Broken as problem:
            samples.problem = str(problem)
            continue
        output = (folder / "output").read_bytes()
        expected = output if expected is None else expected
        if output != expected:
            samples.problem = "its output is not CPython's"


def _endpoint(folder: Path) -> Endpoint:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Endpoint(folder / "socket", probe.getsockname()[1])


def _start(program: Program, build: Build, folder: Path) -> tuple[Process, Endpoint]:
    endpoint = _endpoint(folder)
    endpoint.path.unlink(missing_ok=True)
    arguments = program.arguments(folder, endpoint)
    return Process([*build.command, *arguments], ENVIRONMENT, folder / "output"), endpoint


def _ready(program: Program, process: Process, endpoint: Endpoint, folder: Path) -> float:
    deadline = process.started + READY_SECONDS
    while not program.answered(endpoint):
        if process.wait(0) is not None:
            raise Broken(f"it ended before it answered: {_last_line(folder)}")
        if time.perf_counter() > deadline:
            raise Broken(f"no answer after {READY_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)
    return time.perf_counter() - process.started


def _last_line(folder: Path) -> str:
    lines = (folder / "output").read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "(no output)"
