"""Suspended generators, coroutines and async generators at the end of the program."""
import asyncio
import contextlib


@contextlib.contextmanager
def resource(name):
    print("open", name)
    try:
        yield name
    finally:
        print("close", name)


def producer():
    with resource("held by a generator"):
        yield 1
        yield 2


async def never_awaited():
    pass


async def ticker():
    try:
        while True:
            yield 1
            await asyncio.sleep(0)
    finally:
        print("ticker closed")


async def main():
    async for value in ticker():
        print("tick", value)
        break
    await asyncio.sleep(0)


held = producer()
next(held)
asyncio.run(main())
never_awaited()
stack = contextlib.ExitStack()
stack.enter_context(resource("stack"))
print("main over")
