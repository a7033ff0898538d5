"""The compilers that `speed.py` compares, and how each makes an executable of a program.

Peers get what their manuals recommend for speed. Cython and mypyc compile one file, so they are
left out where the time goes to other modules.
"""
from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import sysconfig
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from harness.suite import Subject
from harness.tools import Build, Place, Tool


# Of virtual memory. One program has a function of 8,000 statements, for which a peer took 6 GB.
MEMORY = "ulimit -v 4000000"


def in_source_folder(source: Path, *command: str) -> tuple[str, ...]:
    """For executables that do not know where their data is."""
    return ("/usr/bin/env", "-C", str(source.parent), *command)


class Compiler(Tool):
    """A build is cold and counted once: what comes after it is measured for minutes. Peers take
    much longer to build than to run, so their builds are kept for other runs, until the program or
    the version of the package `kept` changes."""

    one_file = False
    kept = ""

    def __init__(self, place: Place):
        super().__init__(place)
        self.source = Path()

    def compile(self, subject: Subject, source: Path) -> Build:
        if self.one_file and subject.native:
            return Build(problem=f"compiles one file; the time is in {', '.join(subject.native)}")
        self.source = source
        folder = self.folder(subject)
        output = folder / "out" / "program"
        if not self.kept:
            return self._build_once(subject, output)
        record, inputs = folder / "built.json", self.inputs(subject, output)
        if record.exists():
            known = json.loads(record.read_text(encoding="utf-8"))
            if known["inputs"] == inputs:
                return Build(**{**known["build"], "command": tuple(known["build"]["command"])})
        build = self._build_once(subject, output)
        if not build.problem:
            text = json.dumps({"inputs": inputs, "build": asdict(build)})
            record.write_text(text, encoding="utf-8")
        return build

    def _build_once(self, subject: Subject, output: Path) -> Build:
        shutil.rmtree(self.folder(subject), ignore_errors=True)
        output.parent.mkdir(parents=True)
        ended, problem = self._run(subject, output, "build")
        if problem:
            return Build(problem=problem)
        size = self.size(output)
        return Build(self.command(output), size, ended.seconds, 0.0, ended.peak_bytes, ended.cpu)

    def inputs(self, subject: Subject, output: Path) -> list[str]:
        """What decides about a build: the peer's version, its command, the program's sources."""
        sources = sorted(self.source.parent.rglob("*.py"))
        return [
            version(self.kept),
            *(str(word) for word in self.build_command(subject, output)),
            *(hashlib.sha256(source.read_bytes()).hexdigest() for source in sources),
        ]

    def command(self, output: Path) -> tuple[str, ...]:
        return (str(output),)

    def size(self, output: Path) -> int:
        return output.stat().st_size


class Interpreter(Compiler):
    name, title = "cpython", "CPython"

    def compile(self, subject: Subject, source: Path) -> Build:
        return Build((str(self.place.python), str(source)))


class Default(Compiler):
    name, title = "pyc2c", "pyc2c"
    options: tuple[str, ...] = ()

    def native(self, subject: Subject) -> str:
        return ",".join(("program", *subject.native))

    def build_command(self, subject: Subject, output: Path) -> list[str | Path]:
        data = [f"--add-data={self.source.parent / 'data'}:data"] if subject.data else []
        return [
            *(self.place.pyc2c, "build", self.source, "-o", output, "--noconfirm"),
            *("--python", self.place.python, f"--native={self.native(subject)}"),
            *("--module-cache-dir", self.folder(subject) / "cache"),
            *data,
            *self.options,
        ]


class OptimizeSpeed(Default):
    name, title = "pyc2c-speed", "pyc2c --optimize-speed"
    options = ("--optimize-speed",)


class Trained(OptimizeSpeed):
    name, title = "pyc2c-train", "pyc2c --optimize-speed --train"

    def build_command(self, subject: Subject, output: Path) -> list[str | Path]:
        runs = (shlex.join(variant) for variant in subject.variants)
        script = "; ".join(f'BENCH_SECONDS=0 "$PYC2C_EXECUTABLE" {words}' for words in runs)
        return [
            *super().build_command(subject, output),
            *("--train", shlex.join(["/bin/sh", "-ec", script])),
        ]


class OptimizeSize(Default):
    name, title = "pyc2c-size", "pyc2c --optimize-size"
    options = ("--optimize-size",)


class Bytecode(Default):
    name, title = "pyc2c-bytecode", "pyc2c --native=none"

    def native(self, subject: Subject) -> str:
        return "none"


class Nuitka(Compiler):
    name, title, kept = "nuitka", "Nuitka", "nuitka"

    def build_command(self, subject: Subject, output: Path) -> list[str | Path]:
        return [
            *(self.place.python, "-m", "nuitka", "--quiet", "--no-progressbar"),
            f"--jobs={os.cpu_count()}",
            *(f"--follow-import-to={name}" for name in ("pyperf", *subject.native)),
            f"--output-filename={output.name}",
            f"--output-dir={output.parent}",
            self.source,
        ]


class Cython(Compiler):
    """A main program with the static libpython: the shared one costs a quarter of the speed."""

    name, title, one_file, kept = "cython", "Cython", True, "cython"

    def build_command(self, subject: Subject, output: Path) -> list[str | Path]:
        settings = sysconfig.get_config_vars()
        library = Path(settings["LIBPL"]) / f"libpython{settings['LDVERSION']}.a"
        link = " ".join(settings[name] for name in ("LINKFORSHARED", "LIBS", "MODLIBS"))
        script = (
            f'{MEMORY}; "$1" -m cython -3 --embed -o "$2.c" "$3" && '
            f'gcc -O2 -no-pie -o "$2" "$2.c" -I{sysconfig.get_path("include")} {library} {link}'
        )
        return ["/bin/sh", "-c", script, "sh", self.place.python, output, self.source]

    def command(self, output: Path) -> tuple[str, ...]:
        return in_source_folder(self.source, f"PYTHONPATH={self.source.parent}", str(output))


class Mypyc(Compiler):
    """An extension module named __main__, for the programs' last lines ask for that name."""

    name, title, one_file, kept = "mypyc", "mypyc", True, "mypy"

    def build_command(self, subject: Subject, output: Path) -> list[str | Path]:
        script = (
            f'{MEMORY}; cp "$3" "$2/__main__.py" && cd "$2" && '
            'printf "[mypy]\\nignore_errors = True\\nignore_missing_imports = True\\n" >mypy.ini && '
            'MYPYC_OPT_LEVEL=3 "$1" -m mypyc __main__.py && touch program'
        )
        return ["/bin/sh", "-c", script, "sh", self.place.python, output.parent, self.source]

    def _extension(self, output: Path) -> Path:
        return output.parent / f"__main__{sysconfig.get_config_var('EXT_SUFFIX')}"

    def command(self, output: Path) -> tuple[str, ...]:
        code = (
            "import sys; from importlib.machinery import ExtensionFileLoader as L; "
            "from importlib.util import module_from_spec, spec_from_loader as s; "
            f"sys.path.insert(0, {str(self.source.parent)!r}); "
            f"p = {str(self._extension(output))!r}; sys.argv[0] = p; l = L('__main__', p); "
            "m = module_from_spec(s('__main__', l)); l.exec_module(m)"
        )
        return in_source_folder(self.source, str(self.place.python), "-c", code)

    def size(self, output: Path) -> int:
        return self._extension(output).stat().st_size


OWN = (Default, OptimizeSpeed, Trained, OptimizeSize, Bytecode)
COMPILERS = (Interpreter, *OWN, Nuitka, Cython, Mypyc)
ON_REQUEST = (Trained.name, OptimizeSize.name)  # left out unless they are named
