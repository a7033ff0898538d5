# /// compare
# until = 12
# ///
"""Generators and coroutines that others resume: delegation in all states, what can be seen meanwhile, limits, deep chains."""
import asyncio
import gc
import inspect
import sys
import threading
import traceback
import types
import weakref

set_trace_function = getattr(sys, "set" + "trace")
events = []


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        events.append(f"{self.name} dies")


def shown(label):
    print(label, events)
    events.clear()


def attempt(function, *args):
    try:
        return function(*args)
    except BaseException as problem:
        lines = [(entry.name, entry.lineno) for entry in traceback.extract_tb(problem.__traceback__)[1:]]
        places = []
        link = problem.__traceback__.tb_next
        while link is not None:
            places.append(list(link.tb_frame.f_code.co_positions())[link.tb_lasti // 2])
            link = link.tb_next
        return type(problem).__name__, problem.args, lines, places, repr(problem.__context__), repr(problem.__cause__)


def callers():
    """Names of the frames from the caller on."""
    frame = sys._getframe(1)
    names = []
    while frame is not None and frame.f_code.co_name != "<module>":
        names.append((frame.f_code.co_name, frame.f_lineno))
        frame = frame.f_back
    return names


# ---- what a running delegate sees ----

family = {}


def states():
    return [(name, inspect.getgeneratorstate(member), member.gi_running, member.gi_suspended, member.gi_yieldfrom is None,
             member.gi_frame is not None and member.gi_frame.f_lineno,
             member.gi_frame is not None and member.gi_frame.f_back is not None and member.gi_frame.f_back.f_code.co_name)
            for name, member in family.items()]


def leaf(looks):
    for number in range(3):
        if looks:
            events.append(callers())
            events.append(states())
        got = yield number
        if got == "raise":
            raise LookupError("leaf")
        if got == "stop":
            raise StopIteration("leaf")
        if got == "return":
            return ("tuple", got)
    return "leaf's"


def middle(looks):
    try:
        result = yield from family.setdefault("leaf", leaf(looks))
    except LookupError as problem:
        events.append(("caught", problem.args, sys.exc_info()[1] is problem, problem.__traceback__.tb_lasti))
        result = yield "from the handler"
        events.append(sys.exc_info()[1] is problem)
    finally:
        events.append(("finally", type(sys.exc_info()[1]).__name__))
    yield result
    return result


def outer(looks):
    result = yield from family.setdefault("middle", middle(looks))
    return "outer", result


def start(looks=False):
    family.clear()
    family["outer"] = outer(looks)
    return family["outer"]


def drain(generator, *values):
    results = []
    for value in values:
        results.append(attempt(generator.send, value))
    return results


print(drain(start(True), None, None, None, None, None, None))
shown("looks")
for last in "raise", "stop", "return":
    print(drain(start(), None, None, last, None, None, None))
    print(states())
    shown(last)
print(list(start()), sum(start_value for start_value in start() if isinstance(start_value, int)), dict(enumerate(start())))
shown("iterated")

# ---- somebody else moves a member of the chain ----

generator = start()
print(next(generator), next(family["leaf"]), next(generator), states())
print(attempt(next, family["leaf"]), attempt(next, family["leaf"]), next(generator), attempt(next, generator))
shown("leaf moved")
generator = start()
print(next(generator), next(family["middle"]), next(family["middle"]), next(family["middle"]), attempt(next, family["middle"]), attempt(next, generator))
shown("middle moved")
generator = start()
print(next(generator), attempt(family["leaf"].close), attempt(next, generator), attempt(next, generator))
shown("leaf closed")
generator = start()
print(next(generator), attempt(family["middle"].close), attempt(next, generator))
shown("middle closed")
generator = start()
print(next(generator), attempt(generator.throw, LookupError("in")), attempt(next, generator), attempt(generator.throw, KeyError("out")), states())
shown("thrown")
generator = start()
print(next(generator), attempt(family["leaf"].throw, KeyError("x")), attempt(next, generator))
shown("leaf thrown")
generator = start()
next(generator)
generator.close()
print(states())
shown("closed")
generator = start()
next(generator)
family.clear()
del generator
gc.collect()
shown("dropped")

# ---- running ones are not resumed again ----


def resumes_itself(members):
    yield "before"
    for member in members:
        events.append(attempt(next, member))
        events.append(attempt(member.send, None))
        events.append(attempt(member.throw, KeyError))
        events.append(attempt(member.close))
    yield "after"


def delegates(generator):
    return (yield from generator)


members = []
members.append(resumes_itself(members))
for _ in range(3):
    members.append(delegates(members[-1]))
print(list(members[-1]))
shown("running")


async def awaits(coroutine):
    return await coroutine


@types.coroutine
def pause(value):
    return (yield value)


async def awaits_itself():
    await pause(1)
    events.append(attempt(members[1].send, None))
    try:
        await members[1]
    except BaseException as problem:
        events.append(repr(problem))
    try:
        await members[0]
    except BaseException as problem:
        events.append(repr(problem))
    return "end"


members = [awaits_itself()]
for _ in range(3):
    members.append(awaits(members[-1]))
print(drain(members[-1], None, None, None))
print(attempt(members[0].send, None))
shown("awaiting")

other = awaits(pause(1))
other.send(None)
second = awaits(other)
print(attempt(second.send, None), attempt(other.send, 5))

# ---- the thread's handled exception ----


def handles():
    try:
        raise KeyError("own")
    except KeyError:
        yield repr(sys.exc_info()[1])
        yield repr(sys.exc_info()[1])
    yield repr(sys.exc_info()[1])
    try:
        raise_again()
    except RuntimeError as problem:
        yield repr(problem), repr(problem.__context__)
    raise OSError("last")


def raise_again():
    raise


def handles_outside(generator):
    try:
        raise ValueError("outside")
    except ValueError:
        yield from generator


for generator in [handles(), handles_outside(handles()), delegates(handles_outside(delegates(handles())))]:
    results = []
    for turn in range(5):
        try:
            if turn % 2:
                raise IndexError("caller's")
            results.append(attempt(next, generator))
        except IndexError:
            results.append(attempt(next, generator))
            results.append(repr(sys.exc_info()[1]))
        results.append(sys.exc_info()[1])
    print(results)

# ---- what dies when ----


def holds(name):
    kept = Loud(name)
    yield 1
    events.append(f"{name} goes on")
    return Loud(f"result of {name}")


def passes_on(name, generator):
    kept = Loud(name)
    yield from generator
    events.append(f"{name} goes on")
    yield 2


generator = passes_on("c", passes_on("b", holds("a")))
for value in generator:
    events.append(value)
shown("died")
generator = passes_on("c", passes_on("b", holds("a")))
next(generator)
reference = weakref.ref(generator, lambda reference: events.append("reference"))
del generator
shown("given up")
for value in holds("loop"):
    pass
shown("loop")
generator = holds("kept")
next(generator)
frame = generator.gi_frame
print(frame.f_locals["kept"].name, attempt(next, generator)[0], frame.f_locals["kept"].name, frame.f_back, generator.gi_frame)
del frame, generator
shown("frame")

# ---- tracing is switched on and off in the middle ----


def tracer(frame, event, arg):
    if frame.f_code.co_name in ("leaf", "middle", "outer"):
        traced.append((frame.f_code.co_name, event, frame.f_lineno))
    return tracer


for on in range(6):
    for off in range(on, 6):
        generator = start()
        traced = []
        results = []
        for turn in range(6):
            if turn == on:
                set_trace_function(tracer)
            results.append(attempt(generator.send, "raise" if turn == 2 else None))
            if turn == off:
                set_trace_function(None)
        set_trace_function(None)
        print(on, off, results, traced if off - on < 2 else len(traced))
        events.clear()

# ---- deep ----


def count(n):
    for number in range(n):
        yield number
    return n


def deep(depth, generator):
    for _ in range(depth):
        generator = delegates(generator)
    return generator


sys.setrecursionlimit(20000)
generator = deep(10000, count(4))
print(next(generator), next(generator), next(generator), len(family))
sys.setrecursionlimit(5000)
result = attempt(next, generator)
print(result[:2], len(result[2]), result[2][:2], result[2][-2:], attempt(next, generator))
sys.setrecursionlimit(20000)
generator = deep(10000, count(2))
print(sum(1 for _ in generator))
generator = deep(3000, count(5))
next(generator)
result = attempt(generator.throw, KeyError("deep"))
print(result[:2], len(result[2]))
generator = deep(3000, count(5))
next(generator)
print(attempt(generator.close), attempt(next, generator)[0])
chain = awaits(pause("deep"))
for _ in range(5000):
    chain = awaits(chain)
print(drain(chain, None, "value")[1][:2])
chain = awaits(awaits(awaits(pause(1))))
chain.send(None)
print(attempt(chain.throw, OSError("thrown")))
sys.setrecursionlimit(1000)


def endless():
    yield from endless()


def recursion_error(function, *args):
    try:
        function(*args)
    except RecursionError as problem:
        return str(problem)


async def endless_await():
    await endless_await()

print(recursion_error(next, endless()), recursion_error(list, endless()), recursion_error(endless_await().send, None))

# ---- values that StopIteration would change ----


def returns(value):
    yield 0
    return value


def results_of(values):
    for value in values:
        results.append((yield from returns(value)))


results = []
list(results_of([None, (), (1, 2), KeyError("value"), StopIteration(3), StopIteration, 0]))
print(results)
for value in [None, (), (1, 2), KeyError("value"), StopIteration(3), StopIteration]:
    generator = returns(value)
    next(generator)
    print(attempt(next, generator)[1], end=" ")
    generator = returns(value)
    next(generator)
    print(attempt(generator.send, None)[1], end=" ")
    generator = returns(value)
    print([x for x in generator], next(generator, "default"), list(generator))

# ---- asynchronous generators ----


class Steps:
    def __init__(self, n):
        self.n = n

    def __await__(self):
        for number in range(self.n):
            got = yield number
            if got is not None:
                events.append(got)
        return self.n


async def produce(values, steps=0):
    try:
        for value in values:
            await Steps(steps)
            got = yield value
            if got is not None:
                events.append(("got", got))
    finally:
        events.append(("produced", type(sys.exc_info()[1]).__name__))


async def passes(source):
    async for value in source:
        yield value, len(callers())


async def collect(source):
    result = []
    try:
        async for value in source:
            result.append(value)
    except BaseException as problem:
        result.append((repr(problem), repr(problem.__cause__)))
    return result


async def raises(problem):
    yield 1
    raise problem


def run(coroutine):
    values = []
    while True:
        try:
            values.append(coroutine.send(None if len(values) % 2 else "sent") if values else coroutine.send(None))
        except StopIteration as problem:
            return values, problem.value


odd_values = [None, (), (1, 2), StopIteration(1), StopAsyncIteration(2), StopAsyncIteration]
print(run(collect(produce(odd_values))), run(collect(passes(passes(produce([1, 2], 2))))))
shown("produced")
for problem in StopIteration(1), StopAsyncIteration(2), GeneratorExit(3), KeyError(4):
    print(run(collect(raises(problem))), run(collect(passes(raises(problem)))))


async def by_hand():
    source = produce([1, 2, 3], 1)
    awaitable = source.__anext__()
    print(await awaitable, source.ag_running, type(awaitable).__name__)
    try:
        await awaitable
    except RuntimeError as problem:
        print(problem)
    awaitable = source.asend("given")
    print(awaitable.send(None), source.ag_running, attempt(source.__anext__().send, None), attempt(source.aclose().send, None))
    print(attempt(awaitable.send, None), source.ag_running, attempt(awaitable.send, None), attempt(next, awaitable))
    print(await source.__anext__(), await anext(source, "none left"), attempt(source.asend(1).send, None), attempt(source.asend(1).send, 2))
    source = produce([1, 2])
    print(attempt(source.asend("early").send, None), await source.asend(None), await source.asend(2))
    try:
        await source.athrow(KeyError("thrown"))
    except KeyError as problem:
        print(repr(problem))
    print([value async for value in source])
    source = produce([1, 2], 1)
    awaitable = source.__anext__()
    print(next(awaitable), attempt(awaitable.throw, OSError("in")), attempt(awaitable.send, None), await collect(source))
    source = produce([1, 2], 1)
    awaitable = source.__anext__()
    awaitable.close()
    print(attempt(awaitable.send, None), await source.__anext__())
    await source.aclose()
    print(await collect(source))
    shown("by hand")


print(run(by_hand()))


async def tree(depth):
    if depth == 0:
        await asyncio.sleep(0)
        return 1
    return sum(await asyncio.gather(*[tree(depth - 1) for _ in range(3)]))


async def cancelled(depth):
    try:
        if depth:
            await cancelled(depth - 1)
        else:
            await asyncio.sleep(10)
    finally:
        events.append((depth, type(sys.exc_info()[1]).__name__, len(callers())))


async def numbers(n):
    for number in range(n):
        await asyncio.sleep(0)
        yield number


async def main():
    print(await tree(3), [number async for number in numbers(3)])
    task = asyncio.create_task(cancelled(4))
    await asyncio.sleep(0)
    print([entry.f_lineno for entry in task.get_stack()], task.get_coro().cr_await.cr_frame.f_lineno, task.get_coro().cr_running)
    task.cancel()
    print(await asyncio.gather(task, return_exceptions=True))
    async with asyncio.timeout(5):
        print(await asyncio.wait_for(tree(1), 5))
    try:
        async with asyncio.timeout(0.001):
            async for _ in passes(produce(range(3), 0)):
                await asyncio.sleep(10)
    except TimeoutError as problem:
        print(repr(problem))


asyncio.run(main())
gc.collect()
shown("asyncio")

# ---- threads ----


def slow(n):
    for number in range(n):
        yield number


def drink(generator, results):
    try:
        for value in generator:
            results.append(value)
    except ValueError as problem:
        results.append(str(problem))


for _ in range(3):
    generator = delegates(delegates(slow(1000)))
    results = []
    threads = [threading.Thread(target=drink, args=(generator, results)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(set(map(type, results)) <= {int, str}, sum(isinstance(x, int) for x in results) <= 1000)
