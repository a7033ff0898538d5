"""The passes of compiler/opt, one at a time, and the text form of the IR.

tests/unit/passes/NAME.ir holds cases:

    === pass: what it shows
    a function
    --- becomes
    the same function after the pass, or what is wrong with it

PYC2C_BLESS=1 writes the results anew."""

import difflib
import os
import pathlib
import subprocess

import pytest

from test_support import ROOT, built  # noqa: F401 (a fixture)

FOLDER = ROOT / "tests" / "unit" / "passes"


@pytest.fixture(scope="module")
def tool(built):  # noqa: F811
    directory, stdlib, _ = built

    def run(*args, text=""):
        return subprocess.run([directory / "pass_tool", *args], input=text, capture_output=True,
                              text=True, env={**os.environ, "PYC2C_STDLIB": stdlib})
    return run


def run_cases(tool, text):
    """The file as it should be."""
    result = []
    for case in text.split("=== ")[1:]:
        title, body = case.split("\n", 1)
        source = body.split("--- becomes\n")[0]
        output = tool(*title.split(":")[0].split(), text=source)
        assert output.stderr == "" and output.returncode in (0, 1), (title, output)
        result.append(f"=== {title}\n{source}--- becomes\n{output.stdout}")
    return "".join(result)


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.ir")))
def test_golden(tool, name):
    golden = FOLDER / f"{name}.ir"
    text = golden.read_text()
    now = run_cases(tool, text)
    if os.environ.get("PYC2C_BLESS"):
        golden.write_text(now)
        text = now
    assert now == text, "\n".join(
        difflib.unified_diff(text.splitlines(), now.splitlines(), "golden", "now", lineterm=""))


def test_text_form_of_real_code_parses_back(tool, built):  # noqa: F811
    """After every pass: the parser accepts it, the verifier too, and it prints the same."""
    directory, stdlib, _ = built
    if directory.name != "3.11":
        pytest.skip("native code is for Python 3.11 so far")
    files = sorted(pathlib.Path(stdlib).glob("[a-d]*.py"))
    files += sorted(pathlib.Path(stdlib, "asyncio").glob("*.py"))
    result = tool("-r", *files)
    assert result.returncode == 0, result.stdout
