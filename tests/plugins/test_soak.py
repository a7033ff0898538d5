"""A plugin answers 100,000 calls, and its memory stays as it is. The plugin, its SDK and grpc's Python part are native."""
from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from plugins.conversations import AUTH, TOKEN, call
from plugins.test_plugins import listens, plugin_python, program_of, socket_path  # noqa: F401
from support.building import BUILD_TIMEOUT
from support.running import run

SOAK = Path(__file__).resolve().parent / "soak.py"
CALLS = 100_000
# Everything is warm after a quarter. An object that each of the other 75,000 calls left over would be
# 1,200 kB at least; what connections, threads and malloc keep is a third of that, under CPython, too.
GROWTH_KB = 800

QUESTIONS = (
    call("CheckHealth"),
    call("HandleRequest", path="/docs/a"),
    call("HandleRequest", path="/private"),
    call("HandleRequest", path="/private", headers={"authorization": "Bearer wrong"}),
    call("HandleRequest", path="/private", headers={"Authorization": f"bearer {TOKEN}"}, body="x" * 2000),
    call("GetMetadata"),
    call("Configure", custom_config={"tokens": "not hex"}),
)


@pytest.mark.long
@pytest.mark.timeout(BUILD_TIMEOUT + 2700)
def test_memory_stays_flat(builder, target, plugin_python, socket_path):  # noqa: F811
    program = replace(program_of(AUTH), options=("--native=program,mcpd_plugins,grpc",))
    executable = builder.executable(program, target, plugin_python)
    reports = []

    def action(process):
        listens(process, "unix", str(socket_path))
        words = [plugin_python, SOAK, "unix", socket_path, str(process.pid), str(CALLS)]
        done = subprocess.run(words, input=json.dumps(QUESTIONS), capture_output=True, text=True, timeout=2400)
        assert done.returncode == 0, done.stderr
        reports.append(json.loads(done.stdout))
        process.terminate()

    outcome = run(
        [executable, "--address", socket_path, "--network", "unix"],
        cwd=Path("/"), env={}, timeout=60, action=action,
    )
    (report,) = reports
    print(json.dumps(report, indent=1))
    outcome.expect(0)
    assert report["calls"] == CALLS
    assert len(report["answers"]) == len(QUESTIONS), "one question, two answers"
    memory = report["memory"]
    assert memory[-1] - memory[len(memory) // 4] <= GROWTH_KB, memory
