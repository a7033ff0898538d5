"""Speaks with a running plugin, for test_plugins.py; runs in the environment that has grpc.

    converse.py NETWORK ADDRESS < calls.json > answers.json

calls.json: a list of {"method", "message", "times"}. Calls with `times` are made at once, and their
answers sorted. An answer is a message with its fields, or {"refused": [code, details]}.
"""
from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "plugins"))
import client  # noqa: E402


def ask(channel: grpc.Channel, method: str, message: dict) -> dict:
    try:
        return client.shown(client.call(channel, method, message))
    except grpc.RpcError as problem:
        return {"refused": [problem.code().name, problem.details()]}


def main() -> None:
    network, address = sys.argv[1:]
    answers = []
    with client.connect(network, address, seconds=30) as channel, ThreadPoolExecutor(8) as pool:
        for call in json.load(sys.stdin):
            method, message = call["method"], call.get("message", {})
            together = [
                pool.submit(ask, channel, method, message) for _ in range(call.get("times", 1))
            ]
            given = [future.result() for future in together]
            answers.append(given[0] if len(given) == 1 else sorted(given, key=json.dumps))
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
