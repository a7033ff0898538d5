"""Each row of the compatibility table: what the executable shows, and what CPython shows."""
from __future__ import annotations

import ast
import tempfile
from pathlib import Path

import pytest
from behaviour.table import documented, load_rows, render

from support import programs
from support.running import environment, run
from support.targets import REPOSITORY

ALL_TARGETS = True
ROWS = load_rows()
CASES = [
    pytest.param(case, id=f"{row['what'][:24]}-{number}".replace("`", "").replace(" ", "_"))
    for row in ROWS
    for number, case in enumerate(row.get("cases", []))
]


def test_the_document_shows_this_table():
    assert documented() == render(ROWS), "run: python tests/behaviour/table.py --write"


def test_every_row_has_a_test_that_exists():
    for row in ROWS:
        assert row.get("cases") or row.get("tests"), f"nothing tests {row['what']}"
        for test in row.get("tests", []):
            path, _, function = test.partition("::")
            assert (REPOSITORY / path).exists(), test
            if function:
                tree = ast.parse((REPOSITORY / path).read_text())
                names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
                assert function in names, test


def output_of(words, case: dict, replaced: dict[str, str]) -> str:
    with tempfile.TemporaryDirectory(prefix="row-") as name:
        outcome = run(
            [*words, *case.get("argv", [])],
            cwd=Path(name),
            env=environment(Path(name), case.get("env", {}), case.get("unset", ())),
            stdin=case.get("stdin", "").encode(),
        )
    assert outcome.status == case.get("status", 0), outcome.describe()
    text = outcome.stdout.decode()
    for path, shown in sorted(replaced.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(path, shown)
    return text


def versioned(text: str, target) -> str:
    return text.replace("<minor>", target.minor).replace("<tag>", target.minor.replace(".", ""))


@pytest.mark.parametrize("case", CASES)
def test_row(builder, target, request, case):
    program = programs.make("row", case["code"], options=tuple(case.get("options", ())))
    root = builder.source(program)
    expected = case.get("cpython", case["prints"])
    if expected != "*":
        names = {
            str(root / "main.py"): "<folder>/main.py" if "<folder>" in expected else "<script>",
            str(root): "<folder>",
            str(target.python): "<python>",
            target.stdlib: "<stdlib>",
        }
        words = [target.python, *case.get("flags", []), root / "main.py"]
        assert output_of(words, case, names) == versioned(expected, target), "CPython"
    if not request.config.getoption("--oracle-only"):
        executable = builder.executable(program, target)
        shown = output_of([executable], case, {str(executable): "<exe>"})
        assert shown == versioned(case["prints"], target), "the executable"
