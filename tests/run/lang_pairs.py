"""Loops whose items are unpacked into two: dict items, enumerate, zip, lists of pairs, generators,
with what they keep alive, what may change under them, and what is no pair."""
import gc
import sys
import weakref


class Item:
    """Says when it dies."""

    def __init__(self, name, also=None):
        self.name, self.also = name, also

    def __del__(self):
        print("  dies:", self.name)
        if self.also is not None:
            self.also()


def attempt(function, *args):
    try:
        print(function.__name__, "->", function(*args))
    except Exception as error:
        line = error.__traceback__.tb_next.tb_lineno - function.__code__.co_firstlineno
        print(function.__name__, "->", type(error).__name__, error, "+", line)


def collect(pairs):
    result = []
    for first, second in pairs:
        result.append((first, second))
    return result


def in_comprehensions(pairs):
    pairs = list(pairs)
    return [b for a, b in pairs], {a: b for a, b in pairs}, {a for a, b in pairs}, sum(b for a, b in pairs)


def values():
    table = {"a": 1, "b": 2, 3: "c"}
    print(collect(table.items()), collect({}.items()), collect(vars(Item("x")).items()))
    del table["b"]
    table["b"] = 4
    print(collect(table.items()), collect({1: 2, 3: 4, "x": 5}.items()))
    print(collect(reversed(table.items())), collect(list(table.items())))
    print(collect(enumerate("abc")), collect(enumerate([5, 6], -2)), collect(enumerate([], 1)))
    print(collect(enumerate(["x", "y", "z"], sys.maxsize - 1)), collect(enumerate("ab", 1 << 70)))
    print(collect(zip([1, 2], "xyz")), collect(zip("xyz", [1, 2])), collect(zip([], [1])))
    print(collect(zip([1, 2], [3, 4], strict=True)), collect([(1, 2), [3, 4], "56", {7: 0, 8: 0}]))
    print(collect(iter([(1, 2)])), collect(((1, 2), (3, 4))), collect(zip(range(300), range(300)))[-1])
    print(in_comprehensions([(1, 2), (3, 4)]), in_comprehensions(enumerate([7, 8])))
    print(in_comprehensions({1: 2, 3: 4}.items()), in_comprehensions(zip((1, 2), [3, 4])))


def generated(count):
    for i in range(count):
        yield i, i * i
    return "unseen"


def yields_pairs(pairs):
    for a, b in pairs:
        got = yield a
        yield b, got


def in_generators():
    print(collect(generated(4)))
    steps = yields_pairs(enumerate([10, 20]))
    print(next(steps), steps.send("sent"), next(steps), next(steps), list(steps))
    print(list(yields_pairs({"k": "v"}.items())))


def wrong_counts():
    attempt(collect, [(1, 2), (3, 4, 5)])
    attempt(collect, [(1, 2), (3,)])
    attempt(collect, zip([1], [2], [3]))
    attempt(collect, zip([1]))
    attempt(collect, [(1, 2), 3])
    attempt(collect, zip([1, 2], [3], strict=True))
    attempt(collect, zip([1], [2, 3], strict=True))
    attempt(collect, 5)


class Failing:
    def __init__(self, error):
        self.error = error

    def __iter__(self):
        return self

    def __next__(self):
        raise self.error


def failing_iterators():
    class End(StopIteration):
        pass

    for error in (ValueError("bad"), StopIteration(3), End(), KeyboardInterrupt()):
        for pairs in (enumerate(Failing(error)), zip(Failing(error), [1]), zip([1], Failing(error)), Failing(error)):
            try:
                print(collect(pairs), end=" ")
            except BaseException as caught:
                print(type(caught).__name__, end=" ")
        print()


def changes_size():
    table = {1: 2, 3: 4}
    for key, value in table.items():
        table[key + 10] = value


def changes_keys():
    table = {1: 2, 3: 4}
    for key, value in table.items():
        del table[key]
        table[key + 10] = value


def grows():
    items = [(1, 2)]
    for first, second in items:
        if first < 4:
            items.append((first + 1, second))
    return items


def under_change():
    attempt(changes_size)
    attempt(changes_keys)
    attempt(grows)
    pairs = {1: 2, 3: 4, 5: 6}.items()
    walk = iter(pairs)
    for key, value in walk:
        print(key, value, walk.__length_hint__())
    counted = enumerate("abcd", 1)
    for index, letter in counted:
        print(index, letter, counted.__reduce__()[1][1])
        print(index, next(counted))


def lives():
    print("enumerate")
    for index, item in enumerate([Item("e1"), Item("e2"), Item("e3")]):
        print(index, item.name)
        del item
    print("generator")
    for index, item in enumerate(Item(name) for name in ("g1", "g2")):
        print(index, item.name)
        del item
        print(" deleted")
    print("zip")
    for first, second in zip((Item(name) for name in ("z1", "z2", "z3")), (Item(name) for name in ("y1", "y2"))):
        print(first.name, second.name)
        del first, second
        print(" deleted")
    print("items")
    table = {name: Item(name) for name in ("d1", "d2")}
    for name, item in table.items():
        table[name] = None
        print(name, item.name)
        del item
        print(" deleted")
    print("list")
    pairs = [(Item("l1"), Item("l2"))]
    for first, second in pairs:
        pairs.clear()
        print(first.name, second.name)
        del first
        print(" deleted one")
    print("end")


def reentrant():
    """A destructor of the last item asks the same iterator."""
    got = []
    numbers = enumerate(Item(f"r{i}", lambda: got.append(next(numbers, None))) for i in range(6))
    for index, item in numbers:
        print(index, item.name, len(got))
        del item
    print([pair and (pair[0], pair[1].name) for pair in got])
    for pair in got:
        if pair:
            pair[1].also = None
    letters = zip((Item(f"s{i}", lambda: got.append(next(letters, None))) for i in range(5)), "abcdefgh")
    for item, letter in letters:
        print(item.name, letter, len(got))
        item = None
    for pair in got[-3:]:
        if pair:
            pair[-1 if isinstance(pair[0], int) else 0].also = None


def kept_by_others():
    """Somebody has the iterator's tuple."""
    counted = enumerate("abc")
    own = [thing for thing in gc.get_referents(counted) if type(thing) is tuple]
    for index, letter in counted:
        print(index, letter, own)
    pairs = zip("ab", "cd")
    own = [thing for thing in gc.get_referents(pairs) if type(thing) is tuple and "c" not in thing]
    for first, second in pairs:
        print(first, second, len(own))


def counts():
    probe = object()
    base = sys.getrefcount(probe)
    for pairs in ([(probe, probe)] * 3, enumerate([probe] * 3), zip([probe] * 3, (probe,) * 3), {1: probe}.items()):
        for first, second in pairs:
            pass
        del first, second, pairs
    print(sys.getrefcount(probe) - base)
    reference = weakref.ref(Item("w"))
    for index, item in enumerate([reference()]):
        print(index, item)


class Table(dict):
    def items(self):
        return [("own", "items")]


class Counted(enumerate):
    def __next__(self):
        return super().__next__()[::-1]


async def pairs_async():
    for a, b in enumerate("xy"):
        yield a, b


async def in_async():
    result = [(b, a) async for a, b in pairs_async()]
    async for a, b in pairs_async():
        for c, d in zip([a], [b]):
            result.append((c, d))
    return result


def run_async():
    import asyncio

    print(asyncio.run(in_async()))


def nested():
    for index, (key, value) in enumerate({"a": 1, "b": 2}.items()):
        print(index, key, value, end="; ")
    for (a, b), c in zip([(1, 2), (3, 4)], "xy"):
        print(a, b, c, end="; ")
    for a, (b, *c) in enumerate(["xyz", "uv"]):
        print(a, b, c, end="; ")
    holder = Item("holder")
    for holder.name, holder.also in [("n", None), ("m", None)]:
        print(holder.name, end="; ")
    for _, holder in enumerate([1]):
        pass
    print()


values()
in_generators()
wrong_counts()
failing_iterators()
under_change()
lives()
reentrant()
gc.collect()
kept_by_others()
counts()
print(collect(Table(a=1).items()), collect(Counted("xy")), collect(dict.items(Table(a=1))))
run_async()
nested()
