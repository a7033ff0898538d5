"""Compiles the regular expressions of the standard library ahead of time: python regex_patterns.py DIRECTORY

Writes DIRECTORY/<module>.py for each module that has some: what re._compiler.compile passes to
_sre.compile, so that an executable can pass the same without parsing a pattern. Two sources: what a
module compiles while it is imported, and calls of re's functions with constant arguments in its text.
Patterns that warn, and those whose meaning depends on the locale or whose text on the order of a set,
are left to run time. Run by make, with the Python that executables will have.

    magic = 20220615
    patterns = ((pattern, flags, flags of the result, code, groups, ((name, group), …), names), …)

`code` is a list of 32-bit numbers as LEB128.
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
import warnings
from collections import defaultdict
from pathlib import Path

import _sre

compiler = sys.modules["re._compiler"]
STDLIB = Path(sysconfig.get_path("stdlib"))
# Modules that do something when imported, or are tests.
LEFT_OUT = {"__phello__", "antigravity", "idlelib", "lib2to3", "test", "this", "tkinter", "turtle", "turtledemo"}
FUNCTIONS = {"compile", "findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn"}
FLAGS_PLACE = {"compile": 1, "split": 3, "sub": 4, "subn": 4}
NOT_NOW = re.DEBUG | re.LOCALE

found: dict[str, dict[tuple, tuple]] = defaultdict(dict)
results: list[tuple] = []


class Recorder:
    """Stands for the module _sre within re._compiler."""

    def __getattr__(self, name):
        return getattr(_sre, name)

    @staticmethod
    def compile(pattern, flags, code, groups, groupindex, indexgroup):
        results.append((flags, list(code), groups, tuple(groupindex.items()), tuple(indexgroup)))
        return _sre.compile(pattern, flags, code, groups, groupindex, indexgroup)


def leb128(numbers: list[int]) -> bytes:
    out = bytearray()
    for number in numbers:
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        out.append(number)
    return bytes(out)


def record(module: str, pattern, flags: int) -> None:
    flags = int(flags)
    if type(pattern) not in (str, bytes) or flags & NOT_NOW:
        return
    results.clear()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            stock_compile(pattern, flags)
    except (re.error, Warning, ValueError, OverflowError, RecursionError):
        return
    result_flags, code, *rest = results[-1]
    if not result_flags & NOT_NOW:
        found[module][pattern, flags] = (result_flags, leb128(code), *rest)


def calling_module() -> str:
    """The module whose code asked re for a pattern."""
    frame = sys._getframe(2)
    while frame.f_globals.get("__name__", "").partition(".")[0] == "re":
        frame = frame.f_back
    return frame.f_globals.get("__name__", "")


def recording_compile(pattern, flags=0):
    record(calling_module(), pattern, flags)
    return stock_compile(pattern, flags)


stock_compile = compiler.compile


def is_re(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("re", "_re")


def constant(node: ast.expr):
    """The value of a literal, of one flag, or of several joined by `|` or `+`; else ValueError."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Attribute) and is_re(node.value):
        return getattr(re, node.attr)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitOr, ast.Add)):
        left, right = constant(node.left), constant(node.right)
        return left | right if isinstance(node.op, ast.BitOr) else left + right
    raise ValueError


def record_calls(module: str, tree: ast.AST) -> None:
    for node in ast.walk(tree):
        if not (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and is_re(node.func.value)
            and node.func.attr in FUNCTIONS
            and node.args
        ):
            continue
        place = FLAGS_PLACE.get(node.func.attr, 2)
        named = [keyword.value for keyword in node.keywords if keyword.arg == "flags"]
        flags = node.args[place : place + 1] or named
        try:
            record(module, constant(node.args[0]), constant(flags[0]) if flags else 0)
        except (ValueError, TypeError, AttributeError):
            continue


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
    compiler._sre = Recorder()
    for name in module_names():
        path = source_of(name)
        source = path.read_bytes() if path else b""
        if not uses_re(source):
            continue
        record_calls(name, ast.parse(source))
        kept = {key: value for key, value in sys.modules.items() if key.partition(".")[0] == "re"}
        compiler.compile = recording_compile
        re.purge()
        sys.modules.pop(name, None)
        try:
            with contextlib.redirect_stdout(sys.stderr):
                importlib.import_module(name)
        except (ImportError, OSError, AttributeError, NotImplementedError):
            pass  # not for this platform
        finally:
            compiler.compile = stock_compile
            sys.modules.update(kept)


def collected(seed: str) -> dict[str, dict[tuple, tuple]]:
    """The patterns that a process with this hash seed meets."""
    command = [sys.executable, "-S", "-s", __file__, "--collect"]
    done = subprocess.run(command, env={"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, check=True)
    return ast.literal_eval(done.stdout.decode())


def write(directory: Path, modules: dict[str, dict[tuple, tuple]], again: dict[str, dict[tuple, tuple]]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.py"):
        old.unlink()
    for module, patterns in modules.items():
        lines = [f"magic = {_sre.MAGIC}", "patterns = ("]
        for key, result in patterns.items():
            if again.get(module, {}).get(key) == result:
                lines.append(f"    {(*key, *result)!r},")
        (directory / f"{module}.py").write_text("\n".join([*lines, ")", ""]), encoding="utf-8")


def main() -> None:
    if sys.argv[1] == "--collect":
        collect()
        ordered = {name: dict(sorted(found[name].items(), key=repr)) for name in sorted(found)}
        print(ascii(ordered))
    else:
        write(Path(sys.argv[1]), collected("1"), collected("2"))


if __name__ == "__main__":
    main()
