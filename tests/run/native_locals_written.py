# /// compare
# since = 13
# ///
"""Variables of a native function that runs are changed through f_locals (PEP 667), also while it uses what they had."""
import gc
import sys


class Value:
    def __init__(self, name):
        self.name = name

    def __add__(self, other):
        change()
        return f"{self.name} + {other.name}"

    def __repr__(self):
        return f"Value({self.name!r})"


def change():
    frame = sys._getframe(1)
    while frame.f_code.co_name not in ("operands", "steps"):
        frame = frame.f_back
    variables = frame.f_locals
    variables["x"] = Value("other x")
    variables.update({"y": Value("other y")})
    variables["new"] = 5


def changed(*values):
    change()
    return values


def operands():
    x, y = Value("x"), Value("y")
    print(x + y, x, y)
    x, y = Value("x"), Value("y")
    print(changed(x, y), x, y)
    x, y = Value("x"), Value("y")
    print([x, y, change(), x, y], f"{x} {change()} {y}")
    x = Value("x")
    x.inner = Value("inner")
    x.inner.name += (change(), "!")[1]
    print(x, list(locals()), sys._getframe().f_locals["new"])


def steps():
    x, y = Value("x"), Value("y")
    yield x + y
    yield x
    x = Value("x")
    yield x, change(), x


def parameters(a, b):
    variables = sys._getframe().f_locals
    variables.update({"a": b, "b": a})
    variables["extra"] = 3
    variables |= {"b": 7}
    print(a, b, dict(variables)["extra"], variables.setdefault("unset", 4), sorted(locals()))
    for wrong in (lambda: variables.pop("a"), lambda: variables.__delitem__("a"), lambda: variables.update(3)):
        try:
            wrong()
        except Exception as error:
            print(type(error).__name__, error)
    if a is None:
        unset = 1
    return unset


def loops():
    def set_item():
        sys._getframe(1).f_locals["item"] = 10**20

    for item in range(3):
        set_item()
        item += 1
        print(item)
    variables = sys._getframe().f_locals
    for number in range(1000, 1003):
        before = variables["number"]
        variables["number"] = 3
        print(number, before)
        number = number + 1
        print(number, variables["number"])


def cells():
    shared = Value("shared")

    def inner():
        sys._getframe(1).f_locals["shared"] = Value("from inside")
        return shared

    return shared, inner(), shared


class Knot:
    pass


def knotted():
    knot = Knot()
    knot.frame = sys._getframe()
    knot.frame.f_locals["knot"] = None
    return knot


for _ in range(3):
    operands()
    print(list(steps()))
    print(parameters(Value("a"), Value("b")))
    loops()
    print(cells(), knotted())
gc.collect()
print(sum(isinstance(each, Knot) for each in gc.get_objects()))
