"""A project folder, and the command run in it."""
from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from support.running import run


class Project:
    """Files in a folder of their own, with `hello.py` to begin with."""

    def __init__(self, folder: Path, pyc2c, command: Path):
        self.folder = folder
        self.command = command
        self._pyc2c = pyc2c
        self.write("hello.py", "print('hello')\n")

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, str):
            text = text.encode()
        path.write_bytes(text)
        return path

    def __call__(self, *words, status: int = 0, **options):
        """pyc2c WORDS…; the outcome, which must have ended with `status`."""
        return self._pyc2c(*words, cwd=options.pop("cwd", self.folder), **options).expect(status)

    def run(self, *words):
        """The command with exactly these words; `project(…)` adds --python to build and check."""
        return run([self.command, *words], cwd=self.folder)

    def refused(self, *words, status: int = 2, **options) -> str:
        """What pyc2c says on stderr when it refuses; nothing may be on stdout."""
        outcome = self(*words, status=status, **options)
        assert outcome.stdout == b""
        return outcome.stderr.decode()

    def environment(self, python: Path, name: str, files: dict[str, str]) -> tuple[Path, Path]:
        """A virtual environment with one distribution of these files: its interpreter, its site-packages."""
        folder = self.folder / "environment"
        subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True)
        site = next(folder.glob("lib/python3*/site-packages"))
        info = f"{name}-1.0.dist-info"
        record = "".join(f"{file},,\n" for file in [*files, f"{info}/METADATA", f"{info}/RECORD"])
        metadata = {f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
                    f"{info}/RECORD": record}
        for file, text in {**files, **metadata}.items():
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            (site / file).write_text(text)
        return folder / "bin/python", site

    def settings(self, executable: str = "dist/hello") -> dict[str, list[str]]:
        import json

        return json.loads(self("inspect", "--json", executable).stdout)["settings"]


@pytest.fixture
def project(folder, pyc2c, target) -> Project:
    return Project(folder, pyc2c, target.command)
