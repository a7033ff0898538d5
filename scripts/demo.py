"""Shows pyc2c at work: builds an mcpd plugin and talks to the executable over gRPC.

Run by `make demo`, with the interpreter that pyc2c was built for, after pyc2c is built.
Every step prints what it does; the first that does not do what it should ends the demo with status 1,
says what went wrong, and leaves nothing running.
"""
from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PLUGINS = REPOSITORY / "examples" / "plugins"
REQUEST = {
    "method": "GET",
    "path": "/search",
    "headers": {"Accept": "application/json", "Cookie": "session=1"},
    "remote_addr": "192.0.2.7:40112",
}
SETTINGS = {"custom_config": {"set.X-Team": "search", "remove": "Cookie"}}
STOP_SECONDS = 10


class Failed(Exception):
    """A step did not do what it should."""


class Steps:
    """Numbered headings, and commands shown as one would type them."""

    def __init__(self) -> None:
        self.number = 0

    def title(self, text: str) -> None:
        self.number += 1
        print(f"\n{self.number}. {text}", flush=True)

    @staticmethod
    def show(text: str) -> None:
        for line in text.rstrip("\n").splitlines():
            print(f"   {line}", flush=True)

    def command(self, words: list[str | Path], *, quiet: bool = False) -> str:
        """Runs a command to its end; its output."""
        self.show("$ " + " ".join(shown(word) for word in words))
        done = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise Failed(f"exit status {done.returncode}\n{done.stdout}{done.stderr}".rstrip())
        if not quiet:
            self.show(done.stdout + done.stderr)
        return done.stdout


def shown(word: str | Path) -> str:
    """A word of a command line; paths in the repository without its own path."""
    text = str(word).removeprefix(f"{REPOSITORY}/")
    return f"'{text}'" if " " in text or "{" in text else text


class Plugin:
    """The running executable. Its environment is empty and its directory `/`: it needs nothing."""

    def __init__(self, executable: Path, network: str, address: str):
        self.process = subprocess.Popen(
            [executable, "--address", address, "--network", network],
            env={},
            cwd="/",
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def processes(self) -> int:
        """How many processes the executable has become: those of its session."""
        count = 0
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                # After the name in parentheses: state, parent, group, session.
                session = entry.read_text(errors="replace").rpartition(")")[2].split()[3]
            except OSError:
                continue  # ended meanwhile
            count += session == str(self.process.pid)
        return count

    def stop(self) -> int:
        """Stops it as mcpd does; its exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=STOP_SECONDS)

    def __enter__(self) -> Plugin:
        return self

    def __exit__(self, *problem: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def converse(steps: Steps, python: Path, network: str, address: str) -> None:
    """The calls, and whether their answers are right."""

    def ask(method: str, message: dict | None = None) -> dict:
        words: list[str | Path] = [python, PLUGINS / "client.py", network, address, method]
        if message is not None:
            words.append(json.dumps(message))
        return json.loads(steps.command(words))

    def expect(found: object, wanted: object, what: str) -> None:
        if found != wanted:
            raise Failed(f"{what} is {found!r}, it should be {wanted!r}")

    expect(ask("GetMetadata").get("name"), "header", "the plugin's name")
    ask("Configure", SETTINGS)
    answer = ask("HandleRequest", REQUEST)
    expect(answer.get("continue"), True, "`continue`")
    headers = answer.get("modified_request", {}).get("headers", {})
    expect(headers.get("X-Team"), "search", "the header X-Team")
    expect("Cookie" in headers, False, "that Cookie is still there")
    ask("Stop")


def show_plugin(
    steps: Steps, executable: Path, python: Path, network: str, address: str
) -> None:
    steps.show(f"$ env -i {shown(executable)} --address {address} --network {network} &")
    with Plugin(executable, network, address) as plugin:
        try:
            converse(steps, python, network, address)
            if (count := plugin.processes()) != 1:
                raise Failed(f"it runs as {count} processes, it should be one")
        except Failed:
            if plugin.process.poll() is not None:
                steps.show(f"(the executable ended with status {plugin.process.returncode})")
            raise
        steps.show(f"$ kill -INT {plugin.process.pid}")
        try:
            status = plugin.stop()
        except subprocess.TimeoutExpired:
            raise Failed(f"it still runs {STOP_SECONDS} s after SIGINT") from None
    if status != 0:
        raise Failed(f"it ended with status {status}, it should be 0")
    steps.show("exit status 0, one process from start to end")


def demo(build: Path) -> None:
    steps = Steps()
    command, work = build / "pyc2c", build / "demo"
    venv = build / f"plugin-venv-{sys.version_info.major}.{sys.version_info.minor}"
    executable = work / "dist" / "header"

    steps.title("Packages for the plugin, from PyPI (pinned)")
    steps.command(
        [REPOSITORY / "scripts" / "venv.sh", sys.executable, venv, PLUGINS / "requirements.txt"],
        quiet=True,
    )
    listed = ["-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"]
    for line in steps.command([venv / "bin" / "python", *listed], quiet=True).splitlines():
        if not line.startswith(("pip==", "setuptools==")):
            steps.show(line)

    steps.title("One executable from the plugin")
    begun = time.monotonic()
    steps.command(
        [command, "build", PLUGINS / "header.py", "-o", executable, "--noconfirm"]
        + ["--python", venv / "bin" / "python"]
    )
    size = executable.stat().st_size / 1e6
    steps.show(f"{shown(executable)}: {size:.1f} MB in {time.monotonic() - begun:.1f} s")

    with tempfile.TemporaryDirectory(prefix="pyc2c-demo-") as folder:
        steps.title("gRPC on a unix socket")
        path = Path(folder) / "header.sock"
        show_plugin(steps, executable, venv / "bin" / "python", "unix", str(path))
        if path.exists():
            raise Failed(f"the socket {path} is still there")
        steps.title("gRPC on TCP")
        address = f"127.0.0.1:{free_port()}"
        show_plugin(steps, executable, venv / "bin" / "python", "tcp", address)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--build", type=Path, required=True, help="where pyc2c was built")
    given = parser.parse_args()
    begun = time.monotonic()
    try:
        demo(given.build.resolve())
    except Failed as problem:
        print(f"\ndemo: failed: {problem}", file=sys.stderr)
        return 1
    except subprocess.TimeoutExpired as problem:
        print(f"\ndemo: failed: no end after {problem.timeout:.0f} s: {problem.cmd}", file=sys.stderr)
        return 1
    print("\ndemo: built a plugin and called it over a unix socket and TCP; both answered as they")
    print(f"should and stopped cleanly ({time.monotonic() - begun:.0f} s).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
