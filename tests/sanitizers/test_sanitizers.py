"""Programs of tests/run under a tool that watches memory: it must have nothing to say.

PYC2C_TEST_TOOL names the tool: `asan` (AddressSanitizer and UBSan; the command under test is one of
`make MODE=asan`) or `valgrind` (memcheck; any command). With PYTHONMALLOC=malloc, or malloc_debug, both see
each object by itself. What Python keeps until the end is no leak: tests/run/references*.py look for those.

A program may take PYC2C_TEST_CPU_SECONDS of processor time (600); one that needs more is skipped, with
that reason. Processor time does not depend on what else the machine does; limits on the clock only end
what hangs.
"""
from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support import programs
from support.building import BUILD_TIMEOUT
from support.running import environment, run


@dataclass(frozen=True)
class Tool:
    words: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    finding: str = ""  # what its report has when it found something
    too_deep: frozenset[str] = frozenset()  # programs that the tool itself cannot run
    filled: frozenset[str] = frozenset()  # programs whose new objects CPython fills, so that all bytes are defined


TOOLS = {
    "asan": Tool(
        env={
            "ASAN_OPTIONS": "detect_leaks=0:log_path={report}:exitcode=99",
            "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:log_path={report}:exitcode=99",
        },
        finding=r"ERROR: AddressSanitizer|runtime error:",
    ),
    "valgrind": Tool(
        words=("valgrind", "--quiet", "--error-exitcode=99", "--log-file={report}.%p"),
        finding=r"==\d+== \w",
        # A hundred thousand frames, and allocations that fail, which are valgrind's own as well.
        too_deep=frozenset({"native_recursion", "native_recursion_deep", "native_recursion_through_c"}),
        # ipaddress calls int.from_bytes() with zeros. CPython's medium_value() multiplies the result's size, 0, by its
        # first digit, which was never written; for memcheck the product is undefined, then the address of the int 0 in
        # small_ints that is found by it, and then all who touch that 0, which no suppression could tell apart. Every
        # program linked with Debian's libpython3.11.a shows it; in python3.11 itself the compiler found another way.
        filled=frozenset(
            "children_interpreter children_shell code_objects cwd_deleted help_output import_archive import_machinery "
            "import_real_files kept_texts package_data regex_of_stdlib stdlib_archives stdlib_everything_imports "
            "stdlib_files stdlib_metadata stdlib_network stdlib_text_formats stdlib_time".split()
        ),
    ),
}
PROGRAMS = programs.find(Path(__file__).parents[1] / "run")
CPU_SECONDS = int(os.environ.get("PYC2C_TEST_CPU_SECONDS", "600"))
CLOCK_SECONDS = 2400.0
OUT_OF_TIME = f"Process terminating with default action of signal {int(signal.SIGXCPU)}"  # valgrind's words

CASES = [
    pytest.param(program, each, id=f"{program.name}-{each.name}" if each.name else program.name)
    for program in PROGRAMS
    for each in program.runs
    if each.status != -signal.SIGSEGV  # a tool finds what the program wants to happen
]


@pytest.fixture(scope="session")
def tool() -> Tool:
    name = os.environ.get("PYC2C_TEST_TOOL", "valgrind")
    chosen = TOOLS[name]
    if chosen.words and shutil.which(chosen.words[0]) is None:
        pytest.fail(f"there is no {chosen.words[0]}: `apt-get install {chosen.words[0]}`", pytrace=False)
    return chosen


def test_programs_were_found():
    assert len(PROGRAMS) >= 140


def limit_processor_time():
    """In the child. The kernel's signal ends it; Python leaves that signal alone."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))


@pytest.mark.timeout(BUILD_TIMEOUT + CLOCK_SECONDS + 60)
@pytest.mark.parametrize("program, given", CASES)
def test_nothing_is_found(builder, target, tool, program, given):
    if program.name in tool.too_deep:
        pytest.skip("recursion deeper than the tool can follow")
    executable = builder.executable(program, target)
    with tempfile.TemporaryDirectory(prefix="sanitize-") as name:
        cwd, report = Path(name) / "cwd", Path(name) / "report"
        cwd.mkdir()
        memory = "malloc_debug" if program.name in tool.filled else "malloc"
        env = environment(cwd, given.env, given.unset) | {"PYTHONMALLOC": memory}
        env |= {key: value.format(report=report) for key, value in tool.env.items()}
        words = [word.format(report=report) for word in tool.words]
        outcome = run(
            [*words, executable, *given.argv], cwd=cwd, env=env, stdin=given.stdin, timeout=CLOCK_SECONDS,
            preexec_fn=limit_processor_time,
        )
        found = "\n".join(path.read_text(errors="replace") for path in sorted(Path(name).glob("report*")))
    found = found.partition(OUT_OF_TIME)[0]
    assert not re.search(tool.finding, found), found
    if outcome.status == -signal.SIGXCPU:
        pytest.skip(f"needs more than {CPU_SECONDS} s of processor time here")
    outcome.expect(given.status)
