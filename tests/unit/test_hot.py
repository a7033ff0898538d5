"""Which operations generated code has in full, and which in their brief form (codegen/emit_hot.c)."""

import os
import subprocess
import textwrap

import pytest

from test_support import built  # noqa: F401 (a fixture)

NATIVE_MINOR = "3.11"
STEPS = ["self.a.b()", "y = self.c", "x += self.d(y)"]  # prices of all kinds


@pytest.fixture
def sites(built, tmp_path):  # noqa: F811
    """What the operations of function `f` are: by line of the source, or only those of some kind."""
    directory, stdlib, _ = built
    if directory.name != NATIVE_MINOR:
        pytest.skip("native code is for Python 3.11 so far")

    def run(source):
        file = tmp_path / "x.py"
        file.write_text(textwrap.dedent(source))
        done = subprocess.run([directory / "ir_tool", "-s", file, "f"], capture_output=True,
                              text=True, env={**os.environ, "PYC2C_STDLIB": stdlib})
        assert done.returncode == 0, done.stdout + done.stderr
        words = [line.split() for line in done.stdout.splitlines()]
        return [(int(line), name, form == "hot") for line, name, form in words]
    return run


def forms(found, lines=None, name=None):
    """Which forms occur on these lines, of operations of this name."""
    return {hot for line, op, hot in found
            if (lines is None or line in lines) and name in (None, op)}


def indented(steps, depth):
    return "".join(" " * depth + step + "\n" for step in steps)


def test_small_functions_are_hot(sites):
    assert forms(sites("def f(self):\n y = self.a\n self.b = y.c\n")) == {True}


def test_many_attributes_of_a_small_function_are_hot_in_part(sites):
    found = sites("def f(self):\n" + indented([f"self.a{i} = self.b{i}" for i in range(4)], 1))
    assert forms(found, name="attr_get") == {True}
    assert forms(found, name="attr_set") == {False}


def test_only_loops_of_larger_functions_are_hot(sites):
    found = sites("def f(self, x):\n" + indented(STEPS * 3, 1) +
                  " for y in x:\n  self.b = y\n" + indented(STEPS, 1))
    assert forms(found, {12}) == {True}
    assert forms(found, set(range(2, 11)) | set(range(13, 17))) == {False}


@pytest.mark.parametrize("call", ["f(x)", "self.f(x)"])
def test_functions_that_call_themselves_are_hot(sites, call):
    lines = indented(["y = self.c", "self.d(y)"] * 3, 1)
    assert True not in forms(sites(f"def f(self, x):\n {call[:-3]}_x\n" + lines))
    assert True in forms(sites(f"def f(self, x):\n {call}\n" + lines))


def test_handlers_are_never_hot(sites):
    found = sites("""\
        def f(self, x):
            while x:
                try:
                    x = self.a[x]
                except ValueError:
                    self.b = self.c(x)
        """)
    assert forms(found, {4}) == {True} and forms(found, {5, 6}) == {False}


def test_deep_loops_first(sites):
    """Of a long loop not all is hot, but all of a loop within it is, though it comes last."""
    found = sites("def f(self, x):\n for y in x:\n" + indented(STEPS * 10, 2) +
                  "  for z in y:\n" + indented(STEPS, 3))
    assert forms(found, set(range(3, 33))) == {True, False}
    assert forms(found, {34, 35, 36}) == {True}


def test_what_saves_most_first(sites):
    """In a long loop; of equal sites the first are hot."""
    found = sites("def f(self, x):\n while x:\n" + indented(["y = self.a"] * 6, 2))
    assert forms(found, name="slot_set") == {True}
    read = [hot for _, name, hot in found if name == "attr_get"]
    assert set(read) == {True, False} and read == sorted(read, reverse=True)


def test_methods_and_globals_in_nested_loops_only(sites):
    found = sites("def f(self, x):\n for y in x:\n  y.a(g)\n  for z in y:\n   z.a(g)\n" +
                  indented(STEPS, 1))
    for name in ("method_get", "global_get"):
        assert forms(found, {3}, name) == {False} and forms(found, {5}, name) == {True}


def test_formulas_whatever_they_cost(sites):
    """Single operations have to fit in."""
    found = sites("def f(self, x):\n for y in x:\n" + indented(["z = (x - y) * x"] * 9, 2) +
                  indented(["z = x - y"] * 9, 2))
    assert {hot for line, name, hot in found if line < 12 and "binary" in name} == {True}
    assert {hot for line, name, hot in found if line >= 12 and "binary" in name} == {True, False}


def test_raising_blocks_are_never_hot(sites):
    found = sites("""\
        def f(self, x):
            while x:
                if self.a:
                    raise ValueError(self.b(x))
                x = self.c(x)
        """)
    assert forms(found, {4}) == {False} and True in forms(found, {5})
