"""Building executables once per session, however many tests and pytest-xdist workers want them."""
from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path

from support.programs import Program
from support.running import BASE_ENVIRONMENT, Outcome, run
from support.targets import Target

# The suites that take hours (mk/test.mk) give a build more, so that a busy machine fails no test.
BUILD_TIMEOUT = float(os.environ.get("PYC2C_TEST_BUILD_SECONDS", "280"))
# Further options of every build that is compared with CPython: how `make test-stress` varies them.
MORE_OPTIONS = tuple(os.environ.get("PYC2C_TEST_OPTIONS", "").split())
# How many executables a worker keeps. All of them, some 400, would fill small disks; a removed one is built again.
KEPT = 16


class Builder:
    """Builds programs into `folder`. Folders are keyed by content, so equal programs are one."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.cache = folder / "module-cache"
        self._kept: OrderedDict[Path, int] = OrderedDict()  # executable → descriptor with its shared lock

    def source(self, program: Program) -> Path:
        """The program's files on disk; CPython and pyc2c read them from here."""
        root = self._entry(program) / "src"
        with self._locked(program.key):
            if not root.exists():
                unfinished = root.with_suffix(".new")
                program.write(unfinished)
                unfinished.rename(root)
        return root

    def executable(self, program: Program, target: Target, python: Path | None = None) -> Path:
        """The built executable; AssertionError with pyc2c's own words when the build fails.
        It stays at least until this worker has asked for KEPT others."""
        python = python or target.python
        root = self.source(program)
        variant = hashlib.blake2b(f"{target.minor} {python}".encode(), digest_size=4).hexdigest()
        output = self._entry(program) / variant / program.executable_name
        if output not in self._kept:
            self._keep(output)
            while not output.exists():
                with self._locked(program.key):
                    if not output.exists():
                        self._build(program, root, output, target, python)
        self._kept.move_to_end(output)
        while len(self._kept) > KEPT:
            self._drop(*self._kept.popitem(last=False))
        return output

    def _build(self, program: Program, root: Path, output: Path, target: Target, python: Path) -> None:
        built = self.command(
            target,
            ["build", *program.source_arguments(root), "-o", output, *program.options, *MORE_OPTIONS],
            cwd=root,
            python=python,
        ).expect()
        assert output.exists(), f"pyc2c build succeeded without writing {output}"
        # The program would run as bytecode, and comparing it would say nothing about native code.
        assert b"the C compiler failed" not in built.stderr, built.describe()
        assert b"the C compiler refused" not in built.stderr, built.describe()

    def _keep(self, output: Path) -> None:
        """No other worker removes it as long as this one has the lock."""
        output.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(f"{output.parent}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        self._kept[output] = descriptor

    def _drop(self, output: Path, descriptor: int) -> None:
        """Removes the executable, unless another worker uses it."""
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if output.is_dir():
                shutil.rmtree(output)
            else:
                output.unlink(missing_ok=True)
        os.close(descriptor)

    def command(
        self,
        target: Target,
        arguments: Sequence[str | Path],
        *,
        cwd: Path,
        python: Path | None = None,
        env: dict[str, str] = {},
        **options,
    ) -> Outcome:
        """Runs pyc2c itself with the tests' own module cache."""
        words = [str(word) for word in arguments]
        if words[:1] in (["build"], ["check"], ["explain"]):
            words += ["--python", str(python or target.python)]
        values = {
            **BASE_ENVIRONMENT,
            "HOME": str(self.folder),
            "XDG_CACHE_HOME": str(self.cache),
            **{name: os.environ[name] for name in ("CC", "ASAN_OPTIONS") if name in os.environ},
            **env,
        }
        options.setdefault("timeout", BUILD_TIMEOUT)
        return run([target.command, *words], cwd=cwd, env=values, **options)

    def _entry(self, program: Program) -> Path:
        return self.folder / f"{program.name}-{program.key}"

    @contextlib.contextmanager
    def _locked(self, key: str) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / f"{key}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
