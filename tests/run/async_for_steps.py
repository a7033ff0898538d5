"""`async for` over everything: items that are ready and items to be waited for, ends, errors, what can be seen while it waits."""
import asyncio
import gc
import sys
import traceback
import types

set_trace_function = getattr(sys, "set" + "trace")
events = []


def attempt(function, *args):
    try:
        return function(*args)
    except BaseException as problem:
        lines = [(entry.name, entry.lineno, entry.colno) for entry in traceback.extract_tb(problem.__traceback__)[1:]]
        return type(problem).__name__, problem.args, lines, repr(problem.__context__), repr(problem.__cause__)


class Wait:
    """Yields n times."""

    def __init__(self, n, result=None):
        self.n = n
        self.result = result

    def __await__(self):
        for number in range(self.n):
            yield f"wait {number}"
        return self.result


class Iterator:
    def __init__(self, items, wait=0, ends=StopAsyncIteration):
        self.items = list(items)
        self.wait = wait
        self.ends = ends

    def __aiter__(self):
        return self

    async def __anext__(self):
        await Wait(self.wait)
        if not self.items:
            raise self.ends
        return self.items.pop(0)


class NoCoroutine(Iterator):
    def __anext__(self):
        if not self.items:
            raise self.ends("at once")
        return Wait(self.wait, self.items.pop(0))


class Loud:
    def __init__(self, name):
        self.name = name

    def __await__(self):
        return iter([])

    def __del__(self):
        events.append((f"{self.name} dies", type(sys.exc_info()[1]).__name__))


class LoudIterator(Iterator):
    def __anext__(self):
        return Loud("awaitable") if self.items.pop() else 5


async def ready(*items):
    for item in items:
        yield item


async def waiting(*items):
    for item in items:
        await Wait(item if isinstance(item, int) else 1)
        yield item


async def failing(problem, wait=0):
    yield "first"
    await Wait(wait)
    raise problem


async def cleaning(*items):
    try:
        for item in items:
            yield item
    except GeneratorExit:
        events.append("exit")
        raise
    finally:
        events.append("cleaned")


async def loop(source, stop=None, skip=None):
    seen = []
    try:
        async for item in source:
            if item == skip:
                continue
            if item == stop:
                seen.append("break")
                break
            seen.append((item, type(sys.exc_info()[1]).__name__))
        else:
            seen.append("else")
    except ValueError as problem:
        seen.append(repr(problem))
    finally:
        seen.append("finally")
    return seen


async def inside_handler(source):
    try:
        raise KeyError("outer")
    except KeyError as problem:
        seen = [(item, repr(sys.exc_info()[1])) async for item in source]
        return seen, repr(problem.__context__), sys.exc_info()[1] is problem


async def nested(sources):
    return {repr(item): [other async for other in ready(item, item)] async for source in sources async for item in source if item}


async def relay(source):
    async for item in source:
        yield item


def run(coroutine):
    """What it yields and what it returns."""
    yielded = []
    while True:
        try:
            yielded.append(coroutine.send(None))
        except BaseException as problem:
            lines = [(entry.name, entry.lineno) for entry in traceback.extract_tb(problem.__traceback__)[1:]]
            return yielded, type(problem).__name__, problem.args, lines, repr(problem.__context__), repr(problem.__cause__)


def sources():
    yield "ready", ready(1, 2, 3)
    yield "empty", ready()
    yield "waiting", waiting(2, 0, 3)
    yield "relayed", relay(relay(waiting(1, 0)))
    yield "iterator", Iterator("ab")
    yield "waiting iterator", Iterator("ab", 2)
    yield "no coroutine", NoCoroutine("ab", 1)
    yield "relayed iterator", relay(NoCoroutine("ab"))
    yield "ValueError", failing(ValueError("caught"))
    yield "waiting ValueError", failing(ValueError("caught"), 2)
    yield "StopIteration", failing(StopIteration(1))
    yield "StopAsyncIteration", failing(StopAsyncIteration(2), 1)
    yield "GeneratorExit", failing(GeneratorExit(3))
    yield "relayed error", relay(relay(failing(OSError("relayed"))))
    yield "odd end", Iterator("a", 0, LookupError)
    yield "odd end at once", NoCoroutine("a", 0, LookupError)
    yield "generator", (item async for item in ready(1, 2))
    yield "no iterator", 5
    yield "no awaitable", LoudIterator([0, 0])
    yield "loud", LoudIterator([0, 1])


for how in loop, inside_handler:
    for name, source in sources():
        print(how.__name__, name, run(how(source)), attempt(run, how(source)) if not isinstance(source, int) else "")
        del source
        gc.collect()
        if events:
            print(events)
            events.clear()
print(run(loop(ready(1, 2, 3), stop=2)), run(loop(waiting(1, 2, 3), skip=2)), run(loop(cleaning(1, 2, 3), stop=2)), events)
gc.collect()
print(events)
events.clear()
print(run(nested([ready(1, 2), waiting(0, 3), Iterator([4])])))

# ---- while it waits ----


def look(coroutine):
    awaitable = coroutine.cr_await
    agen = gc.get_referents(awaitable)[0] if type(awaitable).__name__ == "async_generator_asend" else None
    return (type(awaitable).__name__, coroutine.cr_frame.f_lineno,
            agen and (agen.ag_running, type(agen.ag_await).__name__, agen.ag_frame.f_lineno,
                      attempt(agen.__anext__().send, None), attempt(agen.asend(1).send, None), attempt(agen.aclose().send, None)))


for name, source in [("generator", waiting(2, 1)), ("relayed", relay(waiting(1))), ("iterator", Iterator("a", 1)), ("no coroutine", NoCoroutine("a", 1))]:
    coroutine = loop(source)
    print(name, coroutine.send(None), look(coroutine), attempt(coroutine.throw, ValueError("thrown")))
    coroutine = loop(source)
    print(attempt(coroutine.send, None), end=" ")
    coroutine.close()
    print(attempt(coroutine.send, None)[:2])

source = waiting(1, 1)
first, second = loop(source), loop(source)
print(first.send(None), attempt(second.send, None), attempt(first.send, None), attempt(first.send, None)[:2])


async def meddles(source):
    async for item in source:
        events.append(item)
        if item == 1:
            await source.aclose()
        if item == "again":
            events.append([item async for item in source])


print(run(meddles(ready(0, 1, 2))), run(meddles(ready(0, "again", 2, 3))), events)
events.clear()


async def entangled():
    yield 1
    try:
        async for item in itself:
            yield item
    except RuntimeError as problem:
        yield str(problem)


itself = entangled()
print(run(loop(itself)))

# ---- hooks ----

old_hooks = sys.get_asyncgen_hooks()
sys.set_asyncgen_hooks(firstiter=lambda agen: events.append(("first", agen.__name__)), finalizer=lambda agen: events.append(("final", agen.__name__)))
source = ready(1, 2)
print(run(loop(source)), run(loop(source)), run(loop(cleaning(1, 2), stop=1)), events)
events.clear()


def refuse(agen):
    raise ValueError("refused")


sys.set_asyncgen_hooks(firstiter=refuse)
print(run(loop(ready(1))), run(inside_handler(ready(1))))
sys.set_asyncgen_hooks(*old_hooks)

# ---- tracing on and off in the middle ----

traced = []


def tracer(frame, event, arg):
    if frame.f_code.co_name in ("loop", "waiting", "relay"):
        traced.append((frame.f_code.co_name, event, frame.f_lineno))
    return tracer


for on in range(5):
    for length in range(3):
        traced.clear()
        coroutine = loop(relay(waiting(2, 0, 1)))
        results = []
        for turn in range(5):
            if turn == on:
                set_trace_function(tracer)
            results.append(attempt(coroutine.send, None))
            if turn == on + length:
                set_trace_function(None)
        set_trace_function(None)
        print(on, length, results, len(traced), traced[:3], traced[-3:])


# ---- asyncio ----


async def numbers(n, delay):
    for number in range(n):
        await asyncio.sleep(delay)
        yield number


async def consume(source, seen):
    async for item in source:
        seen.append(item)


@types.coroutine
def bare():
    return (yield)


async def main():
    seen = []
    await asyncio.gather(*[consume(numbers(3, 0), seen) for _ in range(3)])
    print(sorted(seen), [item async for item in relay(numbers(2, 0.001))])
    task = asyncio.create_task(consume(relay(numbers(3, 10)), seen))
    await asyncio.sleep(0)
    print(task.get_stack()[0].f_lineno, type(task.get_coro().cr_await).__name__)
    task.cancel("message")
    print(repr((await asyncio.gather(task, return_exceptions=True))[0]))
    async for item in numbers(5, 0):
        if item == 2:
            break
    await asyncio.sleep(0)


asyncio.run(main())
