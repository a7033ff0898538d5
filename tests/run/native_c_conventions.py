"""Functions and methods of C by every convention and number of arguments, rightly and wrongly."""
import decimal
import functools
import struct
import sys


def attempt(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


class Text(str):
    pass


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("  dies:", self.name)

    def __index__(self):
        return 2

    def __str__(self):
        return self.name


def found(text, part):
    return text.find(part), text.startswith(part), text.startswith(part, 1), text.endswith(part, 0, 2), text.count(part)


def formatted(pattern, value):
    return "none".format(), pattern.format(value), pattern.format(value, 2), pattern.format(1, 2, 3, value)


def updated(mapping, other):
    mapping.update()
    mapping.update(other)
    return mapping, mapping.get(1), mapping.get(7, "none"), mapping.pop(1, None), mapping.copy(), mapping.keys()


def numbers(value, digits):
    return value.quantize(digits), value.sqrt(), value.compare(digits), value.fma(2, 3), value.is_zero()


def reduced(function, items):
    return functools.reduce(function, items), functools.reduce(function, items, 100)


def packed(form, *values):
    return struct.pack(form, *values), struct.unpack(form, struct.pack(form, *values)), struct.calcsize(form)


def wrong(text):
    return text.startswith()


def too_many(text):
    return text.find("a", 1, 2, 3)


def other_self(method, owner):
    return method(owner, "a")


def many(a, b, c, d, e, f):
    return max(a, b, c, d, e, f), print(a, b, c, d, e, f), min(a, b), divmod(e, d), range(a, b, c)


for times in range(3):
    print(attempt(found, "abcabc", "a"), attempt(found, Text("xa"), "a"), attempt(found, b"aba", b"a"))
    print(attempt(found, "abc", 1), attempt(wrong, "a"), attempt(too_many, "a"))
    print(attempt(formatted, "{}", 1), attempt(formatted, "x", None))
    print(attempt(updated, {1: 2}, {3: 4}), attempt(updated, {}, 5))
    print(attempt(numbers, decimal.Decimal("2.345"), decimal.Decimal("0.01")))
    print(attempt(numbers, decimal.Decimal("NaN"), "x"))
    print(attempt(reduced, lambda left, right: left + right, [1, 2, 3]), attempt(reduced, None, [1, 2]))
    print(attempt(packed, ">Q", 7), attempt(packed, "bb", 1, 2), attempt(packed, "b", 1000))
    print(attempt(many, 1, 2, 3, 4, 5, 6))
    print(attempt(other_self, str.startswith, "abc"), attempt(other_self, str.startswith, Text("b")))
    print(attempt(other_self, str.startswith, b"abc"), attempt(other_self, str.find, 7))


def dying(text):
    print(text.find("c", Loud("start")), text.startswith("b", Loud("one"), Loud("two")))
    print("{} {}".format(Loud("first"), Loud("second")))
    print("end")


dying("abc")


def deep(level, *rest):
    """Through a function that takes a tuple, to the end of the recursion."""
    return functools.reduce(deep, [level, 1, 1])


print(attempt(deep, 1)[:46])
before = sys.getrefcount(None)
for times in range(500):
    found("abc", "c"), formatted("{}", None)
print(abs(sys.getrefcount(None) - before) < 5)


# ---- slots of C classes, found through super() and through the class ----


class Table(dict):
    def __setitem__(self, key, value):
        super().__setitem__(key, (value,))

    def __getitem__(self, key):
        return super().__getitem__(key)[0]

    def __init__(self, *args, **keywords):
        super().__init__(*args, **keywords)
        dict.__setitem__(self, "made", ("yes",))

    def update(self, *others):
        super().update(*others)
        return super().get("made"), super().__len__(), super().keys() >= {"made"}

    def __repr__(self):
        return "Table" + super().__repr__()


class Frozen:
    def __init__(self, value):
        object.__setattr__(self, "value", value)

    def __setattr__(self, name, value):
        raise AttributeError(name)

    def __eq__(self, other):
        return object.__eq__(self, other) is True

    def __hash__(self):
        return object.__hash__(self) and super().__hash__() and 1


class Wrong(int):
    def both(self, other):
        return super().__add__(other), int.__add__(self, other), super().bit_length(), int.__repr__(self)

    def badly(self):
        return [attempt(super().__add__), attempt(super().__add__, 1, 2), attempt(int.__add__, "a", 1), attempt(int.__add__),
                attempt(super().bit_length, 1), attempt(super().__init__, 1), attempt(int.__neg__, self, 1),
                attempt(object.__setattr__, self, 1, 2), attempt(object.__setattr__, int, "x", 2), attempt(int.__hash__, 2.0)]


for _ in range(3):
    table = Table(a=1)
    table["b"] = 2
    print(table, table["b"], table.update({"c": (3,)}), table["c"])
    frozen = Frozen(_)
    print(frozen.value, frozen == frozen, hash(frozen), attempt(setattr, frozen, "value", 1))
    print(Wrong(5).both(2), Wrong(5).both(2.0), Wrong(5).badly())
before = sys.getrefcount(None)
for times in range(300):
    Wrong(5).badly(), Table(a=1).update(), Frozen(1)
print(abs(sys.getrefcount(None) - before) < 5)
