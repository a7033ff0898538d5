"""Functions that were never called look and behave as those that were."""
import asyncio
import cProfile
import dis
import functools
import gc
import inspect
import io
import marshal
import pickle
import pstats
import sys
import threading
import traceback
import types
from collections import abc

LINE = "constant with spaces"


def show(*values):
    print(*values, flush=True)


def attempt(call, *arguments, **named):
    try:
        show("value", call(*arguments, **named))
    except Exception as error:
        show(type(error).__name__, error, [(e.name, e.lineno, e.line) for e in traceback.extract_tb(error.__traceback__)])


# ---- looked at before the first call ----


def constants(a, *, flag=None):
    """Documentation of it."""
    try:
        return {"key": [LINE, 12345678901, 2.5, (1, "two words", (None, ...))]}, [a in {"x", "y"}], flag
    finally:
        local, other = "text", frozenset({1, 2})
        local.join(map(str, other))


def of(function):
    code = function.__code__
    return code.co_consts[:2], code.co_names, code.co_varnames, len(code.co_linetable), code.co_exceptiontable


show(constants.__doc__, constants.__qualname__, constants.__code__.co_argcount, constants.__code__.co_firstlineno)
show(of(constants))
show(constants("x"), of(constants))


def never_called(a, b=2):
    "Doc."
    return [value + LINE for value in (a, b, "never called")]


def never_called_twin(a, b=2):
    "Doc."
    return [value + LINE for value in (a, b, "never called")]


replaced = types.CodeType.replace(never_called.__code__, co_name="renamed")
show(replaced.co_consts[0], replaced.co_name, types.FunctionType(replaced, globals())("a", "b"))
show([line for *_, line in types.CodeType.co_lines(never_called_twin.__code__)][-1] is not None)


def with_positions():
    return LINE.join(
        "abc"
    )


show(sorted(set(types.CodeType.co_positions(with_positions.__code__)))[-1])


def dumped(x):
    def inner(y):
        return f"{x}+{y} and more {LINE}"

    return inner


copy = marshal.loads(marshal.dumps(dumped.__code__))
show(copy == dumped.__code__, hash(copy) == hash(dumped.__code__), types.FunctionType(copy, globals())(1)(2))


def left():
    return LINE, "same words", 1


right = left


def other():
    return LINE, "other words", 1


show(left.__code__ == other.__code__, left.__code__ == right.__code__, len({left.__code__, other.__code__}))
copies = [types.FunctionType(f.__code__, globals()) for f in (left, other)]
show([f() for f in copies])


def disassembled(value):
    if value:
        return value.upper() + " some words"
    raise KeyError("some other words")


text = io.StringIO()
dis.dis(disassembled, file=text, show_caches=True)
show("some other words" in text.getvalue(), text.getvalue().count("\n"))
show(inspect.getsource(with_positions), inspect.signature(constants), functools.partial(constants, 1).func is constants)

# ---- calls that fail before they begin ----


def wants(first, second, /, third, *, key):
    return "wants", first, second, third, key


attempt(wants, 1)
attempt(wants, 1, 2, 3)
attempt(wants, 1, 2, 3, 4, key=5)
attempt(wants, 1, second=2, third=3, key=4)
attempt(wants, 1, 2, 3, key=4, other="x")
attempt(wants, 1, 2, 3, key=4)


def fails(depth):
    if depth:
        return fails(
            depth - 1
        )
    return {"a": "few words"}["b"]


attempt(fails, 2)


def catches():
    try:
        raise ValueError("a few words")
    except ValueError as error:
        return [str(error) for _ in range(2)], sys._getframe().f_code.co_consts[-1] is not None


attempt(catches)

# ---- generators, coroutines, closures, classes ----


def generator(count):
    "Generates."
    for number in range(count):
        yield f"{number} of {count} items", LINE


thrown = generator(3)
attempt(thrown.throw, RuntimeError("thrown before the start"))
closed = generator(2)
closed.close()
show(list(closed), list(generator(2)), inspect.getgeneratorstate(generator(1)), generator.__code__.co_flags)
waiting = generator(1)
show(waiting.gi_code.co_names, waiting.gi_frame.f_lineno - generator.__code__.co_firstlineno, next(waiting))


async def coroutine(delay):
    await asyncio.sleep(delay)
    return [item async for item in numbers(3)], "and words"


async def numbers(count):
    for number in range(count):
        yield number, "numbered words"


show(asyncio.run(coroutine(0)))
started = coroutine(0)
show(started.cr_code is coroutine.__code__, started.cr_frame.f_lineno - coroutine.__code__.co_firstlineno)
started.close()


def counter(start):
    total = start

    def add(amount, *, note="a note with words"):
        nonlocal total
        total += amount
        return total, note

    def read():
        return (lambda: (total, "read words"))()

    return add, read


add, read = counter(10)
show(add(5), read(), add.__closure__[0].cell_contents, read.__code__.co_freevars)


class Thing:
    """A thing."""

    def method(self):
        return super().__repr__()[:6], __class__.__name__, "method words"

    @property
    def words(self):
        return "property words"

    @staticmethod
    def fixed(a, b="fixed words"):
        return a, b

    @classmethod
    def made(cls, *values, **named):
        return cls.__name__, values, named, "made words"

    def __getitem__(self, index):
        if index > 2:
            raise IndexError("index words")
        return index, "item words"


thing = Thing()
show(thing.method(), thing.words, Thing.fixed(1), Thing.made(1, k=2), list(thing))
show(pickle.loads(pickle.dumps(thing)).words, issubclass(Thing, abc.Iterable))

# ---- tracing and profiling ----


def traced(a):
    b = a + len("traced words")
    for _ in range(2):
        b += 1
    return b, "result words"


def traced_generator():
    yield "first words"
    yield "second words"


events = []


def tracer(frame, event, argument):
    if frame.f_code.co_name.startswith("traced"):
        events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno, argument))
    return tracer


sys.settrace(tracer)
traced(1)
list(traced_generator())
sys.settrace(None)
show(events)


def profiled(items):
    return sorted(items, key=lambda item: -item), "profiled words"


profile = cProfile.Profile()
show(profile.runcall(profiled, [1, 3, 2]))
names = sorted(name for _, _, name in pstats.Stats(profile, stream=io.StringIO()).stats)
show([name for name in names if name in ("profiled", "<lambda>")])

# ---- first calls at once, in threads and under the collector ----


def hot(n):
    total = 0
    for i in range(n):
        total += i if i % 2 else -i
    return total, "hot words"


barrier = threading.Barrier(4)
results = []


def first_together():
    barrier.wait()
    results.append((hot(1000), fresh(3)))


def fresh(n):
    return [[n] * n, {"fresh words": n}] if n else "no words"


threads = [threading.Thread(target=first_together) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
show(results)


class Cycle:
    def __del__(self):
        collected.append(called_by_collector("x"))


def called_by_collector(value):
    return [value, "collected words", {"a": 1}]


def allocates():
    return [[str(i), {"allocated words": i}] for i in range(400)]


collected = []
gc.set_threshold(1)
for _ in range(20):
    cycle = Cycle()
    cycle.self = cycle
    del cycle
    allocates()
gc.set_threshold(700)
show(len(collected), collected[0])
show(all(isinstance(item, tuple) and repr(item) for item in gc.get_objects() if type(item) is tuple))


def recursive(n):
    return 1 if n < 2 else n * recursive(n - 1)


show(recursive(30), recursive.__code__.co_consts)
never = never_called.__code__.co_code
show(len(never) > 20, sys.getsizeof(never_called.__code__) > 100)
