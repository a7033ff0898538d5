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
