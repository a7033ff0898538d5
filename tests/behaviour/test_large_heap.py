"""Memory for objects: large heaps lie on large pages where the kernel has them, small ones stay small."""
from __future__ import annotations

from pathlib import Path

import pytest

from support.running import run

PROGRAM = """
import sys

def large_pages():
    with open("/proc/self/smaps") as lines:
        return sum(int(line.split()[1]) for line in lines if line.startswith("AnonHugePages:"))

before = large_pages()
heap = [(number, str(number)) for number in range(400_000)]
during = large_pages()
assert sum(number for number, _ in heap) == 400_000 * 399_999 // 2
heap = None
again = [[number] for number in range(400_000)]
print(before, during, sum(map(len, again)))
"""


def test_large_heaps_lie_on_large_pages(build, tmp_path):
    executable = build({"main.py": PROGRAM})
    before, during, items = run([executable], cwd=tmp_path).expect().stdout.split()
    assert int(before) == 0
    assert int(items) == 400_000
    modes = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    if not modes.exists() or "[never]" in modes.read_text():
        pytest.skip("this kernel has no large pages to give")
    assert int(during) > 0
