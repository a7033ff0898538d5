"""Loops over lists, tuples, dicts, their views, ranges, enumerate and zip, which need no iterator object: what is
changed while they run, who holds what, when things die, and everything that such names may be besides."""
import gc
import sys
from collections import Counter, OrderedDict, defaultdict, namedtuple


class Loud:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"<{self.name}>"

    def __del__(self):
        print("died", self.name)


# ---- changed while the loop runs ----

def grows(items):
    seen = []
    for item in items:
        seen.append(item)
        if len(items) < 6:
            items.append(item * 10)
    return seen


def shrinks(items):
    seen = []
    for item in items:
        seen.append(item)
        items.remove(item)
    return seen, items


def emptied(items):
    for item in items:
        print("item", item)
        items.clear()
    else:
        print("ended")


def replaced(items):
    for item in items:
        items[:] = [item + 1] * 3
        if item > 4:
            break
    return items


def attempt(function, *args):
    try:
        print(function.__name__, function(*args))
    except Exception as error:
        print(function.__name__, type(error).__name__, error)


def dict_grows(d):
    for key in d:
        d[key, 1] = 2


def dict_shrinks(d):
    for key, value in d.items():
        del d[key]
    return "no error"


def dict_other_key(d):
    for key in d:
        del d[key]
        d[key * 2] = 1
        if len(str(key)) > 40:
            break
    return len(d)


def items_other_key(d):
    seen = []
    for key, value in d.items():
        seen.append(key)
        del d[key]
        d[key + "x"] = value
        if len(seen) > 20:
            break
    return len(seen)


def values_change(d):
    for value in d.values():
        for key in d.keys():
            d[key] = value + d[key]
    return d


def size_at_end(d):
    count = 0
    for key in d:
        count += 1
        if count == len(d):
            d["late"] = 1
    return count


def of_instance(owner):
    seen = []
    for name, value in vars(owner).items():
        seen.append((name, value))
    for name in owner.__dict__:
        seen.append(name)
    return seen


# ---- enumerate and zip ----

def enumerated(items, *start):
    seen = []
    for i, item in enumerate(items):
        seen.append((i, item))
    for pair in enumerate(items):
        seen.append(pair)
    for i, item in enumerate(items, 5):
        seen.append((i, item))
    for i, item in enumerate(items, *start):
        seen.append((i, item))
    for i, item in enumerate(items, 10 ** 30):
        seen.append((i, item))
    for i, item in enumerate(items, start=2):
        seen.append((i, item))
    return seen


def enumerate_grows(items):
    for i, item in enumerate(items):
        if i < 4:
            items.append((i, item))
    return items


def start_is(start):
    for i, item in enumerate([1, 2], start):
        print(i, item)


def zipped(left, right):
    seen = []
    for a, b in zip(left, right):
        seen.append((b, a))
    for pair in zip(left, right):
        seen.append(pair)
    for a, b in zip(left, right, strict=False):
        seen.append(a)
    for one, in zip(left):
        seen.append(one)
    for a, b, c in zip(left, right, left):
        seen.append(c)
    for none in zip():
        seen.append("never")
    return seen


def zip_changes(left, right):
    for a, b in zip(left, right):
        left.append(a + b)
        if len(left) > 5:
            right.clear()
    return left, right


def strict(left, right):
    for a, b in zip(left, right, strict=True):
        pass
    return a, b


def other_names(items):
    def enumerate(values):
        return ["shadowed", len(values)]

    def zip(a, b):
        return (a, b)
    seen = []
    for x in enumerate(items):
        seen.append(x)
    for x in zip(1, 2):
        seen.append(x)
    return seen


def wrong(kind):
    if kind == 0:
        for x in enumerate(5):
            pass
    if kind == 1:
        for x in zip([1], 5):
            pass
    if kind == 2:
        for x in enumerate([1], "a"):
            pass
    if kind == 3:
        for x in 5:
            pass
    if kind == 4:
        for a, b in [(1, 2), (3, 4, 5)]:
            print(a, b)
    if kind == 5:
        for a, b in {"abc": 1}:
            print(a, b)
    if kind == 6:
        for a, b in enumerate([Loud("wrong")], 0.5):
            print(a, b)
    if kind == 7:
        for x in range(1, 5, 0):
            pass


# ---- classes derived from them ----

class List(list):
    pass


class Reversed(list):
    def __iter__(self):
        return iter(list(self)[::-1] if False else [self[i] for i in range(len(self) - 1, -1, -1)])


class Dict(dict):
    def __iter__(self):
        return iter(["own iter"])

    def items(self):
        return [("own", "items")]


class Missing(dict):
    def __missing__(self, key):
        self[key] = len(self)
        return self[key]


Point = namedtuple("Point", "x y")


def over(*values):
    for value in values:
        seen = []
        for item in value:
            seen.append(item)
        print(type(value).__name__, seen)


def views(d):
    for view in d.keys(), d.values(), d.items():
        seen = []
        for item in view:
            seen.append(item)
        print(type(view).__name__, seen)


# ---- who holds what, when things die ----

def references():
    items = [1, 2, 3]
    d = {"a": 1}
    before = sys.getrefcount(items), sys.getrefcount(d)
    for item in items:
        held = sys.getrefcount(items) - before[0]
    print("list", held)
    for i, item in enumerate(items):
        held = sys.getrefcount(items) - before[0]
    print("enumerate", held)
    for a, b in zip(items, items):
        held = sys.getrefcount(items) - before[0]
    print("zip", held)
    for key in d:
        held = sys.getrefcount(d) - before[1]
    print("dict", held)
    for key, value in d.items():
        held = sys.getrefcount(d) - before[1]
    print("items", held)
    for value in d.values():
        held = sys.getrefcount(d) - before[1]
    print("values", held)
    print(sys.getrefcount(items) - before[0], sys.getrefcount(d) - before[1])


def dies_at_end():
    for item in [Loud("one"), Loud("two")]:
        print("body", item)
    print("behind")
    del item
    print("deleted")


def dies_at_break():
    for item in [Loud("one"), Loud("two"), Loud("three")]:
        print("body", item)
        break
    print("behind")
    item = None


def dies_at_return():
    for item in (Loud("one"), Loud("two")):
        return "returned"


def dies_at_raise():
    for key, value in {Loud("key"): Loud("value"), "other": Loud("other")}.items():
        raise ValueError("raised")


def dies_in_zip():
    for a, b in zip([Loud("a")], [Loud("b"), Loud("rest")]):
        print("body", a, b)
    print("behind")
    a = b = None
    print("end")


def dies_in_enumerate():
    for i, item in enumerate([Loud("a"), Loud("b")], 1):
        item = None
        print("dropped", i)
    print("behind")


def rebound(items):
    for item in items:
        items = None
        print("item", item)
    return items


# ---- control flow ----

def nested(rows):
    total = 0
    for row in rows:
        for i, x in enumerate(row):
            for y in row:
                if y > 3:
                    continue
                total += x * y * i
                if total > 100:
                    break
            else:
                total += 1
        else:
            total += 1000
    return total


def caught(items):
    seen = []
    for item in items:
        try:
            seen.append(10 // item)
        except ZeroDivisionError:
            seen.append("zero")
            continue
        finally:
            seen.append("finally")
    return seen


def escapes(items):
    for i, item in enumerate(items):
        try:
            for other in items:
                if other == item:
                    return i
        finally:
            print("finally", i)


def suspended(items):
    for item in items:
        yield item
    for i, item in enumerate(items):
        total = 0
        for x in items:
            total += x
        yield i, item, total
    for a, b in zip(items, items):
        yield a + b
    for i in range(2):
        for j in range(2):
            pass
        yield i, j


async def awaited(items):
    total = 0
    for item in items:
        for other in items:
            total += item * other
        await nothing()
    for key, value in {1: 2}.items():
        total += key * value
    return total


async def nothing():
    return None


def run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value


def same_name(i):
    for i in range(3):
        for i in range(i, 5):
            pass
    return i


def ranges(n):
    total = 0
    for i in range(n):
        for j in range(i, n, 2):
            for k in range(5, -5, -3):
                total += i * j - k
    for i in range(10 ** 20, 10 ** 20 + 2):
        total += i
    for i in range(True, 3):
        total += i
    return total


def long_ranges():
    for i in range(2 ** 29, 2 ** 29 + 3):
        print(i)
    for i in range(-2 ** 29, -2 ** 29 - 5, -2):
        print(i)


def unseen(items):
    """What an iterator would be is nobody's."""
    for item in items:
        return sorted(type(x).__name__ for x in gc.get_referrers(items) if type(x) is list)


for _ in range(3):
    print(grows([1, 2]), shrinks([1, 2, 3, 4]), replaced([1, 2]))
    emptied([1, 2, 3])
    attempt(dict_grows, {1: 1})
    attempt(dict_shrinks, {1: 1, 2: 2})
    attempt(dict_shrinks, {1: 1})
    attempt(dict_other_key, {"a": 1})
    attempt(dict_other_key, {1: 1, 2: 3})
    attempt(items_other_key, {"k": 1})
    attempt(items_other_key, {"k": 1, "l": 2, "m": 3})
    attempt(values_change, {1: 2, 3: 4})
    attempt(size_at_end, {1: 2, 3: 4})
    attempt(of_instance, Loud("owner"))
    print(enumerated([7, 8]), enumerated((1,), 3), enumerated("ab"), enumerated(iter([1]), -4))
    print(enumerate_grows([1]), zip_changes([1], [2, 3, 4, 5, 6, 7, 8]))
    for start in 0, -3, True, 2 ** 62, 2 ** 64, 1.5, None:
        attempt(start_is, start)
    print(zipped([1, 2], (3, 4, 5)), zipped([], [1]), zipped("ab", {1: 2}), zipped((1, 2, 3), [1]))
    attempt(strict, [1], [1, 2])
    attempt(strict, [1, 2], [1, 2])
    print(other_names([1, 2, 3]))
    for kind in range(8):
        attempt(wrong, kind)
    over([1], (2,), {3: 4}, {5}, "six", b"7", range(8, 10), List([1, 2]), Reversed([1, 2]), Dict(a=1), Missing(a=2),
         Point(1, 2), OrderedDict(a=1), defaultdict(int, b=2), Counter("aab"), sys.version_info[:2], iter([3]),
         frozenset([4]), bytearray(b"5"), memoryview(b"6"), enumerate([7]), zip([8], [9]), map(str, [1]), [], (), {})
    views({1: 2}), views(defaultdict(int, a=1)), views(OrderedDict(z=26)), views(Missing(q=1))
    for key, value in Dict(a=1).items():
        print(key, value)
    references()
    dies_at_end()
    dies_at_break()
    print(dies_at_return())
    attempt(dies_at_raise)
    dies_in_zip()
    dies_in_enumerate()
    print(rebound([1, 2]), rebound((3, 4)), rebound({5: 6}))
    print(nested([[1, 2, 3], [4, 5], []]), caught([1, 0, 5]), escapes([3, 4]))
    print(list(suspended([1, 2, 3])), run(awaited([1, 2])))
    print(same_name(9), ranges(5))
    long_ranges()
    print(unseen([1]))
