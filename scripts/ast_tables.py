"""Writes the table from which compiler/front/py_tree.c turns syntax trees of Python objects into C structs.

The module `_ast` of the Python that the build is for describes every node in its documentation string, e.g.
"If(expr test, stmt* body, stmt* orelse)"; pycore_ast.h has a struct with the same names. Run as

    python3.N scripts/ast_tables.py > py_tree_tables.def
"""
from __future__ import annotations

import _ast
import re

QUANTITIES = {"": "ONE", "?": "OPTIONAL", "*": "SEQUENCE"}


def fields_of(node: type) -> list[tuple[str, str, str]]:
    """(name, type, quantity) of each field, in order."""
    text = re.sub(r"\s+", " ", node.__doc__ or "")
    match = re.fullmatch(r"\w+\((.*)\)", text)
    if match is None:
        return []
    fields = []
    for part in match[1].split(", "):
        kind, name = part.split(" ")
        quantity = kind[-1] if kind[-1] in QUANTITIES else ""
        fields.append((name, kind.removesuffix(quantity), QUANTITIES[quantity]))
    return fields


def constructors_of(node: type) -> list[type]:
    """Of a type like expr, in the order of the grammar; none for one like arguments."""
    named = re.findall(r"(?:=|\|)\s*(\w+)", node.__doc__ or "")
    return [getattr(_ast, name) for name in named]


def main() -> None:
    nodes = [value for value in vars(_ast).values() if isinstance(value, type)]
    types = sorted(
        (node for node in nodes if node.__base__ is _ast.AST), key=lambda node: node.__name__
    )
    rows = []
    first = 0
    for node in types:
        name = node.__name__
        constructors = constructors_of(node)
        if constructors and not any(fields_of(each) for each in constructors):
            rows.append(f"ENUMERATION({name})")
            rows += [f"VALUE({name}, {each.__name__})" for each in constructors]
            continue
        rows.append(f"TYPE({name}, {'PLACES' if node._attributes else 'NO_PLACES'}({name}))")
        for each in constructors or [node]:
            fields = fields_of(each)
            if constructors:
                rows.append(f"SUM_NODE({name}, {each.__name__}, {first}, {len(fields)})")
                prefix = f"SUM_FIELD({name}, {each.__name__}"
            else:
                rows.append(f"PRODUCT_NODE({name}, {first}, {len(fields)})")
                prefix = f"PRODUCT_FIELD({name}"
            rows += [f"{prefix}, {field}, {kind}, {quantity})" for field, kind, quantity in fields]
            first += len(fields)
    print("/* Made by scripts/ast_tables.py. */")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
