"""The five mcpd plugins of examples/plugins as executables, spoken to over gRPC as mcpd does it, and
compared with CPython running the same source: answers, stderr, exit status, what stays behind."""
from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from plugins.conversations import ALL, AUTH, HEADER, TOKEN, Conversation
from support import normalise, programs
from support.running import BASE_ENVIRONMENT, Outcome, kill_session, run
from support.targets import REPOSITORY

EXAMPLES = REPOSITORY / "examples" / "plugins"
CONVERSE = Path(__file__).resolve().parent / "converse.py"
STOP_SECONDS = 20
# No plugin prints its working directory, and those used here would hide other paths.
NOWHERE = Path("/nonexistent")
BY_NAME = pytest.mark.parametrize("said", ALL, ids=lambda said: said.name)


def program_of(said: Conversation) -> programs.Program:
    """The plugin as a program: its script, or all files of its package."""
    source = EXAMPLES / said.source
    files = [source] if source.is_file() else [path for path in source.rglob("*") if path.is_file()]
    return programs.make(
        f"plugin-{source.stem}",
        {
            str(path.relative_to(EXAMPLES)): path.read_bytes()
            for path in files
            if "__pycache__" not in path.parts
        },
        source=said.source,
    )


@dataclass(frozen=True)
class Side:
    """One way to run a plugin: the words that start it, and what makes its output comparable."""

    name: str
    words: tuple[str | Path, ...]
    cwd: Path
    env: dict[str, str] = field(default_factory=dict)
    normal: normalise.Normaliser = normalise.Normaliser(())


@pytest.fixture(scope="session")
def plugin_python(target, command) -> Path:
    """The interpreter of an environment with mcpd-plugins; the same that `make demo` uses."""
    folder = command.parent / f"plugin-venv-{target.minor}"
    done = subprocess.run(
        [
            REPOSITORY / "scripts" / "venv.sh",
            target.python,
            folder,
            EXAMPLES / "requirements.txt",
        ],
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    return folder / "bin" / "python"


@pytest.fixture
def sides(builder, target, plugin_python, request):
    """sides(conversation) → CPython's side, the executable's side."""

    def make_sides(said: Conversation) -> tuple[Side, Side]:
        program = program_of(said)
        root = builder.source(program)
        site = plugin_python.parent.parent / "lib" / f"python{target.minor}" / "site-packages"
        oracle = Side(
            "CPython",
            (plugin_python, *program.oracle_arguments(root)),
            root,
            normal=normalise.for_oracle(
                root, plugin_python, target.stdlib, str(site), target.minor, NOWHERE
            ),
        )
        if request.config.getoption("--oracle-only"):
            return oracle, oracle
        executable = builder.executable(program, target, plugin_python)
        normal = normalise.for_executable(executable, NOWHERE)
        return oracle, Side("executable", (executable,), Path("/"), normal=normal)

    return make_sides


@pytest.fixture
def socket_path() -> Iterator[Path]:
    """A short path: unix sockets have 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="plugin-") as folder:
        yield Path(folder) / "plugin.sock"


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def listens(process: subprocess.Popen, network: str, address: str, seconds: float = 30) -> None:
    """Waits until the plugin accepts connections, looking every 50 ms as mcpd does."""
    family = socket.AF_UNIX if network == "unix" else socket.AF_INET
    host, _, port = address.rpartition(":")
    place = address if network == "unix" else (host, int(port))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the plugin ended with status {process.returncode}"
        with socket.socket(family) as probe, contextlib.suppress(OSError):
            probe.connect(place)
            return
        time.sleep(0.05)
    raise AssertionError(f"no listener on {address} after {seconds} s")


def start(side: Side, network: str, address: str, arguments=None, env={}, action=None) -> Outcome:
    """A plugin from start to end; `action` gets it when it listens."""
    if arguments is None:
        arguments = ("--address", address, "--network", network)

    def act(process: subprocess.Popen) -> None:
        listens(process, network, address)
        action(process)

    environment = {} if side.name == "executable" else dict(BASE_ENVIRONMENT)
    return run(
        (*side.words, *arguments),
        cwd=side.cwd,
        env={**environment, **side.env, **env},
        timeout=60,
        action=act if action else None,
    )


def converse(python: Path, network: str, address: str, calls) -> list:
    done = subprocess.run(
        [python, CONVERSE, network, address],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def without_clock(answer):
    """An answer without what depends on the time that passed between calls."""
    if isinstance(answer, list):
        return [without_clock(item) for item in answer]
    if isinstance(answer, dict):
        return {
            key: "…" if key == "Retry-After" else without_clock(value)
            for key, value in answer.items()
        }
    return answer


def held(said, side, network, address, python, stop_signal) -> tuple[Outcome, list]:
    """The whole conversation with one side, ended by a signal."""
    answers: list = []

    def action(process: subprocess.Popen) -> None:
        answers.extend(converse(python, network, address, said.calls))
        process.send_signal(stop_signal)

    outcome = start(side, network, address, action=action)
    return outcome, answers


@BY_NAME
@pytest.mark.parametrize(
    "network, stop_signal",
    [("unix", signal.SIGINT), ("unix", signal.SIGTERM), ("tcp", signal.SIGINT)],
    ids=["unix-INT", "unix-TERM", "tcp-INT"],
)
def test_answers_as_under_cpython(
    said, network, stop_signal, sides, plugin_python, socket_path
):
    results = []
    for side in sides(said):
        address = str(socket_path) if network == "unix" else free_address()
        outcome, answers = held(said, side, network, address, plugin_python, stop_signal)
        wrong = [fact for fact, is_so in said.facts(answers).items() if not is_so]
        assert not wrong, f"{side.name}: {wrong}\n{json.dumps(answers, indent=1)}"
        assert outcome.expect(0).stdout == b""
        assert not socket_path.exists(), f"{side.name} left its socket behind"
        results.append((without_clock(answers), side.normal(outcome.stderr)))
    (oracle_answers, oracle_errors), (answers, errors) = results
    assert answers == oracle_answers
    assert errors == oracle_errors


def test_listens_alone_on_its_port(sides, plugin_python):
    """Without arguments the SDK takes TCP and $PLUGIN_PORT."""
    for side in sides(HEADER):
        address = free_address()
        answers = []

        def action(process):
            answers.extend(converse(plugin_python, "tcp", address, HEADER.calls[:1]))
            process.send_signal(signal.SIGINT)

        port = address.rpartition(":")[2]
        start(side, "tcp", address, (), {"PLUGIN_PORT": port}, action).expect(0)
        assert answers[0]["name"] == "header"


def test_reads_its_environment(sides, plugin_python, socket_path):
    address = str(socket_path)
    for side in sides(AUTH):
        answers = []

        def action(process):
            answers.extend(
                converse(
                    plugin_python,
                    "unix",
                    address,
                    [
                        {"method": "CheckReady"},
                        {
                            "method": "HandleRequest",
                            "message": {"headers": {"Authorization": f"Bearer {TOKEN}"}},
                        },
                    ],
                )
            )
            process.send_signal(signal.SIGINT)

        start(side, "unix", address, env={"AUTH_TOKEN": TOKEN}, action=action).expect(0)
        assert answers == [{}, {"continue": True}], side.name


def test_replaces_a_stale_socket(sides, plugin_python, socket_path):
    """mcpd may have killed the last run: its socket is still there."""
    for side in sides(HEADER):
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(str(socket_path))
        process = subprocess.Popen(
            [*side.words, "--address", socket_path, "--network", "unix"],
            cwd=side.cwd,
            env=BASE_ENVIRONMENT,
            start_new_session=True,
        )
        try:
            listens(process, "unix", str(socket_path))
            # It listens before its start is over; only what serves ends well by SIGINT.
            calls = [{"method": "CheckReady"}]
            assert converse(plugin_python, "unix", str(socket_path), calls) == [{}]
            process.send_signal(signal.SIGINT)
            assert process.wait(STOP_SECONDS) == 0
        finally:
            kill_session(process)


@pytest.mark.parametrize(
    "arguments", [("--network", "unix"), ("--address", "x", "--network", "carrier-pigeon")]
)
def test_wrong_arguments_end_as_under_cpython(arguments, sides):
    oracle, executable = sides(HEADER)
    expected = start(oracle, "unix", "", arguments)
    outcome = start(executable, "unix", "", arguments)
    assert expected.status != 0
    assert outcome.status == expected.status
    assert executable.normal(outcome.stderr) == oracle.normal(expected.stderr)


def test_kill_leaves_no_process(sides, socket_path):
    """One process: the pid that mcpd knows is Python's, and no other is in its session."""
    _, executable = sides(HEADER)

    def action(process: subprocess.Popen) -> None:
        assert members_of_session(process.pid) == {process.pid}
        process.kill()
        process.wait(STOP_SECONDS)
        assert members_of_session(process.pid) == set()

    outcome = start(executable, "unix", str(socket_path), action=action)
    assert outcome.status == -signal.SIGKILL


def members_of_session(session: int) -> set[int]:
    found = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = entry.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == session:
                found.add(int(entry.parent.name))
    return found


def test_two_at_once_from_one_file(sides, plugin_python, tmp_path):
    """A host starts one plugin file for several servers; the runs know nothing of each other."""
    _, executable = sides(HEADER)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="plugin-"))
        paths = [os.path.join(folder, name) for name in ("a", "b", "c")]
        answers: dict[str, list] = {}

        def hold(path: str) -> None:
            def action(process):
                answers[path] = converse(plugin_python, "unix", path, HEADER.calls)
                process.send_signal(signal.SIGINT)

            start(executable, "unix", path, action=action).expect(0)

        threads = [threading.Thread(target=hold, args=(path,)) for path in paths]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(answers) == 3 and answers[paths[0]] == answers[paths[1]] == answers[paths[2]]
