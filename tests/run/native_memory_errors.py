# /// compare
# until = 11
# ///
"""Memory that runs out anywhere in native code: MemoryError, or the result; never a fault, nothing broken afterwards.

_testcapi makes each allocation fail in turn: the first after the call, the second, and so on.
"""
import gc
import sys

import _testcapi


class Item:
    def __init__(self, value=1):
        self.value = value

    def __enter__(self):
        return self

    def __repr__(self):
        return f"Item({self.value})"

    def __exit__(self, *details):
        return False

    def __add__(self, other):
        return Item(self.value + 1)

    def method(self, *args, **named):
        return args, named

    @property
    def prop(self):
        return [self.value]


def arithmetic():
    x = 1 << 70
    x += x * 3
    y = 2.5 * 3.5 + 1j
    return x, y, -x, 10**30 // 7, x < y.real


def displays():
    a = [1.5, *range(3)]
    return a, (a, *a), {1.5, *a}, {"k": a, **{"l": a}}, a[0:2], [x * 1.5 for x in a], {x: [x] for x in a}


def strings():
    text = "é"
    for i in range(4):
        text += f"{i:>5}{text!r}"
    return text, "%s %d" % (text, 5), text.join("abc")


def calls():
    def inner(a, b=2, *rest, c=3, **more):
        return a, b, rest, c, more

    item = Item()
    return (inner(1), inner(1, 2, 3, d=4), inner(*[1, 2], **{"c": 5}), item.method(1, k=2), item.prop, item + item,
            (lambda x: [x])(1), sorted([3, 1, 2], key=lambda n: -n))


def closures():
    n = [1]

    def add():
        nonlocal n
        n = [*n, 1]
        return lambda: n

    return add()()


def handlers():
    result = []
    try:
        try:
            raise KeyError([1])
        except ValueError:
            result.append("never")
        finally:
            result.append(1)
    except KeyError as problem:
        result.append(problem.args)
    try:
        {}["missing"]
    except KeyError as problem:
        result.append(str(problem))
    return result


def groups():
    found = []
    try:
        try:
            raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
        except* ValueError as group:
            found.append(group.exceptions)
    except ExceptionGroup as rest:
        found.append(rest.exceptions)
    return found


def managers():
    with Item() as a, Item() as b:
        return [a.value, b.value]


def unpacking():
    a, *b = [1.5, 2.5, 3.5]
    (c, d), e = "xy", {**{"f": b}}
    return a, b, c, d, e


def numbers(n):
    for i in range(n):
        got = yield [i]
        if got:
            yield got


def delegating():
    result = yield from numbers(3)
    return [result]


def generators():
    return [*delegating(), *(x for x in numbers(2)), next(numbers(2))]


async def wait(value):
    return [value]


async def produce():
    for i in range(2):
        yield await wait(i)


async def consume():
    return [x async for x in produce()]


def coroutines():
    coroutine = consume()
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    finally:
        coroutine.close()


def classes():
    class Local(Item):
        field = [1]

        def method(self):
            return super().method(self.field)

    return Local().method()


def patterns():
    match {"k": [1, 2, 3], "l": Item()}:
        case {"k": [first, *others], **rest}:
            return first, others, len(rest)


def imports():
    from os.path import join, split
    import collections.abc as abc

    return join, split, abc


def recursion(n=30):
    return [n and recursion(n - 1)]


FUNCTIONS = [arithmetic, displays, strings, calls, closures, handlers, groups, managers, unpacking, generators, coroutines,
             classes, patterns, imports, recursion]


def failing(function, start, stop):
    """The result, or None when memory ran out: from allocation `start` to `stop` (0: to the end)."""
    _testcapi.set_nomemory(start, stop)
    try:
        return function()
    except MemoryError:
        return None
    finally:
        _testcapi.remove_mem_hooks()


def check(function, for_good):
    right = repr(function())
    succeeded = 0
    wrong = []
    for start in range(1, 2000):
        try:
            result = failing(function, start, 0 if for_good else start + 1)
        except BaseException as problem:
            wrong.append((start, type(problem).__name__, str(problem)))
            continue
        if result is None:
            succeeded = 0
            continue
        if repr(result) != right and "MemoryError" not in repr(result):
            wrong.append((start, repr(result)))
        succeeded += 1
        if succeeded > 20:
            break
    return wrong


def main():
    sys.unraisablehook = lambda unraisable: None
    for function in FUNCTIONS:
        for for_good in (False, True):
            print(function.__name__, for_good, check(function, for_good))
    gc.collect()
    print([repr(function())[:40] for function in FUNCTIONS])


main()
