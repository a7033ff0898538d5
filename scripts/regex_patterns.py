"""Compiles the regular expressions of the standard library ahead of time: python regex_patterns.py DIRECTORY

Writes DIRECTORY/<module>.py for each module that has some, so that an executable need not parse a
pattern; stdlib-support/probe/patterns.py, which does the same for other packages, describes what. Two
sources: what a module compiles while it is imported, and calls of re's functions with constant arguments
in its text. Patterns whose text depends on the order of a set are left to run time. Run by make, with the
Python that executables will have.
"""
from __future__ import annotations

import ast
import contextlib
import importlib
import pkgutil
import re
import subprocess
import sys
import sysconfig
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "stdlib-support" / "probe"))
import patterns

STDLIB = Path(sysconfig.get_path("stdlib"))
# Modules that do something when imported, or are tests.
LEFT_OUT = {"__phello__", "antigravity", "idlelib", "lib2to3", "test", "this", "tkinter", "turtle", "turtledemo"}

found: dict[str, dict[tuple, tuple]] = defaultdict(dict)


def calling_module() -> str:
    """The module whose code asked re for a pattern."""
    frame = sys._getframe(2)
    while frame.f_globals.get("__name__", "").partition(".")[0] == "re":
        frame = frame.f_back
    return frame.f_globals.get("__name__", "")


def recording_compile(pattern, flags=0):
    patterns.record(found[calling_module()], pattern, flags)
    return patterns.stock_compile(pattern, flags)


def module_names() -> list[str]:
    names = set()
    for info in pkgutil.iter_modules([str(STDLIB)]):
        if info.name in LEFT_OUT or info.name not in sys.stdlib_module_names:
            continue
        names.add(info.name)
        if info.ispkg:
            inside = pkgutil.walk_packages([str(STDLIB / info.name)], info.name + ".", lambda _: None)
            names.update(each.name for each in inside)
    return sorted(n for n in names if not {"__main__", "test", "tests"} & set(n.split(".")))


def source_of(name: str) -> Path | None:
    path = STDLIB.joinpath(*name.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def uses_re(source: bytes) -> bool:
    return re.search(rb"\bimport\s+(\w+,\s*)*re\b|\bfrom\s+re\b", source) is not None


def collect() -> None:
    for name in module_names():
        path = source_of(name)
        source = path.read_bytes() if path else b""
        if not uses_re(source):
            continue
        for node in ast.walk(ast.parse(source)):
            patterns.record_call(found[name], node)
        kept = {key: value for key, value in sys.modules.items() if key.partition(".")[0] == "re"}
        patterns.compiler.compile = recording_compile
        re.purge()
        sys.modules.pop(name, None)
        try:
            with contextlib.redirect_stdout(sys.stderr):
                importlib.import_module(name)
        except (ImportError, OSError, AttributeError, NotImplementedError):
            pass  # not for this platform
        finally:
            patterns.compiler.compile = patterns.stock_compile
            sys.modules.update(kept)


def collected(seed: str) -> dict[str, dict[tuple, tuple]]:
    """The patterns that a process with this hash seed meets."""
    command = [sys.executable, "-S", "-s", "-B", __file__, "--collect"]
    done = subprocess.run(command, env={"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, check=True)
    return ast.literal_eval(done.stdout.decode())


def write(directory: Path, modules: dict[str, dict[tuple, tuple]], again: dict[str, dict[tuple, tuple]]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.py"):
        old.unlink()
    for module, known in modules.items():
        stable = {key: result for key, result in known.items() if again.get(module, {}).get(key) == result}
        if stable:
            (directory / f"{module}.py").write_text(patterns.support_module(stable), encoding="utf-8")


def main() -> None:
    if sys.argv[1] == "--collect":
        collect()
        ordered = {name: dict(sorted(found[name].items(), key=repr)) for name in sorted(found) if found[name]}
        print(ascii(ordered))
    else:
        write(Path(sys.argv[1]), collected("1"), collected("2"))


if __name__ == "__main__":
    main()
