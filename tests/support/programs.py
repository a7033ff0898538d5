"""Programs under test: their files, how they are started, and the runs they are compared in.

A program is a single .py file with a block of settings in its first comment,

    # /// compare
    # argv = ["one", "two"]
    # status = 3
    # ///

or a directory with the same settings in `program.toml`. The settings are TOML:

    source   what is built: a file, a package directory, "-m module", "module:function"
             (a single file is its own source; in a directory the default is "main.py")
    options  further options of `pyc2c build`
    python   options of the interpreter on the other side, e.g. ["-u"]
    since    first Python minor version it is meant for, e.g. 12 (not collected below that)
    until    last one: CPython itself fails, or lacks a module, above that
    proc     true: what it does needs /proc, under CPython as well
    argv, stdin, env, unset, status, streams, cwd      of a run, see Run
    [[run]]  one table per further run, with a `name`; keys above are its defaults
"""
from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path

from support.running import RUN_TIMEOUT

_OPEN, _CLOSE = "# /// compare", "# ///"


@dataclass(frozen=True)
class Run:
    """One start of a program. `status` is what CPython must end with: a program that breaks in the
    same way on both sides proves nothing."""

    name: str = ""
    argv: tuple[str, ...] = ()
    stdin: bytes = b""
    env: dict[str, str] = field(default_factory=dict)
    unset: tuple[str, ...] = ()
    status: int = 0
    streams: tuple[str, ...] = ("stdout", "stderr")
    timeout: float = RUN_TIMEOUT


@dataclass(frozen=True)
class Program:
    """Files to build and to run. `files` maps a relative path to its content."""

    name: str
    files: dict[str, bytes] = field(repr=False)
    source: str = "main.py"
    options: tuple[str, ...] = ()
    python: tuple[str, ...] = ()
    runs: tuple[Run, ...] = field(default=(Run(),), repr=False)
    since: int = 11
    until: int = 99
    proc: bool = False

    @property
    def key(self) -> str:
        """Content key: equal programs with equal options share one executable."""
        digest = hashlib.blake2b(digest_size=12)
        for part in (self.source, *self.options):
            digest.update(part.encode() + b"\0")
        for path in sorted(self.files):
            digest.update(f"\1{path}\0{len(self.files[path])}\0".encode() + self.files[path])
        return digest.hexdigest()

    @property
    def executable_name(self) -> str:
        """A script's executable has the script's own name, so that `prog` in usage lines agrees."""
        if self.source.startswith("-m "):
            return self.source[3:].rpartition(".")[2]
        if ":" in self.source:
            return self.source.partition(":")[2]
        return Path(self.source).name

    def source_arguments(self, root: Path) -> list[str]:
        """Arguments of `pyc2c build`, to be run in `root`."""
        if self.source.startswith("-m "):
            return ["-m", self.source[3:]]
        if ":" in self.source:
            return [self.source]
        return [str(root / self.source)]

    def oracle_arguments(self, root: Path) -> list[str]:
        """Arguments of the interpreter that start the same program."""
        if self.source.startswith("-m "):
            return ["-m", self.source[3:]]
        if ":" in self.source:
            module, _, function = self.source.partition(":")
            return ["-c", f"import sys, {module}; sys.exit({module}.{function}())"]
        if (root / self.source).is_dir():
            return ["-m", Path(self.source).name]
        return [str(root / self.source)]

    @property
    def needs_root_as_path(self) -> bool:
        """True when the interpreter finds the program through sys.path, not by a file name."""
        return self.source.startswith("-m ") or ":" in self.source or not self.source.endswith(".py")

    def write(self, root: Path) -> None:
        for path, content in self.files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            if content.startswith((b"\x7fELF", b"#!")):
                target.chmod(0o755)


def make(name: str, files: dict[str, str | bytes] | str, **settings) -> Program:
    """A program from text: `make("x", "print(1)")` or `make("x", {"main.py": …, "data.txt": …})`."""
    if isinstance(files, str):
        files = {"main.py": files}
    content = {
        path: text.encode() if isinstance(text, str) else text for path, text in files.items()
    }
    return Program(name, content, **settings)


def load(path: Path) -> Program:
    """The program at `path`, a .py file or a directory with program.toml."""
    if path.is_dir():
        settings = tomllib.loads((path / "program.toml").read_text(encoding="utf-8"))
        files = {
            str(entry.relative_to(path)): entry.read_bytes()
            for entry in sorted(path.rglob("*"))
            if entry.is_file() and "__pycache__" not in entry.parts and entry.name != "program.toml"
        }
        source = settings.pop("source", "main.py")
    else:
        settings = tomllib.loads(_block(path))
        files = {path.name: path.read_bytes()}
        source = settings.pop("source", path.name)
    return _from_settings(path.stem, files, source, settings)


def find(folder: Path) -> list[Program]:
    """All programs of a folder, sorted by name."""
    files = [path for path in folder.glob("*.py") if not path.name.startswith(("test_", "_"))]
    folders = [path.parent for path in folder.glob("*/program.toml")]
    return [load(path) for path in sorted(files + folders)]


def _block(path: Path) -> str:
    """The TOML text of a file's settings block; empty when there is none."""
    lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    if _OPEN not in lines:
        return ""
    start = lines.index(_OPEN) + 1
    return "\n".join(line[2:] for line in lines[start : lines.index(_CLOSE, start)])


def _from_settings(name: str, files: dict[str, bytes], source: str, settings: dict) -> Program:
    own = {key: settings.pop(key) for key in ("options", "python", "since", "until", "proc") if key in settings}
    tables = settings.pop("run", [])
    base = _run(Run(), settings)
    runs = tuple(_run(base, dict(table)) for table in tables) or (base,)
    return Program(
        name,
        files,
        source,
        tuple(own.get("options", ())),
        tuple(own.get("python", ())),
        runs,
        own.get("since", 11),
        own.get("until", 99),
        own.get("proc", False),
    )


def _run(base: Run, settings: dict) -> Run:
    values = dict(settings)
    for key in ("argv", "unset", "streams"):
        if key in values:
            values[key] = tuple(values[key])
    if "stdin" in values:
        values["stdin"] = values["stdin"].encode("utf-8", "surrogateescape")
    if "env" in values:
        values["env"] = {**base.env, **values["env"]}
    return replace(base, **values)
