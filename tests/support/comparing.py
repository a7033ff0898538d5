"""Oracle first: the program runs under CPython, then as an executable, and both must agree."""
from __future__ import annotations

import difflib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from support import normalise
from support.building import Builder
from support.programs import Program, Run
from support.running import Outcome, environment, run
from support.targets import Target


@dataclass(frozen=True)
class Comparison:
    """What both sides did, already equal."""

    oracle: Outcome
    executable: Outcome


class Comparer:
    """Compares programs for one target. With `oracle_only` the second side is CPython again: that
    shows which programs say the same twice, and needs no pyc2c."""

    def __init__(self, builder: Builder, target: Target, oracle_only: bool, python: Path | None):
        self.builder = builder
        self.target = target
        self.oracle_only = oracle_only
        self.python = python or target.python
        self.side = Target(target.minor, target.command, self.python)

    def __call__(
        self, program: Program, given: Run | None = None, action: Callable | None = None
    ) -> Comparison:
        __tracebackhide__ = True
        chosen = given or program.runs[0]
        oracle, expected = self._oracle(program, chosen, action)
        assert oracle.status == chosen.status, (
            f"CPython itself should end with {chosen.status}\n{oracle.describe()}"
        )
        if self.oracle_only:
            outcome, actual = self._oracle(program, chosen, action)
        else:
            outcome, actual = self._executable(program, chosen, action)
        problems = []
        if outcome.status != oracle.status:
            problems.append(f"exit status: CPython {oracle.status}, executable {outcome.status}")
        for stream in chosen.streams:
            problems += difference(
                stream, expected(getattr(oracle, stream)), actual(getattr(outcome, stream))
            )
        assert not problems, "\n".join([f"$ {' '.join(outcome.argv)}", *problems])
        return Comparison(oracle, outcome)

    def _oracle(self, program: Program, chosen: Run, action: Callable | None):
        root = self.builder.source(program)
        with tempfile.TemporaryDirectory(prefix="run-") as name:
            cwd = Path(name)
            env = environment(cwd, chosen.env, chosen.unset)
            if program.needs_root_as_path:
                env["PYTHONPATH"] = str(root)
                env["PYTHONSAFEPATH"] = "1"
            outcome = run(
                [self.python, *program.python, *program.oracle_arguments(root), *chosen.argv],
                cwd=cwd,
                env=env,
                stdin=chosen.stdin,
                timeout=chosen.timeout,
                action=action,
            )
        return outcome, normalise.for_oracle(
            root, self.python, self.side.stdlib, self.side.site_packages, self.target.minor, cwd
        )

    def _executable(self, program: Program, chosen: Run, action: Callable | None):
        executable = self.builder.executable(program, self.target, self.python)
        with tempfile.TemporaryDirectory(prefix="run-") as name:
            cwd = Path(name)
            outcome = run(
                [executable, *chosen.argv],
                cwd=cwd,
                env=environment(cwd, chosen.env, chosen.unset),
                stdin=chosen.stdin,
                timeout=chosen.timeout,
                action=action,
            )
        return outcome, normalise.for_executable(executable, cwd)


def difference(stream: str, expected: str, actual: str) -> list[str]:
    """A unified diff of one stream, or nothing."""
    if expected == actual:
        return []
    return [
        f"{stream} differs:",
        *difflib.unified_diff(
            expected.splitlines(), actual.splitlines(), "CPython", "executable", lineterm="", n=4
        ),
        *(["(only the last line's newline differs)"] if expected.split() == actual.split() else []),
    ]
