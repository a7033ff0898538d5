"""Signals reach the program, its pid is the one that was started, killing it leaves nothing behind."""
from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from support import programs
from support.programs import Run
from support.running import environment, kill_session

ALL_TARGETS = True

WAITER = programs.make(
    "waiter",
    r'''
import os, signal, sys, time

def handler(number, frame):
    # Not print: a signal may arrive while the line below is being printed.
    os.write(1, b"got %s\n" % signal.Signals(number).name.encode())
    seen.append(number)

seen = []
for name in sys.argv[2:]:
    signal.signal(getattr(signal, name), handler)

def main():
    print("ready", os.getpid(), os.getppid(), os.getpgrp(), os.getsid(0), flush=True)
    end = time.monotonic() + 30
    while len(seen) < int(sys.argv[1]) and time.monotonic() < end:
        time.sleep(0.5)
    print("over", len(seen))

main()
''',
)


def next_line(process: subprocess.Popen) -> list[str]:
    """The next line that WAITER prints, without any read-ahead that communicate() would miss."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(process.stdout.fileno(), 1)
        assert byte, f"ended early: {process.communicate()}"
        line += byte
    return line.decode().split()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGQUIT", "SIGCONT"])
def test_handlers_run(compare, name):
    def send(process):
        next_line(process)
        process.send_signal(getattr(signal, name))

    compare(WAITER, Run(argv=("1", name)), send)


def test_two_interrupts(compare):
    """The second Ctrl-C arrives as well as the first."""

    def send(process):
        next_line(process)
        for _ in range(2):
            process.send_signal(signal.SIGINT)
            next_line(process)

    compare(WAITER, Run(argv=("2", "SIGINT")), send)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGALRM", "SIGKILL"])
def test_default_actions(compare, name):
    number = getattr(signal, name)

    def send(process):
        next_line(process)
        process.send_signal(number)

    compare(WAITER, Run(argv=("1",), status=-number), send)


def test_interrupt_ends_with_keyboard_interrupt(compare):
    def send(process):
        next_line(process)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)

    compare(WAITER, Run(argv=("1",), status=-signal.SIGINT), send)


def test_terminal_interrupt_reaches_the_group_once(compare):
    """Ctrl-C of a terminal goes to the whole group: one process, one handler call."""

    def send(process):
        next_line(process)
        os.killpg(process.pid, signal.SIGINT)

    compare(WAITER, Run(argv=("1", "SIGINT")), send)


def test_ignored_and_blocked_signals_are_inherited(compare):
    program = programs.make(
        "inherited",
        "import signal\n"
        "print(signal.getsignal(signal.SIGHUP), signal.getsignal(signal.SIGINT) is signal.default_int_handler)\n"
        "print(signal.pthread_sigmask(signal.SIG_BLOCK, []))\n",
    )
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    try:
        compare(program)
    finally:
        signal.signal(signal.SIGHUP, previous)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR2})


@pytest.fixture
def waiter(builder, target, tmp_path):
    """A running WAITER executable that handles nothing, with its first line."""
    path = builder.executable(WAITER, target)
    process = subprocess.Popen(
        [path, "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path,
        env=environment(tmp_path, {"TMPDIR": str(tmp_path)}), start_new_session=True,
    )
    yield process, next_line(process)
    kill_session(process)


def test_pid_is_pythons_pid(waiter):
    process, (_, pid, parent, group, session) = waiter
    assert int(pid) == process.pid == int(group) == int(session)
    assert int(parent) == os.getpid()


def test_one_process_with_its_own_name(waiter, target, builder):
    process, _ = waiter
    threads = os.listdir(f"/proc/{process.pid}/task")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    assert (len(threads), children) == (1, "")
    executable = builder.executable(WAITER, target)
    assert os.readlink(f"/proc/{process.pid}/exe") == str(executable)
    assert Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")[0] == bytes(executable)
    assert Path(f"/proc/{process.pid}/comm").read_text().strip() == executable.name[:15]


def _processes_in_session(session: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def test_kill_leaves_no_process_and_no_file(waiter, tmp_path):
    process, _ = waiter
    places = (tmp_path, Path("/dev/shm"))
    before = {place: set(os.listdir(place)) for place in places}
    temporary = {path.name for path in Path("/tmp").iterdir() if path.stat().st_uid == os.getuid()}
    process.kill()
    process.wait(10)
    assert _processes_in_session(process.pid) == []
    assert {place: set(os.listdir(place)) for place in places} == before
    assert set(os.listdir(tmp_path)) == set()
    new = {path.name for path in Path("/tmp").iterdir()} - temporary
    assert [name for name in new if str(process.pid) in name or name.startswith(("_MEI", "onefile"))] == []
