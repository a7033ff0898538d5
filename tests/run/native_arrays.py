"""Items of array.array in native code: every kind of items, numbers at the limits, subclasses, and keys
that are no plain positions."""
import sys
from array import array

LIMITS = {
    "b": (-128, 127), "B": (0, 255), "h": (-(2**15), 2**15 - 1), "H": (0, 2**16 - 1),
    "i": (-(2**31), 2**31 - 1), "I": (0, 2**32 - 1), "l": (-(2**63), 2**63 - 1), "L": (0, 2**64 - 1),
    "q": (-(2**63), 2**63 - 1), "Q": (0, 2**64 - 1),
}
ODD = (True, 2.0, 2.5, -0.0, 1e300, float("inf"), 10**30, -(10**30), "x", None, 1 + 2j)


class Position:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value

    def __float__(self):
        return self.value + 0.25


def attempt(function, *args):
    for _ in range(1):
        for _ in range(1):
            try:
                return function(*args)
            except Exception as error:
                return type(error).__name__, str(error)


def store(a, key, value):
    for _ in range(1):
        for _ in range(1):
            a[key] = value
            return a[key]


def add_in_place(a, key, value):
    for _ in range(2):
        for _ in range(2):
            a[key] += value
            a[key + 0] = a[key - 1 + 1] * 1 + value
    return a[key]


def kinds():
    for code, limits in LIMITS.items():
        a = array(code, [1, 2, 3])
        for limit in limits:
            for number in (limit - 1, limit, limit + 1):
                print(code, number, attempt(store, a, 1, number), attempt(store, a, -1, number * 1), a.tolist())
        for number in ODD:
            print(code, number, attempt(store, a, 0, number), a.tolist())
        print(code, attempt(add_in_place, array(code, [1, 2]), 1, 3))
    for code in "fd":
        a = array(code, [1.5, 2.5, float("nan")])
        for number in (*ODD, 3, 2**53 + 1, 2**60 - 1, 0.1, Position(3), 5e-324):
            print(code, attempt(store, a, 1, number), a.tolist())
        print(code, attempt(add_in_place, a, 0, 0.1), attempt(add_in_place, a, 1, 2**40))
    a = array("u", "abc")
    print(store(a, 1, "x"), attempt(store, a, 1, "xy"), attempt(store, a, 1, 5), a.tounicode())


def keys():
    a = array("d", [1.5, 2.5, 3.5])
    for key in (0, -1, -3, 3, -4, 2**40, -(2**40), 10**30, True, 1.0, None, "x", slice(1), Position(1), Position(9)):
        print(key if not isinstance(key, Position) else key.value, attempt(store, a, key, 7.5), a.tolist())
    for i in range(-4, 4):
        for j in range(1):
            print(i, attempt(lambda: a[i * 1]), attempt(lambda: a[i + j] * 2.0 + 1))
    print(attempt(store, array("d"), 0, 1.5), attempt(lambda: array("i")[0]))


def float_position(a, number):
    for _ in range(2):
        for j in range(2):
            a[number * j] = number + 1.5


def operands(a, b, other):
    total = 0.0
    for i in range(len(a)):
        for j in range(2):
            total += a[i] * b[i] - a[-1] / 4
            if a[i] < b[j]:
                total -= b[i + j - j]
            a[i] -= b[j] * other
    return total, a.tolist()


class Plain(array):
    pass


class Reading(array):
    def __getitem__(self, key):
        print("get", key)
        return super().__getitem__(key)


class Writing(array):
    def __setitem__(self, key, value):
        print("set", key, value)
        super().__setitem__(key, value)


def subclasses():
    for cls in (Plain, Reading, Writing, Plain):
        a = cls("d", [1.0, 2.0])
        print(cls.__name__, operands(a, array("d", [0.5, 0.25]), 2.0), store(a, 1, 4.5))
    Plain.__getitem__ = lambda self, key: "patched"
    print(store(a, 1, 5.5), array.__getitem__(a, 1))
    del Plain.__getitem__
    print(store(a, 1, 6.5))


def other_import():
    """A second type of that name."""
    del sys.modules["array"]
    from array import array as other

    a = other("d", [1.0, 2.0])
    print(other is array, operands(a, array("d", [0.5, 0.25]), 2.0), operands(array("d", [1.0, 2.0]), a, 1))


def exported():
    a = array("i", range(5))
    view = memoryview(a)
    for i in range(5):
        for _ in range(1):
            a[i] = a[i] * 1000
    print(view.tolist(), attempt(a.append, 1))


def new_objects():
    a = array("d", [1.5])
    b = array("q", [10**12])
    found = []
    for _ in range(2):
        for _ in range(2):
            found.append(a[0])
            found.append(b[0])
            a[0] += 1.0
            b[0] += 1
    print(found, len({id(number) for number in found}))


def main():
    kinds()
    keys()
    for number in (0.0, 5e-324):
        print(attempt(float_position, array("d", [1.0, 2.0]), number))
    for code in "dfiq":
        print(operands(array(code, [1, 2]), array("d", [0.5, 0.25]), 2) if code in "df"
              else attempt(operands, array(code, [1, 2]), array(code, [3, 4]), 2))
    subclasses()
    other_import()
    exported()
    new_objects()


main()
