"""The IR that functions are lowered to: golden texts, rules, and real code.

tests/unit/lower/NAME.py is lowered to NAME.ir; PYC2C_BLESS=1 writes these anew."""

import difflib
import os
import pathlib
import subprocess

import pytest

from test_support import ROOT, built  # noqa: F401 (a fixture)

GOLDEN = ROOT / "tests" / "unit" / "lower"
NATIVE_MINOR = "3.11"


@pytest.fixture(scope="module")
def lower(built, tmp_path_factory):  # noqa: F811
    """Runs ir_tool; the tests are of Python 3.11's instructions."""
    directory, stdlib, _ = built
    if directory.name != NATIVE_MINOR:
        pytest.skip("native code is for Python 3.11 so far")

    def run(*args):
        return subprocess.run([directory / "ir_tool", *args], capture_output=True, text=True,
                              env={**os.environ, "PYC2C_STDLIB": stdlib})
    return run


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.py")))
def test_golden(lower, name):
    result = lower(GOLDEN / f"{name}.py")
    assert result.returncode == 0, result.stdout + result.stderr
    golden = GOLDEN / f"{name}.ir"
    if os.environ.get("PYC2C_BLESS"):
        golden.write_text(result.stdout)
    difference = difflib.unified_diff(golden.read_text().splitlines(), result.stdout.splitlines(),
                                      "golden", "now", lineterm="")
    assert result.stdout == golden.read_text(), "\n".join(difference)


@pytest.mark.parametrize("body, name", [
    ("breakpoint()", "breakpoint"),
    ("import pdb; pdb.set_trace()", "set_trace"),
    ("getattr(sys, 'settrace')(g)", "settrace"),
    ("threading.setprofile(g)", "setprofile"),
    ("g.f_trace = None", "f_trace"),
])
def test_functions_that_trace_stay_bytecode(lower, tmp_path, body, name):
    """So do all functions around them, but not their neighbours."""
    source = tmp_path / "x.py"
    source.write_text(f"def outer():\n class C:\n  def inner(self):\n   {body}\n"
                      "def other(): return 'settrace is a word'\n")
    result = lower(source)
    reason = f"stays bytecode: it, or a function inside it, mentions '{name}'"
    assert f"outer {reason}\n" in result.stdout
    assert f"outer.<locals>.C.inner {reason}\n" in result.stdout
    assert "; other\n" in result.stdout


def test_same_offsets_without_comments(lower, tmp_path):
    """Comments and blank lines change nothing."""
    source = (GOLDEN / "exceptions.py").read_text()
    moved = tmp_path / "x.py"
    moved.write_text("\n\n# a comment\n" + source.replace("):\n", "):  # here\n\n"))
    assert lower(moved).stdout == lower(GOLDEN / "exceptions.py").stdout


def test_decoding(lower, built):  # noqa: F811
    """Instructions, positions and exception tables are as CPython's dis sees them."""
    folders = [pathlib.Path(built[1]), pathlib.Path(built[1], "asyncio")]
    files = sorted(path for folder in folders for path in folder.glob("[a-f]*.py"))
    expected = subprocess.run([built[2], ROOT / "tests" / "unit" / "decoded.py", *files],
                              capture_output=True, text=True, check=True).stdout
    result = lower("-i", *files)
    assert result.returncode == 0
    assert result.stdout.splitlines() == expected.splitlines()


def test_standard_library(lower, built):  # noqa: F811
    """Every function of it lowers, within its stack, to what the verifier accepts."""
    files = sorted(pathlib.Path(built[1]).rglob("*.py"))
    files = [path for path in files if "site-packages" not in path.parts]
    result = lower("-q", *files)
    assert result.returncode == 0, result.stdout[-2000:]
