"""Compiles the regular expressions that sources hold literally.

Run by pyc2c with the interpreter of the environment that is built from; scripts/regex_patterns.py does
the same for the standard library while pyc2c is made. Reads lines "MODULE<tab>PATH" and answers, for each
of them, "module MODULE LENGTH" and LENGTH bytes, which are the source of the support module that
runtime/rt_patterns.c runs; 0 bytes where there is nothing. Nothing of the sources is executed.

A pattern is kept as what re._compiler.compile passes to _sre.compile:

    magic = 20220615
    patterns = ((pattern, flags, flags of the result, code, groups, ((name, group), …), names), …)

`code` is a list of 32-bit numbers as LEB128. Patterns that warn, and those whose meaning depends on the
locale, are left to run time.
"""
from __future__ import annotations

import ast
import io
import os
import re
import sys
import tokenize
import warnings

import _sre

compiler = sys.modules["re._compiler"]
stock_compile = compiler.compile
CALL = re.compile(r"\b_?re\s*\.\s*(compile|findall|finditer|fullmatch|match|search|splitn?|subn?)\s*\(")
FLAGS_PLACE = {"compile": 1, "split": 3, "sub": 4, "subn": 4}
FUNCTIONS = {"compile", "findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn"}
NOT_NOW = re.DEBUG | re.LOCALE
TOO_LONG = 10_000  # characters: sre needs more than linear time for some

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


def record(found: dict[tuple, tuple], pattern, flags: int) -> None:
    flags = int(flags)
    if type(pattern) not in (str, bytes) or len(pattern) > TOO_LONG or flags & NOT_NOW:
        return
    results.clear()
    compiler._sre = Recorder()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            stock_compile(pattern, flags)
    except (re.error, Warning, ValueError, OverflowError, RecursionError):
        return
    finally:
        compiler._sre = _sre
    result_flags, code, *rest = results[-1]
    if not result_flags & NOT_NOW:
        found[pattern, flags] = (result_flags, leb128(code), *rest)


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


def record_call(found: dict[tuple, tuple], node: ast.expr) -> None:
    if not (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and is_re(node.func.value)
        and node.func.attr in FUNCTIONS
        and node.args
    ):
        return
    place = FLAGS_PLACE.get(node.func.attr, 2)
    named = [keyword.value for keyword in node.keywords if keyword.arg == "flags"]
    flags = node.args[place : place + 1] or named
    try:
        record(found, constant(node.args[0]), constant(flags[0]) if flags else 0)
    except (ValueError, TypeError, AttributeError):
        pass


def call_at(text: str, start: int) -> ast.expr | None:
    """The call that begins there. To parse whole files would take a build's time."""
    lines = io.StringIO(text[start : start + 2 * TOO_LONG])
    depth = 0
    end = None
    try:
        for token in tokenize.generate_tokens(lines.readline):
            if token.type == tokenize.OP:
                depth += (token.string in "([{") - (token.string in ")]}")
                if depth == 0 and token.string == ")":
                    end = token.end
                    break
        if end is None:
            return None
        parts = text[start : start + 2 * TOO_LONG].splitlines(keepends=True)[: end[0]]
        parts[-1] = parts[-1][: end[1]]
        return ast.parse("".join(parts), mode="eval").body
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def in_source(path: str) -> dict[tuple, tuple]:
    found: dict[tuple, tuple] = {}
    with tokenize.open(path) as file:
        text = file.read()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes: the module's own compilation tells
        for match in CALL.finditer(text):
            call = call_at(text, match.start())
            if call is not None:
                record_call(found, call)
    return found


def support_module(found: dict[tuple, tuple]) -> str:
    if not found:
        return ""
    lines = [f"    {(*key, *result)!r}," for key, result in found.items()]
    return "\n".join([f"magic = {_sre.MAGIC}", "patterns = (", *lines, ")", ""])


def main() -> None:
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for line in sys.stdin.read().splitlines():
        module, path = line.split("\t")
        try:
            # Lone surrogates are no UTF-8; in a literal they are written as escapes.
            text = support_module(in_source(path)).encode("utf-8")
        except (OSError, SyntaxError, UnicodeError):
            text = b""
        out.write(f"module {module} {len(text)}\n".encode() + text)
    out.write(b"end\n")
    out.flush()


if __name__ == "__main__":
    main()
