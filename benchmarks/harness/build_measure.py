"""The steps of `builds.py`: each tool builds the same sources, edits them, builds again."""
from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles

from harness.build_subjects import Edited
from harness.programs import Program
from harness.tools import CPython, Nuitka, Pyc2c, PyInstaller, Tool

STEPS = {
    "cold": "nothing there",
    "edit": "a function edited",
    "comment": "a comment added",
    "no-op": "nothing changed",
    "shared": "elsewhere, from a warm shared cache",
}


@dataclass
class Samples:
    """Of one program and tool: seconds by step; a tool that lacks a step has no samples of it."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    peak_bytes: int = 0
    size: int = 0
    problem: str = ""

    def median(self, step: str) -> float | None:
        return median(self.seconds[step]) if self.seconds.get(step) else None

    def spread(self, step: str) -> float:
        """Half the distance of the quartiles, as part of the median."""
        values = self.seconds.get(step, [])
        if len(values) < 2:
            return 0.0
        low, _, high = quantiles(values, n=4, method="inclusive")
        return (high - low) / 2 / median(values)


class Failed(Exception):
    pass


class Rebuilding(Tool):
    """Several builds of one source tree in a row. What `clear` removes makes the next one cold."""

    def sources(self, program: str) -> Path:
        return self.place.work / self.name / program / "source"

    def output(self, program: Program) -> Path:
        return self.folder(program) / "out" / program.source.stem

    def clear(self, program: Program) -> None:
        """All but the sources."""
        for path in self.folder(program).iterdir():
            if path.name != "source":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.output(program).parent.mkdir()

    def step(self, program: Program, step: str, samples: Samples | None) -> None:
        ended, problem = self._run(program, self.output(program), step)
        if ended is None or problem:
            raise Failed(f"{step}: {problem}")
        if samples is not None:
            samples.seconds.setdefault(step, []).append(ended.seconds)
            samples.peak_bytes = max(samples.peak_bytes, ended.peak_bytes)
            samples.size = self.output(program).stat().st_size


class OwnBuilds(Rebuilding, Pyc2c):
    pass


class PyInstallerBuilds(Rebuilding, PyInstaller):
    pass


class NuitkaBuilds(Rebuilding, Nuitka):
    pass


BUILDERS = (CPython, OwnBuilds, PyInstallerBuilds, NuitkaBuilds)


@contextmanager
def cache_server() -> Iterator[str]:
    """The address of a server that keeps what is PUT, on this machine only."""
    kept: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            body = kept.get(self.path)
            self.answer(404) if body is None else self.answer(200, body)

        def do_PUT(self) -> None:
            kept[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(201)

        def log_message(self, *_) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def from_shared_cache(tool: OwnBuilds, program: Program, samples: Samples) -> None:
    with cache_server() as url:
        tool.options = ("--module-cache-url", url)
        try:
            for counted in (None, samples):
                tool.clear(program)
                tool.step(program, "shared", counted)
        finally:
            tool.options = ()


def one_round(subject: Edited, tool: Rebuilding, number: int, samples: Samples) -> None:
    folder = tool.sources(subject.name)
    program = subject.prepare(folder)
    tool.clear(program)
    tool.step(program, "cold", samples)
    subject.edit(folder, number)
    tool.step(program, "edit", samples)
    subject.comment(folder, number)
    tool.step(program, "comment", samples)
    tool.step(program, "no-op", samples)
    if isinstance(tool, OwnBuilds):
        from_shared_cache(tool, program, samples)
    ran = subprocess.run([tool.output(program), *subject.check], capture_output=True, timeout=120, check=False)
    if ran.returncode != 0:
        raise Failed(f"the executable ended with status {ran.returncode}")


def measure_builds(subject: Edited, tools: dict[str, Tool], rounds: int, peer_rounds: int,
                   say: Callable[[str], None]) -> dict[str, Samples]:
    """pyc2c in each round, peers in the first ones."""
    results = {name: Samples() for name in tools}
    for number in range(rounds):
        for name, tool in tools.items():
            samples = results[name]
            if samples.problem or (name != "pyc2c" and number >= peer_rounds):
                continue
            say(f"{subject.name}: round {number + 1} of {tool.title}")
            try:
                one_round(subject, tool, number, samples)
            except (Failed, subprocess.TimeoutExpired) as problem:
                samples.problem = str(problem)
                say(f"{subject.name}: {tool.title}: {problem}")
    return results
