"""Generators, delegation, coroutines, async iteration and cancellation."""
import asyncio
import itertools


def averager():
    total = count = 0
    average = None
    while True:
        try:
            value = yield average
        except ValueError as problem:
            average = f"threw {problem}"
            continue
        if value is None:
            return total
        total += value
        count += 1
        average = total / count


def delegate(results):
    while True:
        results.append((yield from averager()))


results = []
outer = delegate(results)
print(next(outer), outer.send(10), outer.send(20), outer.throw(ValueError("x")), outer.send(None), results)
outer.close()
try:
    outer.send(1)
except StopIteration as problem:
    print("stopped", problem.value)


def bad():
    yield 1
    raise StopIteration("wrong")


try:
    list(bad())
except RuntimeError as problem:
    print(problem, repr(problem.__cause__))
print(list(itertools.islice((x * y for x in itertools.count() for y in range(2)), 6)))
print((lambda: (yield))().gi_frame.f_lineno > 0)


def within_handlers():
    import sys
    try:
        yield sys.exception()
        raise KeyError
    except KeyError as problem:
        yield sys.exception() is problem, repr(problem.__context__)
    yield sys.exception()
    try:
        yield
    except OSError as problem:
        yield sys.exception() is problem
    yield sys.exception()


seen = within_handlers()
print(next(seen))
try:
    1 / 0
except ZeroDivisionError:
    print(next(seen), repr(next(seen)), next(seen), seen.throw(OSError), repr(next(seen)))


async def numbers(stop):
    for number in range(stop):
        await asyncio.sleep(0)
        yield number


class Manager:
    async def __aenter__(self):
        print("enter")
        return self

    async def __aexit__(self, kind, value, trace):
        print("exit", kind)
        return kind is ZeroDivisionError


async def slow():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("cancelled")
        raise


async def main():
    print([n async for n in numbers(4) if n % 2], {n: n async for n in numbers(2)})
    async with Manager():
        1 / 0
    task = asyncio.create_task(slow())
    await asyncio.sleep(0)
    task.cancel("please")
    try:
        await task
    except asyncio.CancelledError as problem:
        print(repr(problem))
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(5)
    except TimeoutError:
        print("timeout")
    print(await asyncio.gather(asyncio.sleep(0, 1), slow_failure(), return_exceptions=True))
    queue = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        group.create_task(queue.put(1))
        got = group.create_task(queue.get())
    print(got.result())


async def slow_failure():
    raise KeyError("gathered")


asyncio.run(main())
