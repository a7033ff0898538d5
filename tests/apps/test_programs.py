"""Programs with packages from PyPI, built without any option, in an empty root, equal CPython's run."""
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from support import programs

# `make test-large` names the other folder, and an interpreter that has its packages.
FOLDER = os.environ.get("PYC2C_TEST_APPS_FOLDER", "programs")
PROGRAMS = programs.find(Path(__file__).parent / FOLDER)
CASES = [
    pytest.param(program, run, id=f"{program.name}-{run.name}" if run.name else program.name)
    for program in PROGRAMS
    for run in program.runs
]


def test_no_program_needs_an_option():
    assert len(PROGRAMS) >= (10 if FOLDER == "programs" else 3)
    assert all(program.options == () for program in PROGRAMS)


@pytest.fixture(scope="session")
def helper(tmp_path_factory) -> bytes:
    """The helper program of helper_program, compiled."""
    source = Path(__file__).parent / "programs" / "helper_program" / "bin" / "helper.c"
    output = tmp_path_factory.mktemp("helper") / "helper"
    subprocess.run(["cc", "-O1", "-s", "-o", output, source], check=True)
    return output.read_bytes()


@pytest.mark.parametrize("program, run", CASES)
def test_in_an_empty_root(compare_app, proc, program, run, helper):
    if program.proc and not proc:
        pytest.skip("needs /proc")
    if program.name == "helper_program":
        program = replace(program, files={**program.files, "bin/helper": helper})
    compare_app(program, run, proc)
