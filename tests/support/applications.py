"""Programs with packages from PyPI: compared like others, but the executable runs in an empty root."""
from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from support import emptyroot, normalise, programs
from support.comparing import difference
from support.running import environment, run
from support.targets import REPOSITORY, Target

SERVICES = REPOSITORY / "tests" / "apps" / "services"


def application_python() -> Path:
    """The interpreter of the venv with tests/apps/requirements.txt, made by scripts/test."""
    default = REPOSITORY / "build" / "tests" / "apps" / "bin" / "python"
    path = Path(os.environ.get("PYC2C_TEST_APPS_PYTHON", default))
    if not path.exists():
        pytest.fail(f"{path} is missing: `make test-venvs` makes it", pytrace=False)
    return path


class AppComparer:
    """As support.comparing.Comparer, but the executable runs in an empty root."""

    def __init__(self, builder, target, python: Path, oracle_only: bool):
        self.builder = builder
        self.target = target
        self.python = python
        self.oracle_only = oracle_only

    def oracle(self, program, given, action=None):
        """Outcome under CPython in a folder of its own, and the normaliser of its output."""
        root = self.builder.source(program)
        cwd = self.builder.folder / f"cwd-{program.key}-{os.getpid()}"
        shutil.rmtree(cwd, ignore_errors=True)
        cwd.mkdir()
        env = environment(cwd, {**emptyroot.ENVIRONMENT, "HOME": str(cwd), **given.env})
        if program.needs_root_as_path:
            env |= {"PYTHONPATH": str(root), "PYTHONSAFEPATH": "1"}
        outcome = run(
            [self.python, *program.oracle_arguments(root), *given.argv],
            cwd=cwd, env=env, stdin=given.stdin, timeout=given.timeout, action=action,
        )
        side = Target(self.target.minor, self.target.command, self.python)
        return outcome, normalise.for_oracle(
            root, self.python, side.stdlib, side.site_packages, self.target.minor, cwd
        )

    def executable(self, program, given, proc: bool, action=None):
        """Outcome of the executable in the empty root, and the normaliser of its output."""
        path = self.builder.executable(program, self.target, self.python)
        outcome = emptyroot.run_in_empty_root(
            path, given.argv, proc=proc, env=given.env, stdin=given.stdin, timeout=given.timeout, action=action
        )
        return outcome, normalise.for_executable(emptyroot.inside_path(path), emptyroot.CWD)

    def __call__(self, program, given, proc: bool, action=None):
        __tracebackhide__ = True
        oracle, expected = self.oracle(program, given, action)
        assert oracle.status == given.status, f"CPython itself\n{oracle.describe()}"
        if self.oracle_only:
            outcome, actual = self.oracle(program, given, action)
        else:
            outcome, actual = self.executable(program, given, proc, action)
        problems = []
        if outcome.status != oracle.status:
            problems.append(f"exit status: CPython {oracle.status}, executable {outcome.status}")
        for stream in given.streams:
            problems += difference(
                stream, expected(getattr(oracle, stream)), actual(getattr(outcome, stream))
            )
        assert not problems, "\n".join([program.name, *problems])


def load_service(name: str, **changes) -> programs.Program:
    """A program of services/: files of a folder, settings given by the test."""
    folder = SERVICES / name
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    return programs.make(name, files, **changes)
