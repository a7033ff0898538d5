"""The tools that are compared: how each builds a program, and what is then started.

Each gets what its own manual recommends for one file, nothing more; a peer that cannot build a
program is reported as failed, with its last words, and the others go on.
"""
from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from harness.processes import Ended, run_watched
from harness.programs import Program


@dataclass(frozen=True)
class Build:
    """A finished or failed build. `command` starts the program."""

    command: tuple[str, ...] = ()
    size: int = 0
    cold: float = 0.0
    again: float = 0.0
    peak_bytes: int = 0
    cpu: float = 0.0
    problem: str = ""


@dataclass(frozen=True)
class Place:
    """Where things are: the environment's interpreter, the pyc2c command, a folder for the work."""

    python: Path
    system_python: Path
    pyc2c: Path
    work: Path
    limit: float


class Tool:
    """Subclasses say which command builds. `caches` are folders emptied before a cold build."""

    name = ""
    title = ""

    def __init__(self, place: Place):
        self.place = place

    def folder(self, program: Program) -> Path:
        return self.place.work / self.name / program.name

    def environment(self, program: Program) -> dict[str, str]:
        """Nothing of the caller's, and no shared caches: cold means cold."""
        home = self.folder(program) / "home"
        home.mkdir(parents=True, exist_ok=True)
        return {
            "PATH": f"{self.place.python.parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home / "cache"),
            "TMPDIR": str(home),
            "LANG": "C.UTF-8",
        }

    def build_command(self, program: Program, output: Path) -> list[str | Path]:
        raise NotImplementedError

    def build(self, program: Program, repeat: int) -> Build:
        """`repeat` cold builds (the quickest counts), then one more with nothing changed."""
        colds: list[Ended] = []
        output = self.folder(program) / "out" / program.source.stem
        for _ in range(repeat):
            shutil.rmtree(self.folder(program), ignore_errors=True)
            output.parent.mkdir(parents=True)
            ended, problem = self._run(program, output, "cold")
            if problem:
                return Build(problem=problem)
            colds.append(ended)
        again, problem = self._run(program, output, "again")
        if problem:
            return Build(problem=f"second build: {problem}")
        return Build(
            (str(output),),
            output.stat().st_size,
            min(ended.seconds for ended in colds),
            again.seconds,
            max(ended.peak_bytes for ended in colds),
        )

    def _run(self, program: Program, output: Path, name: str) -> tuple[Ended | None, str]:
        log = self.folder(program) / f"{name}.log"
        ended = run_watched(
            self.build_command(program, output),
            self.environment(program),
            log,
            self.place.limit,
            0.005,
        )
        if ended is None:
            return None, f"no end after {self.place.limit:.0f} s"
        if ended.status != 0:
            return None, f"status {ended.status}: {_what_went_wrong(log)}"
        if not output.is_file():
            return None, f"ended well but left no {output.name}"
        return ended, ""


def _what_went_wrong(log: Path) -> str:
    """The line of a failed build that says most: the first that speaks of an error, else the last."""
    lines = log.read_text(errors="replace").strip().splitlines() or ["(no output)"]
    return next((line for line in lines if "error" in line.lower()), lines[-1]).strip()


class CPython(Tool):
    """The measure of all: the interpreter from Debian; the program's packages from the venv."""

    name, title = "cpython", "CPython"

    def build(self, program: Program, repeat: int) -> Build:
        python = self.place.python if program.needs_packages else self.place.system_python
        return Build((str(python), str(program.source)))


class Pyc2c(Tool):
    name, title = "pyc2c", "pyc2c"
    options: tuple[str, ...] = ()

    def build_command(self, program: Program, output: Path) -> list[str | Path]:
        python = self.place.python if program.needs_packages else self.place.system_python
        return [
            self.place.pyc2c,
            "build",
            program.source,
            *("-o", output, "--python", python, "--noconfirm"),
            *("--module-cache-dir", self.folder(program) / "cache"),
            *self.options,
        ]


class Pyc2cSmall(Pyc2c):
    name, title = "pyc2c-size", "pyc2c --optimize-size"
    options = ("--optimize-size",)


class PyInstaller(Tool):
    name, title = "pyinstaller", "PyInstaller --onefile"

    def build_command(self, program: Program, output: Path) -> list[str | Path]:
        folder = self.folder(program)
        return [
            *(self.place.python, "-m", "PyInstaller", "--onefile", "--noconfirm"),
            *("--log-level=WARN", "--name", output.name, "--distpath", output.parent),
            *("--workpath", folder / "work", "--specpath", folder / "work"),
            program.source,
        ]


class Nuitka(Tool):
    name, title = "nuitka", "Nuitka --onefile"

    def build_command(self, program: Program, output: Path) -> list[str | Path]:
        return [
            *(self.place.python, "-m", "nuitka", "--mode=onefile", "--quiet"),
            *("--no-progressbar", "--assume-yes-for-downloads"),
            f"--jobs={os.cpu_count()}",
            f"--output-filename={output.name}",
            f"--output-dir={output.parent}",
            program.source,
        ]


TOOLS = (CPython, Pyc2c, Pyc2cSmall, PyInstaller, Nuitka)
