"""What the benchmark commands begin with: the words of the command line, and the environment.

Every command runs in an environment of its own with the peers and the programs' packages; it is
made on the first run, in the build folder.
"""
from __future__ import annotations

import os
import platform
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path

from .output import HERE
from .programs import REPOSITORY
from .tools import Place, Tool

INSIDE = "PYC2C_BENCH_INSIDE"


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def arguments(about: str, published: str, programs: Iterable[str], kinds: Iterable[type[Tool]],
              limit: float) -> ArgumentParser:
    """What all commands take; `about` is the command's documentation."""
    parser = ArgumentParser(description=about.partition("\n")[0])
    add = parser.add_argument
    add("--build", type=Path, default=REPOSITORY / "build", help="where pyc2c is")
    add("--only", default="", help=f"programs: {','.join(programs)}")
    add("--tools", default="", help=f"tools: {','.join(kind.name for kind in kinds)}")
    add("--limit", type=float, default=limit, help="seconds a build may take")
    add("--output", type=Path, default=HERE / "results", help="where results go")
    add("--publish", action="store_true", help=f"replace {published}.md and {published}.svg")
    return parser


def chosen(named: str, known: Iterable[str], what: str) -> list[str]:
    names = [name for name in named.split(",") if name]
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise SystemExit(f"bench: no such {what}: {', '.join(unknown)} (there is {', '.join(known)})")
    return names or list(known)


def enter(given: Namespace, kinds: Iterable[type[Tool]], folder: str, requirements: Iterable[Path],
          leave_out: Iterable[str] = ()) -> tuple[Place, dict[str, Tool]]:
    """Goes on in the environment of that command; where things are, and the tools to compare.

    `given` holds --tools, --build (where pyc2c is) and --limit (seconds for a build). CPython always
    takes part: without it there are no ratios.
    """
    build = given.build.resolve()
    classes = {kind.name: kind for kind in kinds}
    names = [name for name in chosen(given.tools, classes, "tool") if name not in leave_out]
    if "cpython" not in names:
        names.insert(0, "cpython")
    if not (build / "pyc2c").exists():
        raise SystemExit(f"bench: {build}/pyc2c is not there: run `make` first")
    python = _enter_environment(build / f"{folder}-venv-{sys.version_info[0]}.{sys.version_info[1]}",
                                requirements)
    base = Path(sys._base_executable).resolve()
    _compare_versions(build / "pyc2c")
    place = Place(python, base, build / "pyc2c", build / folder, given.limit)
    return place, {name: classes[name](place) for name in names}


def _compare_versions(command: Path) -> None:
    """Executables hold the Python that pyc2c was built for, whichever runs this."""
    held = subprocess.run([command, "version"], capture_output=True, text=True, check=True).stdout
    here = platform.python_version()
    if f"Python {here}" not in held:
        say(f"warning: {sys._base_executable} is Python {here}, but executables hold that of {held.strip()}")


def _enter_environment(folder: Path, requirements: Iterable[Path]) -> Path:
    """Starts the command again under the interpreter of that environment, which is returned."""
    python = folder / "bin" / "python"
    if os.environ.get(INSIDE) != str(folder):
        script = REPOSITORY / "scripts" / "venv.sh"
        subprocess.run([script, sys.executable, folder, *requirements], check=True)
        environment = {**os.environ, INSIDE: str(folder)}
        os.execve(python, [str(python), *sys.argv], environment)
    return python
