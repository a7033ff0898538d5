"""Unpacking into variables: counts, kinds of iterables, what dies when, where a failure stands."""
import sys


class Item:
    """Says when it dies, and which line the function that held it is at."""

    def __init__(self, name):
        self.name = name

    def __del__(self):
        frame = sys._getframe(1)
        print("  dies:", self.name, frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno)


def three(values):
    a, b, c = values
    return c, b, a


def attempt(values):
    try:
        print(three(values))
    except Exception as error:
        where = error.__traceback__.tb_next
        print(type(error).__name__, error, "+", where.tb_lineno - where.tb_frame.f_code.co_firstlineno,
              sorted(where.tb_frame.f_locals))


def counted():
    for n in range(3):
        yield n


class Endless:
    def __getitem__(self, index):
        if index > 2:
            raise IndexError
        return index * 10


def failing():
    yield 1
    raise KeyError("second")


def kinds():
    for values in ((1, 2, 3), [1, 2, 3], "xyz", {1: 0, 2: 0, 3: 0}, counted(), Endless(), range(3), (1, 2), [1, 2, 3, 4],
                   "", counted, failing(), 7, None):
        attempt(values)


def many(values):
    a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p = values
    q, r, s, t, u, v, w, x, y, z, aa, ab, ac, ad, ae, af, ag = *values, 16
    return p, o, a, ag, af, q


def swapped():
    a, b, c = 1, 2, 3
    a, b = b, a
    a, b, c = c, a, b
    (a, b), c = [b, a], c
    [a, (b, c)] = c, (a, b)
    return a, b, c


def same_twice():
    a, b, a = [1, 2, 3]
    b, b = "uv"
    return a, b


def deaths():
    a, b = Item("old a"), Item("old b")
    a, b = [Item("new a"), Item("new b")]
    print(" stored")
    b, a = (a, 1)
    print(" stored again")
    a, b, c = Item("1"), Item("2"), [3]
    try:
        a, b = c
    except ValueError as error:
        print(" ", error)
    a, c = "no"
    return b and a


def in_closure():
    a, b = [1, 2]

    def inner():
        nonlocal a
        a, c = [b, a]
        return a, c

    return inner(), a


def in_generator(values):
    a, b = values
    c, d = yield a + b
    e, f = yield c * d
    yield e - f, a, b, c, d


class Body:
    x, y = [1, 2]
    (z, w), v = (3, 4), 5


def seen():
    """Variables are there one after the other, as others see them."""

    class Looks:
        def __del__(self):
            print("  seen:", sorted(name for name in sys._getframe(1).f_locals if len(name) == 1))

    b = Looks()
    a, b, c = [1, 2, 3]
    return a, b, c


kinds()
print(many(range(16)), swapped(), same_twice())
print(deaths())
print(in_closure())
steps = in_generator([1, 2])
print(next(steps), steps.send("x3" and (3, 4)), steps.send([9, 1]))
try:
    next(in_generator([1]))
except ValueError as error:
    print(error)
print(Body.x, Body.y, Body.z, Body.w, Body.v)
print(seen())
a, b = [1, 2]
print(a, b)
