"""A JSON-RPC 2.0 program for a parent process: one JSON object a line on stdin and stdout.

stdout carries answers and nothing else; what is for people goes to stderr. Ends at end of input,
at the method "shutdown", or on SIGTERM.

    printf '%s\n' '{"jsonrpc": "2.0", "id": 1, "method": "add", "params": [1, 2]}' | dist/worker
"""
from __future__ import annotations

import inspect
import json
import logging
import platform
import signal
import sys
from collections.abc import Callable
from typing import Any

log = logging.getLogger("worker")
methods: dict[str, Callable[..., Any]] = {}


class Refused(Exception):
    """An answer with an error: code and message of JSON-RPC."""

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.code = code


def method(function: Callable[..., Any]) -> Callable[..., Any]:
    methods[function.__name__] = function
    return function


@method
def add(*numbers: float) -> float:
    """The sum of numbers."""
    return sum(numbers)


@method
def about() -> dict[str, str]:
    """Which Python is at work."""
    return {"python": platform.python_version(), "implementation": sys.implementation.name}


@method
def help() -> dict[str, str]:
    """All methods with their signatures."""
    return {
        name: f"{name}{inspect.signature(function)}: {inspect.getdoc(function)}"
        for name, function in sorted(methods.items())
    }


@method
def shutdown() -> None:
    """Ends the program after this answer."""
    raise EOFError


def called(request: Any) -> Any:
    """The result of one request; Refused when there is none."""
    if not isinstance(request, dict) or not isinstance(request.get("method"), str):
        raise Refused(-32600, "this is no request")
    function = methods.get(request["method"])
    if function is None:
        raise Refused(-32601, f"there is no method {request['method']!r}")
    params = request.get("params", [])
    places, names = (params, {}) if isinstance(params, list) else ([], params)
    try:
        inspect.signature(function).bind(*places, **names)
    except TypeError as problem:
        raise Refused(-32602, str(problem)) from None
    return function(*places, **names)


def answer_to(line: str) -> dict[str, Any]:
    number = None
    try:
        try:
            request = json.loads(line)
        except ValueError as problem:
            raise Refused(-32700, f"this is no JSON: {problem}") from None
        number = request.get("id") if isinstance(request, dict) else None
        return {"jsonrpc": "2.0", "id": number, "result": called(request)}
    except Refused as problem:
        error = {"code": problem.code, "message": str(problem)}
    except EOFError:
        raise
    except Exception as problem:
        log.exception("the method failed")
        error = {"code": -32603, "message": f"{type(problem).__name__}: {problem}"}
    return {"jsonrpc": "2.0", "id": number, "error": error}


def say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer, ensure_ascii=False), flush=True)


def main() -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(name)s: %(message)s")
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    log.info("ready")
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            say(answer_to(line))
        except EOFError:
            say({"jsonrpc": "2.0", "id": json.loads(line).get("id"), "result": None})
            break
    log.info("done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
