"""Every program of this folder, in every run it names, behaves as under CPython."""
from pathlib import Path

import pytest

from support import programs

ALL_TARGETS = True
PROGRAMS = programs.find(Path(__file__).parent)
CASES = [
    pytest.param(program, run, id=f"{program.name}-{run.name}" if run.name else program.name)
    for program in PROGRAMS
    for run in program.runs
]


def test_programs_were_found():
    assert len(PROGRAMS) >= 80


@pytest.mark.parametrize("program, run", CASES)
def test_runs_as_under_cpython(compare, program, run):
    compare(program, run)
