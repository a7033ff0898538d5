"""Generators and coroutines whose steps are native, in all their states; the interpreter takes over and gives back."""
import asyncio
import gc
import inspect
import sys
import traceback
import types
import warnings

set_trace_function = getattr(sys, "set" + "trace")
note = []


def steps(n):
    note.append("started")
    try:
        for i in range(n):
            try:
                got = yield i
                if got is not None:
                    note.append(got)
            except KeyError as problem:
                note.append(("caught", problem.args, problem.__traceback__.tb_lineno))
                yield "after"
    finally:
        note.append(("finally", sys.exc_info()[0]))
    return "result"


def delegating(n):
    result = yield from steps(n)
    note.append(result)
    yield (yield from [1, 2])


def arguments(a, /, b=2, *args, c, **rest):
    def inner():
        return a, b

    yield inner()
    yield args, c, rest


def entries(x):
    return [x, (yield x), *[(yield x + 1)], {x: (yield x + 2)}]


def attempt(function, *args):
    try:
        return function(*args)
    except BaseException as problem:
        lines = [(entry.name, entry.lineno) for entry in traceback.extract_tb(problem.__traceback__)[1:]]
        return type(problem).__name__, problem.args, lines, type(problem.__context__).__name__


def show(label):
    print(label, note)
    note.clear()


def check_states():
    generator = steps(3)
    print(type(generator), inspect.getgeneratorstate(generator), generator.gi_frame.f_lineno, generator.gi_frame.f_locals)
    print(attempt(generator.send, 1))
    print(next(generator), inspect.getgeneratorstate(generator), generator.gi_frame.f_lineno, generator.gi_frame.f_locals)
    print(generator.send("sent"), generator.throw(KeyError("thrown")), next(generator), generator.gi_yieldfrom)
    print(attempt(next, generator), inspect.getgeneratorstate(generator), generator.gi_frame, attempt(next, generator))
    show("states")
    print(attempt(steps(1).throw, KeyError("unstarted")), attempt(steps(1).close))
    show("unstarted")
    generator = steps(2)
    next(generator)
    print(attempt(generator.throw, ZeroDivisionError("through")), attempt(generator.close))
    show("thrown")
    generator = steps(2)
    next(generator)
    print(attempt(generator.close))
    show("closed")
    generator = steps(2)
    next(generator)
    del generator
    gc.collect()
    show("dropped")
    print(list(arguments(1, c=3)), list(arguments(1, 2, 3, c=4, d=5)), attempt(arguments), attempt(arguments, 1, 2))
    print(list(entries(1)), sum(steps(10)), dict(zip(steps(2), "ab")))
    show("used")


def check_delegation():
    generator = delegating(2)
    print(next(generator), generator.gi_yieldfrom.__name__, generator.send("in"), generator.throw(KeyError("deep")))
    print(list(generator))
    show("delegated")
    generator = delegating(2)
    next(generator)
    print(attempt(generator.throw, OSError("deep")))
    generator = delegating(2)
    next(generator)
    generator.close()
    show("closed")
    running = (generator_send(running) for running in [lambda: next(running)])
    print(attempt(next, running))


def generator_send(function):
    return function()


def check_interpreter():
    """The interpreter runs a step while somebody traces, the native code the next one."""
    seen = []

    def tracer(frame, event, arg):
        if frame.f_code.co_name == "steps":
            seen.append((event, frame.f_lineno))
        return tracer

    for turn in range(2):
        generator = delegating(4)
        for i in range(4):
            if i % 2 == turn:
                set_trace_function(tracer)
            value = generator.send(None)
            set_trace_function(None)
            print(value, end=" ")
        set_trace_function(tracer if turn else None)
        print(generator.throw(KeyError("x")))
        set_trace_function(None)
        print(list(generator), len(seen))
    show("mixed")


class Awaitable:
    def __init__(self, *values):
        self.values = values

    def __await__(self):
        for value in self.values:
            try:
                value = yield value
            except KeyError as problem:
                return "caught", problem.args
        return "returned", value


async def wait(awaitable):
    try:
        return await awaitable
    finally:
        note.append("left")


async def produce(n):
    try:
        for i in range(n):
            await asyncio.sleep(0)
            yield i
    finally:
        note.append("produced")


async def manage(n):
    async with Manager() as manager:
        return [x * manager async for x in produce(n) if x != 1]


class Manager:
    async def __aenter__(self):
        await asyncio.sleep(0)
        return 10

    async def __aexit__(self, *details):
        note.append(details[0])


def check_coroutines():
    coroutine = wait(Awaitable(1, 2))
    print(inspect.getcoroutinestate(coroutine), coroutine.send(None), type(coroutine.cr_await).__name__, coroutine.send("x"))
    print(attempt(coroutine.send, "last"), attempt(coroutine.send, None))
    coroutine = wait(wait(Awaitable(1, 2)))
    coroutine.send(None)
    print(attempt(coroutine.throw, KeyError("k")))
    coroutine = wait(wait(Awaitable(1)))
    coroutine.send(None)
    print(attempt(coroutine.throw, OSError("o")))
    coroutine = wait(Awaitable(1))
    coroutine.send(None)
    coroutine.close()
    show("coroutines")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        wait(1)
        print(attempt(wait(1).send, None))
        gc.collect()
    print([str(warning.message) for warning in caught])
    print(types.coroutine(steps)(1).__class__)


async def main():
    print(await manage(4), await asyncio.gather(wait(asyncio.sleep(0, 1)), wait(asyncio.sleep(0.001, 2))))
    task = asyncio.create_task(wait(wait(asyncio.sleep(10))))
    await asyncio.sleep(0)
    print([frame.f_code.co_name for frame in task.get_stack()])
    task.cancel("enough")
    try:
        await task
    except asyncio.CancelledError as problem:
        print("cancelled", problem.args)
    abandoned = produce(3)
    print(await abandoned.__anext__(), await anext(abandoned))
    await abandoned.aclose()
    print(attempt(lambda: produce(1).athrow(KeyError).send(None)))
    async for value in produce(5):
        if value == 2:
            break
    show("async")


check_states()
check_delegation()
check_interpreter()
check_coroutines()
asyncio.run(main())
show("end")
