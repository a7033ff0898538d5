"""Operands that die in an operation, whose memory the result may have, and those that must stay as they are."""

import sys


class Loud:
    """Says when it is dropped."""

    def __init__(self, name):
        self.name = name

    def __add__(self, other):
        print("  adding", self.name, getattr(other, "name", other))
        if self.name == "bad":
            raise ValueError("cannot be added")
        return Loud(f"({self.name}+{getattr(other, 'name', other)})")

    __sub__ = __add__

    def __del__(self):
        print("  dropped", self.name)


def show(label, function, *args):
    try:
        print(label, repr(function(*args)))
    except Exception as error:
        print(label, type(error).__name__, error)


# ---- numbers ----

def float_chain(a, b, c):
    d = a * b + c * a - (b - c) * (a + b) / (c * c + 1.0)
    e = -(a * b) + -c
    return a, b, c, d, e


def shared_floats(a):
    kept = [a * 2.0]
    total = kept[0] + a * a + kept[0]
    other = (kept[0] * 1.0) + (kept[0] * 1.0)
    return kept, total, other


def same_twice(a):
    x = a + 1.5
    x = x * x + x
    x = x - x
    return x


def same_name(a, b):
    x = a
    y = x
    x = y + b
    z = x
    x = b * x
    x = x * b
    return x, y, z


def int_chain(a, b):
    c = (a + b) * (a - b) + (a * b) % 1000 - (a * 7 // (b + 1))
    d = (c << 3) ^ (c >> 2) | (c & 255) & (a + b)
    return c, d, (a + b) + (a + b), (a + 300) + (b + 300)


def large(a):
    return (a * a) * (a * a) + (a * a), (a + 1) * (a + 1) - (a * a), -(a * a)


def mixed(i, f):
    return i + 1 + f, (f + 1) + (i + 1), (i * 1000) * (f * 2), (i * i) / (i + 1), (f * 2) // (i + 1), (f * 2) % (i + 1)


def divisions(a, b):
    return (a + 0) // (b + 0), (a + 0) % (b + 0), (a + 0) / (b + 0)


def counted(n):
    kept = []
    total = 0.0
    number = 1000
    for i in range(n):
        total = i * 0.5 - total
        number = number + i
        kept.append(total)
        kept.append(number)
    return kept, total, number


def changes_under_a_name(values):
    x = values[0]
    copy = x
    x = x + 1
    x = x - values[0]
    x = values[1] * values[2]
    return x, copy, values


def snapshot():
    x = 1000.5
    before = locals()["x"]
    x = before * 2.0
    x = x * 3.0
    return before, locals()["x"], sys._getframe().f_locals["x"]


show("floats", float_chain, 1.25, -3.5, 7.75)
show("shared", shared_floats, 2.5)
show("twice", same_twice, 4.25)
show("names", same_name, 10.5, 2.5)
show("names", same_name, 1000, 3)
show("ints", int_chain, 12345, 678)
show("ints", int_chain, -5, 3)
show("large", large, 2**31)
show("large", large, 2**29 + 1)
show("large", large, -(2**60))
show("bools", int_chain, True, False)
show("mixed", mixed, 7, 2.5)
show("mixed", mixed, -7, -2.5)
for pair in [(7, 2), (-7, 2), (7, -2), (-7, -2), (2**31, -1), (-(2**31), -1), (2**40, 3), (-(2**40), 7), (1, 0), (1.0, 0.0),
             (2**62, 2**31), (-(2**63), -1), (5, 2**40)]:
    show("divide", divisions, *pair)
show("loop", counted, 12)
show("list", changes_under_a_name, [1000, 2000, 3000])
show("list", changes_under_a_name, [1.5, 2.5, 3.5])
show("locals", snapshot)


# ---- strings, lists ----

def joined(a, b):
    return (a + b) + (b + a) + a * 2


show("str", joined, "ab", "cd")
show("list", joined, [1], [2, 3])
show("tuple", joined, (1,), (2, 3))
show("bytes", joined, b"x", b"yz")
show("wrong", joined, "x", 1)


# ---- objects: what is dropped when ----

def both_die(x, y):
    result = (Loud(x) + 1) + (Loud(y) + 2)
    print("  done")
    return result.name


def left_dies(x, y):
    other = Loud(y)
    result = (Loud(x) + 1) + other
    print("  done")
    return result.name


def right_dies(x, y):
    other = Loud(y)
    result = other + (Loud(x) + 1)
    print("  done")
    return result.name


def replaces(x):
    value = Loud(x)
    value = value + 1
    print("  stored")
    value = Loud("other") - value
    print("  stored")
    return value.name


for function in (both_die, left_dies, right_dies):
    show(function.__name__, function, "a", "b")
    show(function.__name__, function, "bad", "b")
    show(function.__name__, function, "a", "bad")
show("replaces", replaces, "a")
show("replaces", replaces, "bad")


# ---- slices ----

def reverse_head(values, k):
    values[: k + 1] = values[k::-1]
    return values


def rotate(values, i):
    values[i:] = values[i + 1:] + values[i:i + 1]
    return values


def same_size(values):
    new = [Loud("n1"), Loud("n2")]
    values[1:3] = new
    print("  assigned", [item.name for item in new])
    values[0:2] = [Loud("m1"), Loud("m2")]
    print("  assigned")
    values[1:] = []
    print("  cut")
    return [item.name for item in values]


def itself(values):
    values[:] = values
    values[:2] = values[:2]
    values[::2] = values[1::2]
    return values


def stepped(values, start, stop, step):
    return values[start:stop:step]


for k in range(5):
    show("reverse", reverse_head, [10, 20, 30, 40, 50], k)
    show("rotate", rotate, [10, 20, 30, 40, 50], k)
show("same size", same_size, [Loud("o1"), Loud("o2"), Loud("o3")])
show("itself", itself, [1, 2, 3, 4])
show("not a list", reverse_head, (1, 2, 3), 1)
show("bytearray", reverse_head, bytearray(b"hello"), 2)
for bounds in [(None, None, None), (3, None, -1), (None, None, -2), (-2, None, -1), (100, -100, -3), (1, 100, 2), (0, 5, 0),
               (True, None, True), (2**40, None, -1), (None, 2**70, 2), ("a", None, 1), (None, None, 2**30)]:
    show("stepped", stepped, [1, 2, 3, 4, 5], *bounds)


# ---- membership, truth ----

class Always:
    def __eq__(self, other):
        print("  asked about", other)
        return True

    __hash__ = None


def within(item, container):
    return item in container, item not in container


for container in ([1, 2, 300, 2**40], (1, 2, 300, 2**40), [1.0, True, "2"], [Always()], [], {2: 1}, {2, 3}, "12", range(5), None):
    for item in (2, 300, 2**40, 0, 1.0, "2", True):
        show("in", within, item, container)


def truths(values):
    return ["yes" if value else "no" for value in values], [not value for value in values]


class Sized:
    def __len__(self):
        return 0


class Number(int):
    def __bool__(self):
        return True


show("truth", truths, [0, 1, -1, 2**70, "", "a", [], [0], (), (0,), {}, {1: 1}, set(), {1}, 0.0, 0.1, None, True, False,
                      Sized(), Number(0), b"", range(0), object])
