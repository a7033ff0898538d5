"""Processes that measure themselves in turns: one sample of one of them at a time.

A machine that is not all ours is fast and slow by turns of less than a second. So the processes of
all tools live at once and wait for each other: what they measure right after each other can be
compared. The other side of the pipes is shim/pyperf.py.
"""
from __future__ import annotations

import json
import os
import select
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from harness.processes import Process

SAMPLE, END = b"+", b"."


class Failed(Exception):
    """How a program ended that should not have, or that it did not end."""


@dataclass(frozen=True)
class Sample:
    """Seconds of CPU time."""

    run: float
    whole: float  # a sample of a short run is many of them


class Player:
    """A program that runs its benchmarks one after the other, a sample whenever it is told to."""

    benchmark: str | None = None  # what it is ready for

    def __init__(
        self, argv: Sequence[str], env: Mapping[str, str], output: Path, limit: float
    ) -> None:
        self._output, self._limit = output, limit
        orders, self._orders = os.pipe()
        self._answers, answers = os.pipe()
        self._lines: list[bytes] = []
        self._rest = b""
        try:
            for fd in (orders, answers):
                os.set_inheritable(fd, True)
            turns = {"BENCH_TURNS": f"{orders},{answers}"}
            self._process = Process(argv, {**env, **turns}, output)
        finally:
            os.close(orders)
            os.close(answers)

    def __enter__(self) -> Player:
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._orders)
        os.close(self._answers)
        self._process.kill()
        self._process.wait()

    def advance(self) -> None:
        """To the next benchmark, until it has warmed up; to the program's end after the last."""
        if self.benchmark is not None:
            self._order(END)
        answer = self._answer()
        self.benchmark = None if answer is None else str(answer)
        if answer is None and self._status() != 0:
            raise Failed(self._reason())

    def sample(self) -> Sample:
        self._order(SAMPLE)
        answer = self._answer()
        if not isinstance(answer, list):
            raise Failed(self._reason())
        return Sample(*answer)

    def _order(self, order: bytes) -> None:
        try:
            os.write(self._orders, order)
        except BrokenPipeError as error:
            raise Failed(self._reason()) from error

    def _answer(self) -> object:
        """The next line, None at the end of them."""
        while not self._lines:
            ready, _, _ = select.select([self._answers], [], [], self._limit)
            if not ready:
                raise Failed(self._endless())
            data = os.read(self._answers, 65536)
            if not data:
                return None
            *self._lines, self._rest = (self._rest + data).split(b"\n")
        return json.loads(self._lines.pop(0))

    def _reason(self) -> str:
        status = self._status()
        lines = self._output.read_text(errors="replace").strip().splitlines()
        return f"status {status}: {lines[-1] if lines else '(no output)'}"

    def _status(self) -> int:
        ended = self._process.wait(self._limit)
        if ended is None:
            raise Failed(self._endless())
        return ended.status

    def _endless(self) -> str:
        return f"no end after {self._limit:.0f} s"
