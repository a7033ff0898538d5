"""JSON-RPC over stdin and stdout, one object a line; logs go to stderr."""
import json
import logging
import sys
import traceback

logging.basicConfig(level=logging.DEBUG, format="%(levelname)s %(funcName)s %(message)s", stream=sys.stderr)
METHODS = {}


def method(function):
    METHODS[function.__name__] = function
    return function


@method
def add(*numbers):
    return sum(numbers)


@method
def greet(name):
    return f"hello {name}"


@method
def log(text):
    logging.info("client says %s", text)


@method
def fail():
    return [][1]


@method
def shutdown():
    raise SystemExit(0)


def answer(line):
    request = json.loads(line)
    parameters = request.get("params", [])
    function = METHODS[request["method"]]
    result = function(**parameters) if isinstance(parameters, dict) else function(*parameters)
    return None if "id" not in request else {"jsonrpc": "2.0", "id": request["id"], "result": result}


for line in filter(str.strip, sys.stdin):
    try:
        reply = answer(line)
    except json.JSONDecodeError as problem:
        reply = {"error": {"code": -32700, "message": str(problem)}}
    except KeyError as problem:
        reply = {"error": {"code": -32601, "message": f"no method {problem}"}}
    except Exception:
        traceback.print_exc()
        reply = {"error": {"code": -32603, "message": "internal error"}}
    if reply is not None:
        print(json.dumps(reply, ensure_ascii=False), flush=True)
