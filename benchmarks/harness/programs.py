"""The measured programs: what is built, how it is started, and when it counts as up."""
from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = REPOSITORY / "examples"


@dataclass(frozen=True)
class Endpoint:
    """Where a server is told to listen."""

    path: Path
    port: int

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Program:
    """`arguments` gets a folder that lasts for the whole measurement. `answered` is None for a
    program that runs to its end; for a server it tells whether it has answered a first request."""

    name: str
    title: str
    source: Path
    arguments: Callable[[Path, Endpoint], list[str]]
    answered: Callable[[Endpoint], bool] | None = None
    needs_packages: bool = True

    @property
    def is_server(self) -> bool:
        return self.answered is not None


def _todo_arguments(folder: Path, _: Endpoint) -> list[str]:
    items = folder / "items.json"
    items.write_text(json.dumps([{"text": f"item {number}", "done": False} for number in range(9)]))
    return ["--file", str(items), "list", "--all"]


def _http_answered(endpoint: Endpoint) -> bool:
    with socket.socket() as connection:
        connection.settimeout(5)
        try:
            connection.connect(("127.0.0.1", endpoint.port))
            connection.sendall(b"GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return connection.recv(15).startswith(b"HTTP/1.1 200")
        except OSError:
            return False


def _grpc_answered(endpoint: Endpoint) -> bool:
    """True when GetMetadata was answered. Plain HTTP/2 by hand: a gRPC channel takes this process longer to set up
    than the plugin to answer, and that would be measured."""
    from h2.config import H2Configuration
    from h2.connection import H2Connection
    from h2.events import DataReceived, StreamEnded
    from mcpd_plugins.v1.plugins.plugin_pb2 import DESCRIPTOR, Metadata

    service = DESCRIPTOR.services_by_name["Plugin"].full_name
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        try:
            connection.connect(str(endpoint.path))
        except OSError:
            return False
        http = H2Connection(H2Configuration(client_side=True))
        http.initiate_connection()
        http.send_headers(1, [(":method", "POST"), (":scheme", "http"), (":path", f"/{service}/GetMetadata"),
                              (":authority", "localhost"), ("content-type", "application/grpc"), ("te", "trailers")])
        http.send_data(1, bytes(5), end_stream=True)  # a message without content, not compressed
        connection.sendall(http.data_to_send())
        answer = b""
        while received := connection.recv(65536):
            for event in http.receive_data(received):
                if isinstance(event, DataReceived):
                    answer += event.data
                if isinstance(event, StreamEnded):
                    return bool(Metadata.FromString(answer[5:]).name)
        return False


PROGRAMS = (
    Program(
        "hello",
        "hello",
        EXAMPLES / "hello" / "hello.py",
        lambda folder, endpoint: [],
        needs_packages=False,
    ),
    Program(
        "mid",
        "mid-size, standard library",
        REPOSITORY / "benchmarks" / "programs" / "mid.py",
        lambda folder, endpoint: [],
        needs_packages=False,
    ),
    Program("cli", "click CLI", EXAMPLES / "cli" / "todo.py", _todo_arguments),
    Program(
        "fastapi",
        "FastAPI (first answer)",
        EXAMPLES / "fastapi_app" / "server.py",
        lambda folder, endpoint: ["--port", str(endpoint.port)],
        _http_answered,
    ),
    Program(
        "plugin",
        "gRPC plugin (first GetMetadata)",
        EXAMPLES / "plugins" / "header.py",
        lambda folder, endpoint: ["--address", str(endpoint.path), "--network", "unix"],
        _grpc_answered,
    ),
)

REQUIREMENTS = (
    REPOSITORY / "benchmarks" / "requirements.txt",
    EXAMPLES / "cli" / "requirements.txt",
    EXAMPLES / "fastapi_app" / "requirements.txt",
    EXAMPLES / "plugins" / "requirements.txt",
)
