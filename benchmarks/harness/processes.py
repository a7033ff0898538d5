"""Starting processes cheaply, knowing when they were started, and how much memory they take.

Every process gets a session of its own, so that nothing of it can stay behind. A one-file
executable of a peer is two processes; memory is that of a process and all its descendants.
"""
from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Ended:
    status: int
    seconds: float
    peak_bytes: int = 0
    cpu: float = 0.0  # seconds of CPU time, with the children that it waited for


class Process:
    """A running command. posix_spawn: the start costs the same for every tool, whatever the size
    of the measuring process."""

    def __init__(self, argv: Sequence[str | Path], env: Mapping[str, str], output: Path):
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(output), flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        words = [str(word) for word in argv]
        self.started = time.perf_counter()
        self.pid = os.posix_spawn(words[0], words, dict(env), file_actions=actions, setsid=True)
        self._ended: Ended | None = None

    def wait(self, seconds: float | None = None) -> Ended | None:
        """How it ended; None when it still runs after `seconds`. Without a limit it blocks, and the
        time is exact."""
        deadline = None if seconds is None else time.perf_counter() + seconds
        while self._ended is None:
            pid, status, used = os.wait4(self.pid, 0 if deadline is None else os.WNOHANG)
            now = time.perf_counter()
            if pid:
                code = os.waitstatus_to_exitcode(status)
                cpu = used.ru_utime + used.ru_stime
                self._ended = Ended(code, now - self.started, cpu=cpu)
            elif deadline is not None and now > deadline:
                return None
            else:
                time.sleep(0.002)
        return self._ended

    def stop(self, seconds: float = 10) -> Ended:
        """SIGINT, then SIGKILL for whatever is left of its session."""
        if self._ended is None:
            os.kill(self.pid, signal.SIGINT)
        ended = self.wait(seconds)
        self.kill()
        return ended or self.wait()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def resident(self) -> int:
        """Resident bytes of the process and its descendants now."""
        return resident_bytes(self.pid)


def resident_bytes(pid: int) -> int:
    """Resident bytes of a process and all its descendants."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            total = int(file.read().split()[1]) * PAGE
        with open(f"/proc/{pid}/task/{pid}/children", "rb") as file:
            children = file.read().split()
    except (OSError, IndexError):
        return 0  # ended meanwhile
    return total + sum(resident_bytes(int(child)) for child in children)


def run_watched(
    argv: Sequence[str | Path], env: Mapping[str, str], output: Path, limit: float, every: float
) -> Ended | None:
    """Runs to the end and looks at the memory every `every` seconds (0: all the time, for programs
    that last a few milliseconds); None when over the limit. wait4's own figure is of no use: it
    starts from the size of the process that spawned, and knows only the largest of several."""
    process = Process(argv, env, output)
    peak = 0
    try:
        while (ended := process.wait(0)) is None:
            peak = max(peak, process.resident())
            if time.perf_counter() - process.started > limit:
                return None
            if every:
                time.sleep(every)
    finally:
        process.kill()
        process.wait()
    return replace(ended, peak_bytes=peak)
