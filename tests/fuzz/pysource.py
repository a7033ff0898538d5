"""Programs of PyPI's pysource-codegen: any syntax, at random.

As generated they end at the first name that is not bound. So a program becomes the body of a function whose parameters bind the names that
the generator uses; what it defines is called (`poke` of the prelude), and each statement has a `try` of its own.
"""
from __future__ import annotations

import ast
import random

import pysource_codegen

NODES, DEPTH = 250, 7
DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
VALUES = ("Any(%r)",) * 5 + ("[1, 2, 3]", "7", "'text'", "ValueError", "{'k': 1}", "len", "(1, 2)", "Obj(%r)", "helper", "None", "2 ** 65")


class Poker(ast.NodeTransformer):
    """Puts a call of everything that is defined behind its definition."""

    def visit(self, node: ast.AST) -> ast.AST | list[ast.AST]:
        super().generic_visit(node)
        if not isinstance(node, DEFINING):
            return node
        call = ast.Call(func=ast.Name("poke", ast.Load()), args=[ast.Name(node.name, ast.Load())], keywords=[])
        return [node, ast.Expr(call)]


def wrapped(text: str, numbers: random.Random) -> str:
    """The program as function f0, which is shown."""
    tree = ast.parse(text)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    foreign = {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    parameters = []
    for name in sorted(names - foreign):
        parameters.append(f"{name}={numbers.choice(VALUES).replace('%r', repr(name))}")
    body = []
    for statement in Poker().visit(tree).body:
        if not isinstance(statement, ast.Pass):
            body += ast.parse("try: pass\nexcept BaseException as problem: print(repr(problem))").body
            body[-1].body = [statement]
    function = ast.parse(f"def f0({', '.join(parameters)}): pass\nshow(f0)")
    function.body[0].body = body or [ast.Pass()]
    return ast.unparse(ast.fix_missing_locations(function)) + "\n"


def program(numbers: random.Random) -> str:
    text = pysource_codegen.generate(numbers.randrange(1 << 30), node_limit=NODES, depth_limit=DEPTH)
    return wrapped(text, numbers)
