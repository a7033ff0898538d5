"""Fixtures of all suites.

    command    the pyc2c under test            target   one Python minor version (parametrised)
    build      program → executable            compare  program under CPython and as an executable
    pyc2c      runs the command itself         folder   an empty folder
"""
from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support import programs
from support.building import MORE_OPTIONS, Builder
from support.comparing import Comparer
from support.running import BASE_ENVIRONMENT, SEED
from support.targets import Target, default_command, find_targets, oracle_for


def pytest_addoption(parser):
    parser.addoption(
        "--oracle-only",
        action="store_true",
        help="compare CPython with itself: checks the tested programs, needs no pyc2c",
    )
    parser.addoption("--long", action="store_true", help="run the tests marked long, too")
    parser.addoption(
        "--all-targets", action="store_true", help="run every suite for every Python version built"
    )


def _targets(config) -> list[Target]:
    if not hasattr(config, "_pyc2c_targets"):
        try:
            if config.getoption("--oracle-only"):
                config._pyc2c_targets = [Target("3.11", Path("pyc2c"), oracle_for("3.11"))]
            else:
                config._pyc2c_targets = find_targets(default_command())
        except LookupError as problem:
            raise pytest.UsageError(str(problem)) from None
    return config._pyc2c_targets


def pytest_configure(config):
    """A missing command or interpreter stops the session here, with one line."""
    if not config.getoption("--help"):
        _targets(config)


def pytest_report_header(config):
    shown = [f"{target.minor} ({target.python})" for target in _targets(config)]
    words = [f"pyc2c: {default_command()}, Python versions: {', '.join(shown)}"]
    if MORE_OPTIONS:
        words.append(f"every build has {' '.join(MORE_OPTIONS)}")
    if SEED in BASE_ENVIRONMENT:
        words.append(f"{SEED}={BASE_ENVIRONMENT[SEED]} brings a failure back")
    return words


def pytest_generate_tests(metafunc):
    """`target` runs over every version in the suites that are about versions, else over 3.11."""
    if "target" in metafunc.fixturenames:
        targets = _targets(metafunc.config)
        everywhere = getattr(metafunc.module, "ALL_TARGETS", False)
        if not everywhere and not metafunc.config.getoption("--all-targets"):
            targets = targets[:1]
        metafunc.parametrize(
            "target", targets, ids=[target.name for target in targets], indirect=True, scope="session"
        )


def _wanted(config, item) -> bool:
    """Not wanted: long tests without --long, programs that are not for the target."""
    values = item.callspec.params if hasattr(item, "callspec") else {}
    program, target = values.get("program"), values.get("target")
    if program is not None and target is not None and not program.since <= target.number <= program.until:
        return False
    return "long" not in item.keywords or config.getoption("--long")


def pytest_collection_modifyitems(config, items):
    config.hook.pytest_deselected(items=[item for item in items if not _wanted(config, item)])
    items[:] = [item for item in items if _wanted(config, item)]


def pytest_terminal_summary(terminalreporter, config):
    """Says which Python versions really ran, as the numbers above cannot show it."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    for target in _targets(config):
        count = sum(1 for report in reports if target.name in report.nodeid)
        terminalreporter.write_line(f"Python {target.version}: {count} tests by version")


@pytest.fixture(scope="session")
def target(request) -> Target:
    return request.param


@pytest.fixture(scope="session")
def public_target(target) -> Iterator[Target]:
    """The target with a command that every user can run: a clone in root's home is closed to others."""
    if os.getuid() != 0 or all(path.stat().st_mode & 0o001 for path in target.command.resolve().parents):
        yield target
        return
    with tempfile.TemporaryDirectory(prefix="public-") as name:
        os.chmod(name, 0o755)
        shutil.copy(target.command, name)
        shutil.copytree(target.command.parent / "lib", Path(name) / "lib", symlinks=True)
        yield replace(target, command=Path(name) / target.command.name)


@pytest.fixture(scope="session")
def command() -> Path:
    return default_command()


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory) -> Path:
    """One folder for the whole session, shared by the workers of pytest-xdist."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def builder(session_folder) -> Builder:
    return Builder(session_folder / "executables")


@pytest.fixture
def compare(builder, target, request) -> Comparer:
    return Comparer(builder, target, request.config.getoption("--oracle-only"), None)


@pytest.fixture
def build(builder, target):
    """build(files, *options, source="main.py") → path of the executable; files as in programs.make."""

    def build_program(files, *options, source="main.py", name="program", python=None):
        program = programs.make(name, files, source=source, options=tuple(options))
        return builder.executable(program, target, python)

    return build_program


@pytest.fixture
def pyc2c(builder, target, tmp_path):
    """pyc2c("build", …, cwd=…) → Outcome of the command itself."""

    def run_command(*arguments, cwd=None, **options):
        return builder.command(target, arguments, cwd=cwd or tmp_path, **options)

    return run_command


@pytest.fixture
def native_code(target):
    """For tests of native code: skips them where there is none."""
    if not target.has_native_code:
        pytest.skip("native code is for Python 3.11 with a static libpython")


@pytest.fixture
def folder(tmp_path) -> Path:
    path = tmp_path / "folder"
    path.mkdir()
    yield path
    shutil.rmtree(path, ignore_errors=True)
