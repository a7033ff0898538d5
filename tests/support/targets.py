"""Which pyc2c commands there are, and the CPython that each is measured against.

One command is built per Python minor version (pyc2c-3.11, pyc2c-3.12 …); all that lie beside the
command under test take part. Every one needs its interpreter: without it nothing could be compared,
so that is an error and never a skip.
"""
from __future__ import annotations

import glob
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Target:
    """One pyc2c command with its oracle."""

    minor: str  # "3.11"
    command: Path  # the pyc2c built for it
    python: Path  # the interpreter that says what is right

    @property
    def name(self) -> str:
        return f"py{self.minor}"

    @property
    def number(self) -> int:
        return int(self.minor.split(".")[1])

    @property
    def support_folder(self) -> Path:
        return self.command.resolve().parent / "lib/pyc2c" / self.minor

    @property
    def has_native_code(self) -> bool:
        return (self.support_folder / "librt-native.a").exists()

    @property
    def stdlib(self) -> str:
        return _ask(self.python, "import sysconfig; print(sysconfig.get_path('stdlib'))")

    @property
    def site_packages(self) -> str:
        return _ask(self.python, "import sysconfig; print(sysconfig.get_path('purelib'))")

    @property
    def version(self) -> str:
        return _ask(self.python, "import platform; print(platform.python_version())")


_answers: dict[tuple[Path, str], str] = {}


def _ask(python: Path, code: str) -> str:
    if (python, code) not in _answers:
        done = subprocess.run(
            [python, "-I", "-c", code], check=True, capture_output=True, text=True, timeout=60
        )
        _answers[python, code] = done.stdout.strip()
    return _answers[python, code]


def default_command() -> Path:
    """The command under test: $PYC2C, or the one that `make` leaves in build/."""
    return Path(os.environ.get("PYC2C", REPOSITORY / "build" / "pyc2c"))


def _candidates(minor: str) -> list[str]:
    named = os.environ.get("PYC2C_TEST_PYTHON_" + minor.replace(".", "_"))
    if named:
        return [named]
    found = [f"/usr/bin/python{minor}", f"/usr/local/bin/python{minor}"]
    found.append(shutil.which(f"python{minor}") or "")
    found += sorted(glob.glob(str(Path.home() / f".pyenv/versions/{minor}.*/bin/python{minor}")))
    return [path for path in found if path and os.access(path, os.X_OK)]


def oracle_for(minor: str) -> Path:
    """The first interpreter of that minor version which really runs as one (no shim)."""
    for path in _candidates(minor):
        asked = subprocess.run(
            [path, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            timeout=60,
        )
        if asked.returncode == 0 and asked.stdout.strip() == minor:
            return Path(path)
    raise LookupError(
        f"no CPython {minor} to compare with; name one in PYC2C_TEST_PYTHON_{minor.replace('.', '_')}"
    )


def find_targets(command: Path) -> list[Target]:
    """All targets beside `command`, 3.11 first; LookupError says what is missing."""
    beside = {path.name.removeprefix("pyc2c-"): path for path in command.parent.glob("pyc2c-3.*")}
    minors = sorted(beside, key=lambda minor: int(minor.split(".")[1]))
    if "3.11" not in beside:
        raise LookupError(f"{command.parent}/pyc2c-3.11 is not there: run `make` first")
    return [Target(minor, beside[minor], oracle_for(minor)) for minor in minors]
