"""What `builds.py` builds: sources in a folder of their own, and how they are edited there."""
from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path

from harness.programs import EXAMPLES, REPOSITORY, Program

REQUIREMENTS = (
    EXAMPLES / "plugins" / "requirements.txt",
    REPOSITORY / "benchmarks" / "requirements.txt",
    REPOSITORY / "benchmarks" / "requirements-builds.txt",
)

PACKAGE_MAIN = """import sqlglot

print(sqlglot.transpile("SELECT a, COUNT(*) FROM t GROUP BY 1", read="mysql", write="duckdb")[0])
"""


@dataclass(frozen=True)
class Edited:
    """A program whose sources are edited. `line` is how a line of a function in `file` begins,
    in front of which an edit puts a statement. `check` are arguments with which the executable ends
    at once and well."""

    name: str
    title: str
    main: str
    file: str
    line: str
    check: tuple[str, ...] = ()
    package: str = ""  # copied from the environment: part of the program's own sources

    def prepare(self, folder: Path) -> Program:
        """Unedited sources in `folder`, which is emptied."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if self.package:
            (folder / self.main).write_text(PACKAGE_MAIN)
            found = importlib.util.find_spec(self.package)
            if found is None or found.origin is None:
                raise SystemExit(f"bench: {self.package} is not installed")
            ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyi")
            shutil.copytree(Path(found.origin).parent, folder / self.package, ignore=ignored)
        else:
            shutil.copy(EXAMPLES / "plugins" / self.main, folder)
        return Program(self.name, self.title, folder / self.main, lambda *_: [])

    def edit(self, folder: Path, number: int) -> None:
        """Puts a statement into the function."""
        path = folder / self.file
        before, found, after = path.read_text().partition(f"\n{self.line}")
        if not found:
            raise SystemExit(f"bench: {self.file} has no line {self.line.strip()!r}")
        indent = self.line[: len(self.line) - len(self.line.lstrip())]
        path.write_text(f"{before}\n{indent}edited = {number}\n{self.line}{after}")

    def comment(self, folder: Path, number: int) -> None:
        path = folder / self.file
        path.write_text(f"# {number}\n{path.read_text()}")


SUBJECTS = (
    Edited("plugin", "gRPC plugin, its own code native", "auth.py", "auth.py",
           "        return Metadata(", ("--help",)),
    Edited("package", "package of 37,000 lines, all of it native", "app.py", "sqlglot/parser.py",
           "        this = self._parse_", package="sqlglot"),
)
