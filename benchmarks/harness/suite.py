"""The programs that `speed.py` compiles: those of PyPI's pyperformance, unchanged, and new ones.

The new programs (programs/) were written when the compiler's work on speed was done and are not
looked at when it goes on: how they do says what others may expect of their programs. They are a
group of their own, apart from the list and its means, as are those that have been looked at since.

`native` names what a program spends its time in beside its own source: packages and modules of the
standard library. `variants` are command lines, each measured on its own. Means are given without the
programs of `ahead`, too.
"""
from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SHIM = REPOSITORY / "benchmarks" / "shim"
PROGRAMS = REPOSITORY / "benchmarks" / "programs"
REQUIREMENTS = (REPOSITORY / "benchmarks" / "requirements-speed.txt",)


@dataclass(frozen=True)
class Subject:
    name: str
    native: tuple[str, ...] = ()
    variants: tuple[tuple[str, ...], ...] = ((),)
    data: bool = False
    ahead: str = ""  # why a build does part of the measured work, where it does

    def prepare(self, work: Path) -> Path:
        """A folder with the program and what stands in for pyperf; the program's file in it."""
        folder = work / "programs" / self.name
        shutil.rmtree(folder, ignore_errors=True)
        self.copy_program(folder)
        for file in SHIM.glob("*.py"):
            shutil.copy(file, folder)
        return folder / "run_benchmark.py"

    def copy_program(self, folder: Path) -> None:
        found = importlib.util.find_spec("pyperformance")
        if found is None or found.origin is None:
            raise SystemExit("bench: pyperformance is not installed")
        origin = Path(found.origin).parent / "data-files" / "benchmarks" / f"bm_{self.name}"
        shutil.copytree(origin, folder)
        for file in [*folder.glob("*.toml"), *folder.glob("requirements.txt")]:
            file.unlink()


class NewSubject(Subject):
    """One file of programs/, which measures itself as the others do."""

    def copy_program(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        shutil.copy(PROGRAMS / f"{self.name}.py", folder / "run_benchmark.py")


ASYNC_TREES = (("none",), ("io",), ("memoization",), ("cpu_io_mixed",))
SQLGLOT = (("parse",), ("transpile",), ("optimize",), ("normalize",))

# The order is that of the goals in the roadmap: the first ten have one of their own.
LISTED = (
    Subject("richards"),
    Subject("richards_super"),
    Subject("deltablue"),
    Subject("raytrace"),
    Subject("nbody"),
    Subject("float"),
    Subject("fannkuch"),
    Subject("spectral_norm"),
    Subject("nqueens"),
    Subject("chaos"),
    Subject("go"),
    Subject("hexiom"),
    Subject("generators"),
    Subject("async_generators", ("asyncio",)),
    Subject("coroutines"),
    Subject("async_tree", ("asyncio",), ASYNC_TREES),
    Subject("comprehensions"),
    Subject("deepcopy", ("copy",)),
    Subject("logging", ("logging",)),
    Subject("pyflate", data=True),
    Subject("scimark"),
    Subject("crypto_pyaes", ("pyaes",)),
    Subject("mdp", ("fractions",)),
    Subject("meteor_contest"),
    Subject("pprint", ("pprint",)),
    Subject("unpack_sequence"),
    Subject("telco", data=True),
    Subject("typing_runtime_protocols", ("typing",)),
    Subject("barnes_hut"),
    Subject("regex_compile", ("re",), ahead="its patterns are literals in its modules, which builds compile"),
    Subject("tomli_loads", ("tomli",), data=True),
    Subject("sqlglot_v2", ("sqlglot",), SQLGLOT),
    Subject("html5lib", ("html5lib",), data=True),
    Subject("docutils", ("docutils",), data=True),
)
FIRST = tuple(subject.name for subject in LISTED[:10])
# Written after the optimisations; and those that were so once, and whose profiles were looked at since.
UNSEEN = (
    NewSubject("mail_archive", ("textwrap",)),
    NewSubject("harbour"),
    NewSubject("chat_hub", ("asyncio", "json")),
)
SEEN = (
    NewSubject("text_site"),
    NewSubject("tram_city"),
    NewSubject("order_service", ("asyncio",)),
)
NEW = tuple(subject.name for subject in UNSEEN)
EARLIER = tuple(subject.name for subject in SEEN)
AHEAD = {subject.name: subject.ahead for subject in LISTED if subject.ahead}
SUBJECTS = LISTED + UNSEEN + SEEN
