"""Context variables, async context managers, and what asyncio prints when things go wrong."""
import asyncio
import contextlib
import contextvars

variable = contextvars.ContextVar("variable", default="unset")


@contextlib.asynccontextmanager
async def scope(name):
    token = variable.set(name)
    try:
        yield variable.get()
    finally:
        variable.reset(token)


async def forgotten():
    raise ValueError("never retrieved")


async def main():
    async with scope("a") as name:
        print(name, await asyncio.create_task(read()))
    print(variable.get())
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: print(context["message"], context.get("exception")))
    task = asyncio.ensure_future(forgotten())
    await asyncio.sleep(0)
    del task
    loop.call_soon(lambda: 1 / 0)
    await asyncio.sleep(0)
    event = asyncio.Event()
    loop.call_later(0.01, event.set)
    await event.wait()
    print(await asyncio.to_thread(lambda: variable.get()), await loop.run_in_executor(None, sum, [1, 2]))
    reader, writer = asyncio.StreamReader(), None
    reader.feed_data(b"line\n")
    reader.feed_eof()
    print(await reader.readline(), [p async for p in aiter_pages()])


async def aiter_pages():
    for page in "ab":
        yield page


async def read():
    return variable.get()


asyncio.run(main())
print(contextvars.copy_context().run(variable.get))
