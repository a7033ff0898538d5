"""Comprehensions, which are part of their function from 3.12 on: what they leave of its variables, however they end."""
import asyncio
import sys


def attempt(function, *args):
    try:
        return function(*args)
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"


def keeps_outer(x):
    values = [x for x in range(3)]
    return x, values


def unset_outer(items):
    values = [y for y in items]
    try:
        return y, values
    except NameError as problem:
        return type(problem).__name__, str(problem), values
    y = None


def fails(x, items):
    try:
        return [1 // x for x in items]
    except ZeroDivisionError:
        return "outer", x


def fails_unset(items):
    try:
        return [1 // z for z in items]
    except ZeroDivisionError:
        pass
    try:
        return z
    except NameError as problem:
        return type(problem).__name__, str(problem)
    z = 1


def nested(x, y):
    table = [[x * y for x in range(y)] for y in range(4)]
    return x, y, table


def nested_fails(x, y):
    try:
        return [[x // (y - 2) for x in range(3)] for y in range(4)]
    except ZeroDivisionError as problem:
        return x, y, str(problem)


def with_lambdas(x):
    functions = [lambda: x for x in range(3)]
    return x, [function() for function in functions]


def lambda_around(x):
    def show():
        return x

    values = [(x, show()) for x in range(2)]
    return x, show(), values


def cell_of_argument(x):
    functions = [lambda: (x, y) for y in range(2)]
    x += 1
    return [function() for function in functions]


def conditions(items):
    return [a + b for a in items if a for b in items if b != a if (c := b) or not c], c


def kinds(items):
    return sorted({i for i in items}), {i: j for i, j in enumerate(items)}, list(i for i in items), [*[i for i in items]]


def sees_locals(x):
    first = [sorted(locals()) for y in range(1)]
    return first, sorted(locals())


def deletes(x):
    del x
    values = [x for x in "ab"]
    return attempt(lambda: values), values


def in_try_finally(items):
    told = []
    for i in items:
        try:
            told.append([10 // i for i in [1, i]])
        except ZeroDivisionError:
            told.append(("failed", i))
        finally:
            told.append({i: i for i in [i]})
    return told


def generator(items):
    x = "outer"
    yield [x for x in items]
    yield x
    yield [x for x in items if x > 1] + [x]


class Named:
    items = [1, 2]
    doubled = [2 * i for i in items]
    pairs = [(i, j) for i in items for j in range(i)]


class Watched(list):
    def __iter__(self):
        frame = sys._getframe(1)
        yield frame.f_code.co_name if sys.version_info < (3, 12) and "comp" in frame.f_code.co_name else "function"
        yield "x" in frame.f_locals


def seen_from_outside(x):
    return len([x for x in Watched()]), x


class Dies:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("  dies:", self.name)


def deaths(x):
    kept = [x.name for x in [Dies("first"), Dies("second")]]
    print(kept, x.name)


async def ticks(count):
    for i in range(count):
        await asyncio.sleep(0)
        yield i


async def double(x):
    await asyncio.sleep(0)
    return 2 * x


async def awaits(x):
    values = [await double(x) for x in range(3)]
    more = [x async for x in ticks(3) if await double(x)]
    table = {x: [await double(y) async for y in ticks(x)] for x in range(3)}
    return x, values, more, table


async def awaits_unset():
    values = [await double(z) for z in range(2)]
    try:
        return z
    except NameError as problem:
        return str(problem), values
    z = 1


async def cancelled(x):
    try:
        return [await asyncio.sleep(10) for x in range(3)]
    except asyncio.CancelledError:
        return "cancelled", x


async def main():
    task = asyncio.ensure_future(cancelled("outer"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    return await awaits("outer"), await awaits_unset(), await task


for _ in range(2):
    print(keeps_outer("outer"), unset_outer([1, 2]))
    print(fails("kept", [1, 0]), fails_unset([1, 0]))
    print(nested("x", "y"), nested_fails("x", "y"))
    print(with_lambdas("x"), lambda_around("x"), cell_of_argument(1))
    print(conditions([0, 1, 2]), kinds("ab"), deletes(1))
    print(in_try_finally([1, 0, 2]), list(generator([1, 2])))
    print(seen_from_outside("outer"), Named.doubled, Named.pairs)
    deaths(Dies("outer"))
    print(asyncio.run(main()))
print([x for x in range(3)], {x: y for x, y in zip("ab", range(2))}, "x" in globals())
if sys.version_info >= (3, 12):
    print(sees_locals(1))
