"""Asks a running plugin a hundred thousand questions, for test_soak.py; runs in the environment that has grpc.

    soak.py NETWORK ADDRESS PID COUNT < calls.json > report.json

The calls are made in turn from eight threads, each on a channel that is closed and opened anew a
few times: connections must not leave anything either. The report holds the plugin's own memory in
kB after each twentieth, and how often each answer came.
"""
from __future__ import annotations

import collections
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "plugins"))
import client  # noqa: E402

THREADS, PARTS = 8, 20


def own_memory(pid: str) -> int:
    """What the process has for itself: pages of files, which the kernel may drop, are left out."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    raise LookupError("the kernel says nothing about memory")


def ask(network: str, address: str, requests: list, first: int, count: int) -> collections.Counter:
    seen: collections.Counter = collections.Counter()
    with client.connect(network, address, seconds=30) as channel:
        stub = client.PluginStub(channel)
        for i in range(first, first + count):
            method, message = requests[i % len(requests)]
            try:
                answer = getattr(stub, method)(message, timeout=60)
                seen[f"{i % len(requests)} {client.shown(answer)}"] += 1
            except grpc.RpcError as problem:
                seen[f"{i % len(requests)} {problem.code().name} {problem.details()}"] += 1
    return seen


def main() -> None:
    network, address, pid, total = sys.argv[1:]
    calls = json.load(sys.stdin)
    requests = [(call["method"], client.message(call["method"], call.get("message", {}))) for call in calls]
    share = int(total) // PARTS // THREADS
    memory, seen = [], collections.Counter()
    with ThreadPoolExecutor(THREADS) as pool:
        for part in range(PARTS):
            first = part * share * THREADS
            jobs = [
                pool.submit(ask, network, address, requests, first + k * share, share)
                for k in range(THREADS)
            ]
            for job in jobs:
                seen += job.result()
            memory.append(own_memory(pid))
    json.dump({"memory": memory, "answers": seen, "calls": sum(seen.values())}, sys.stdout)


if __name__ == "__main__":
    main()
