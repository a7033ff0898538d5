"""Makes a program that differs smaller: leaves out statements as long as it differs.

All candidates of a round go into one executable, so a round costs one build.
"""
from __future__ import annotations

import ast
import warnings
from pathlib import Path

import batch

ROUNDS = 40
CANDIDATES = 60


def statements(tree: ast.AST) -> list[tuple[ast.AST, str, int]]:
    """Every place of a statement: node, field, index; large ones first."""
    places = []
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            value = getattr(node, field, None)
            if isinstance(value, list):
                places += [(node, field, index) for index in range(len(value))]
    return places


def without(text: str, number: int) -> str | None:
    """The program without its statement of that number, or with the statement's own body in its place."""
    tree = ast.parse(text)
    places = statements(tree)
    node, field, index = places[number // 2 % len(places)]
    group = getattr(node, field)
    inner = getattr(group[index], "body", None)
    unwrapped = number % 2 == 1
    if unwrapped and (isinstance(node, ast.Module) or not isinstance(group[index], ast.stmt) or not isinstance(inner, list)):
        return None
    group[index:index + 1] = inner if unwrapped else []
    if not group and field == "body":
        group.append(ast.Pass())
    try:
        smaller = ast.unparse(tree) + "\n"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(smaller, "program", "exec")
    except (SyntaxError, ValueError, AttributeError, IndexError):
        return None
    return smaller if len(smaller) < len(text) else None


def smaller(text: str, tools: batch.Tools, work: Path) -> str:
    """The smallest program found that still differs."""
    text = ast.unparse(ast.parse(text)) + "\n"
    start = 0
    for _ in range(ROUNDS):
        total = 2 * len(statements(ast.parse(text)))
        numbers = [(start + step) % total for step in range(min(total, CANDIDATES))]
        candidates = sorted({candidate for number in numbers if (candidate := without(text, number))}, key=len)
        found = sorted(batch.compare(candidates, tools, work).differences) if candidates else []
        if found:
            text, start = candidates[found[0]], 0
        elif start + CANDIDATES >= total:
            break
        else:
            start += CANDIDATES
    return text
