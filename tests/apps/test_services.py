"""Servers and clients in an empty root, built without any option: FastAPI, gRPC, TLS, own metadata."""
from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from support import servers
from support.applications import load_service
from support.programs import Run

ORDER = {"number": 3, "lines": [{"article": "saw", "price": "12.50"}], "day": "2024-02-29"}


def talk_to_api(base: str) -> list:
    """What a client of services/api sees."""
    return [
        servers.request(base + "/health"),
        servers.request(base + "/orders", ORDER),
        servers.request(base + "/orders", {"number": 0, "lines": [{"article": "x", "price": -1, "kind": "toy"}]}),
        servers.request(base + "/orders", b"no json"),
        servers.request(base + "/orders?limit=99"),
        servers.request(base + "/orders?limit=5"),
        servers.request(base + "/orders/3"),
        servers.request(base + "/orders/4"),
        servers.request(base + "/report"),
        servers.request(base + "/stream"),
        servers.request(base + "/broken"),
        servers.request(base + "/openapi.json"),
        servers.request(base + "/docs"),
        servers.request(base + "/nothing"),
        servers.request(base + "/health", method="DELETE"),
    ]


def echo_over_websocket(port: int) -> bytes:
    """One text frame there and back, by hand: the answer's payload."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(
            b"GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(4096)
        connection.sendall(b"\x81\x82\0\0\0\0hi")
        head, _, frames = received.partition(b"\r\n\r\n")
        while len(frames) < 9:
            frames += connection.recv(4096)
        return head.split(b"\r\n")[0] + frames[2:9]


def test_fastapi_serves(compare_app, proc):
    program = load_service("api", source="serve.py")
    port = servers.free_port()
    transcripts = []

    def client(process):
        servers.wait_for_port(port, process)
        transcripts.append((talk_to_api(f"http://127.0.0.1:{port}"), echo_over_websocket(port)))
        process.send_signal(signal.SIGTERM)

    # uvicorn ends itself with the signal it got.
    compare_app(program, Run(argv=(str(port),), status=-15), proc, client)
    expected, actual = transcripts
    assert actual == expected
    assert json.loads(expected[0][1][2])["total"] == "12.50"


def test_uvicorn_workers(compare_app, proc):
    """workers=2: two processes answer, both end with their parent, none is left."""
    program = load_service("api", source="serve.py")
    port = servers.free_port()
    seen = []

    def client(process):
        servers.wait_for_port(port, process)
        pids = set()
        end = time.monotonic() + 60
        while len(pids) < 2 and time.monotonic() < end:
            status, _, body = servers.request(f"http://127.0.0.1:{port}/pid")
            assert status == 200
            pids.add(int(body))
        assert len(pids) == 2, f"only {pids} answered"
        assert process.pid not in pids
        seen.append(pids)
        process.send_signal(signal.SIGTERM)

    # Which worker says what first is chance: only the end and the answers are compared.
    compare_app(program, Run(argv=(str(port), "2"), streams=()), proc, client)
    for pid in set.union(*seen):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_tls_clients_with_certifi(compare_app, proc, certificates):
    program = load_service("tls", source="client.py")
    authority = (certificates / "ca.pem").read_bytes()
    with servers.tls_server(certificates) as port:
        compare_app(program, Run(argv=(str(port),), stdin=authority), proc)


def test_grpc_server_and_client(compare_app, proc, apps_python, tmp_path):
    program = load_service("grpc", source="main.py")
    proto = tmp_path / "greeter.proto"
    proto.write_bytes(program.files["greeter.proto"])
    generate = ["-m", "grpc_tools.protoc", f"-I{tmp_path}", f"--python_out={tmp_path}", f"--grpc_python_out={tmp_path}"]
    subprocess.run([apps_python, *generate, proto], check=True)
    generated = {path.name: path.read_bytes() for path in tmp_path.glob("*_pb2*.py")}
    assert len(generated) == 2
    program.files.update(generated)
    compare_app(program, Run(argv=("a",), timeout=120), proc)


@pytest.fixture(params=["installed", "editable"])
def python_with_tool(request, session_folder, worker_id):
    """A venv in which services/installed is installed, as files or as an editable project."""
    venv = session_folder / f"venv-{request.param}-{worker_id}"
    source = Path(__file__).parent / "services" / "installed"
    if not venv.exists():
        subprocess.run(["/usr/bin/python3.11", "-m", "venv", "--without-pip", venv], check=True)
        site = venv / "lib" / "python3.11" / "site-packages"
        ignore = shutil.ignore_patterns("__pycache__")
        info = "tool_with_data-1.2.dist-info"
        shutil.copytree(source / info, site / info)
        if request.param == "installed":
            shutil.copytree(source / "tool_with_data", site / "tool_with_data", ignore=ignore)
        else:
            project = venv / "project" / "src"
            shutil.copytree(source / "tool_with_data", project / "tool_with_data", ignore=ignore)
            (site / "__editable__.tool_with_data-1.2.pth").write_text(f"{project}\n")
    return venv / "bin" / "python"


def test_package_with_own_metadata(compare_app, proc, python_with_tool):
    """`-m` on an installed package: relative imports, own version, entry points, data files."""
    compare_app.python = python_with_tool
    program = load_service("installed", source="-m tool_with_data")
    # The environment has the package; the source folder only gives the program a name.
    program.files.clear()
    program.files["unused.txt"] = str(python_with_tool).encode()
    compare_app(program, Run(argv=("x", "y"), status=2), proc)
