"""A few drawn programs every day; `make test-fuzz` compares tens of thousands. And the fuzzer itself: it finds a difference and makes it small."""
from __future__ import annotations

import importlib.util
import os
import random
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).resolve().parents[1] / "fuzz"
sys.path.insert(0, str(FUZZ))
import batch  # noqa: E402
import shrink  # noqa: E402

# By its path: "run" is also the folder of the compared programs.
_spec = importlib.util.spec_from_file_location("fuzz_run", FUZZ / "run.py")
fuzz = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(fuzz)

SEED = 1 if os.environ.get("CI") == "true" else random.randrange(1 << 30)
COUNT = int(os.environ.get("PYC2C_TEST_EXAMPLES", "60"))


def tools(target, *options) -> batch.Tools:
    if target.number != 11:
        pytest.skip("native code is for Python 3.11 so far")
    return batch.Tools(target.command, target.python, target.stdlib, options=list(options))


@pytest.mark.parametrize("source", sorted(fuzz.SOURCES))
def test_drawn_programs_end_as_under_cpython(target, tmp_path, source):
    texts = fuzz.SOURCES[source](COUNT // 2, SEED)
    result = batch.compare(texts, tools(target), tmp_path)
    assert result.bytecode == []
    assert {texts[number]: difference for number, difference in result.differences.items()} == {}


def test_a_difference_is_found_and_made_small(target, tmp_path):
    """Without assert statements, programs differ."""
    planted = "def f0(a):\n    n = [a]\n    for x in n:\n        print(x)\n        assert not a, n\n    return 5\n\n\nshow(lambda: f0(1))\n"
    same = "def f0(a):\n    return a\n\n\nshow(lambda: f0(2))\n"
    without = tools(target, "--python-flag=-O")
    assert list(batch.compare([same, planted], without, tmp_path).differences) == [1]
    assert shrink.smaller(planted, without, tmp_path).splitlines()[:2] == ["def f0(a):", "    assert not a, n"]
