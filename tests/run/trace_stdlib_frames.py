# /// compare
# [[run]]
# name = "json"
# argv = ["json"]
# status = 1
# [[run]]
# name = "subprocess"
# argv = ["subprocess"]
# status = 1
# [[run]]
# name = "asyncio"
# argv = ["asyncio"]
# status = 1
# [[run]]
# name = "futures"
# argv = ["futures"]
# status = 1
# [[run]]
# name = "import"
# argv = ["import"]
# status = 1
# [[run]]
# name = "decimal"
# argv = ["decimal"]
# status = 1
# ///
"""Tracebacks with frames of the standard library show its source lines."""
import asyncio
import concurrent.futures
import decimal
import importlib
import json
import subprocess
import sys


async def wait():
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(0))
        group.create_task(fail())


async def fail():
    raise LookupError("in a task")


def main(what):
    if what == "json":
        json.dumps({"a": object})
    elif what == "subprocess":
        subprocess.run(["/does/not/exist"])
    elif what == "asyncio":
        asyncio.run(wait())
    elif what == "futures":
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            pool.submit(int, "x").result()
    elif what == "import":
        importlib.import_module("no_such_package.inner")
    else:
        decimal.Decimal("x")


main(sys.argv[1])
