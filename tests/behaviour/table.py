"""The table of docs/COMPATIBILITY.md from rows.toml: prints it, or writes it into the document.

    python tests/behaviour/table.py [--write]
"""
from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
DOCUMENT = HERE.parent.parent / "docs" / "COMPATIBILITY.md"
HEAD = ["| what | value | under CPython | test |", "|---|---|---|---|"]
TABLE = re.compile(r"^\| what \|.*?(?=\n\n)", re.MULTILINE | re.DOTALL)


def load_rows() -> list[dict]:
    return tomllib.loads((HERE / "rows.toml").read_text(encoding="utf-8"))["row"]


def render(rows: list[dict]) -> str:
    lines = list(HEAD)
    for row in rows:
        tests = [test.partition("::")[0] for test in row.get("tests", [])]
        if "cases" in row:
            tests.insert(0, "tests/behaviour")
        shown = ", ".join(dict.fromkeys(tests))
        lines.append(f"| {row['what']} | {row['value']} | {row['cpython']} | {shown} |")
    return "\n".join(lines)


def documented() -> str:
    """The first table of the document."""
    found = TABLE.search(DOCUMENT.read_text(encoding="utf-8"))
    return found.group(0) if found else ""


if __name__ == "__main__":
    table = render(load_rows())
    if sys.argv[1:] == ["--write"]:
        text = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(TABLE.sub(lambda _: table, text, count=1), encoding="utf-8")
    else:
        print(table)
