"""Starting processes with a fixed environment and a time limit, and what came out of them."""
from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# What every program under test sees unless its run says otherwise. No locale but C.UTF-8 is
# installed everywhere, and no PYTHON* variable of the caller may leak in.
BASE_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}
# Of builds with STRESS=guards: which guards fail.
SEED = "PYC2C_STRESS_SEED"
if SEED in os.environ:
    BASE_ENVIRONMENT[SEED] = os.environ[SEED]
# How long a process may run. A Python that checks itself takes several times as long (mk/test.mk).
RUN_TIMEOUT = float(os.environ.get("PYC2C_TEST_RUN_SECONDS", "60"))


@dataclass(frozen=True)
class Outcome:
    """How a process ended: status is negative for a signal, as in subprocess."""

    argv: tuple[str, ...]
    stdout: bytes
    stderr: bytes
    status: int

    def describe(self) -> str:
        return (
            f"$ {' '.join(map(str, self.argv))}\nexit status {self.status}\n"
            f"--- stdout\n{self.stdout.decode('utf-8', 'backslashreplace')}"
            f"--- stderr\n{self.stderr.decode('utf-8', 'backslashreplace')}"
        )

    def expect(self, status: int = 0) -> Outcome:
        """Itself, if it ended as it should."""
        assert self.status == status, f"expected exit status {status}\n{self.describe()}"
        return self


def environment(cwd: Path, extra: Mapping[str, str] = {}, unset: Sequence[str] = ()) -> dict:
    """The environment of a run: `unset = ["*"]` empties it (env -i) before `extra` is added."""
    values = {} if "*" in unset else {**BASE_ENVIRONMENT, "HOME": str(cwd)}
    for name in unset:
        values.pop(name, None)
    values.update(extra)
    return values


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    timeout: float = RUN_TIMEOUT,
    action: Callable[[subprocess.Popen], None] | None = None,
    **popen,
) -> Outcome:
    """Runs a command to its end. `action` is called with the running process (to send signals …);
    the whole session of the process is killed when the time is over."""
    words = tuple(str(word) for word in argv)
    process = subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=dict(env) if env is not None else environment(cwd),
        start_new_session=True,
        **popen,
    )
    try:
        if action is not None:
            action(process)
        stdout, stderr = process.communicate(stdin, timeout=timeout)
    except BaseException as problem:
        stdout, stderr = kill_session(process)
        if isinstance(problem, subprocess.TimeoutExpired):
            outcome = Outcome(words, stdout, stderr, process.returncode)
            raise AssertionError(f"still running after {timeout} s\n{outcome.describe()}") from None
        raise
    return Outcome(words, stdout, stderr, process.returncode)


def kill_session(process: subprocess.Popen) -> tuple[bytes, bytes]:
    """Kills a process started by run() with everything in its process group; its last output."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    try:
        return process.communicate(timeout=10)
    except (subprocess.TimeoutExpired, ValueError):
        return b"", b""
