"""Operators, comparisons and items of Python classes: who is asked, in which order, with what errors."""
import functools
import operator
import re
import sys
import traceback

BINARY = {
    "+": (lambda a, b: a + b, "add"),
    "-": (lambda a, b: a - b, "sub"),
    "*": (lambda a, b: a * b, "mul"),
    "/": (lambda a, b: a / b, "truediv"),
    "//": (lambda a, b: a // b, "floordiv"),
    "%": (lambda a, b: a % b, "mod"),
    "@": (lambda a, b: a @ b, "matmul"),
    "**": (lambda a, b: a**b, "pow"),
    "&": (lambda a, b: a & b, "and"),
    "|": (lambda a, b: a | b, "or"),
    "^": (lambda a, b: a ^ b, "xor"),
    "<<": (lambda a, b: a << b, "lshift"),
    ">>": (lambda a, b: a >> b, "rshift"),
}
COMPARE = {
    "<": (lambda a, b: a < b, "lt"),
    "<=": (lambda a, b: a <= b, "le"),
    "==": (lambda a, b: a == b, "eq"),
    "!=": (lambda a, b: a != b, "ne"),
    ">": (lambda a, b: a > b, "gt"),
    ">=": (lambda a, b: a >= b, "ge"),
}


def in_place(sign):
    namespace = {}
    exec(f"def change(a, b):\n    a {sign}= b\n    return a", namespace)
    return namespace["change"]


def change_add(a, b):
    a += b
    return a


def change_mul(a, b):
    a *= b
    return a


def change_rshift(a, b):
    a >>= b
    return a


log = []


def attempt(function, *args):
    log.clear()
    try:
        result = function(*args)
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    return f"{' '.join(log)} -> {result!r}"


def method(name, answer):
    def special(self, other):
        log.append(f"{type(self).__name__}.{name}({type(other).__name__})")
        return answer

    return special


def make(name, bases, names, answer):
    body = {f"__{one}__": method(one, answer) for one in names}
    body["__repr__"] = named
    body["__hash__"] = lambda self: 1
    return type(name, bases, body)


def named(self):
    return f"<{type(self).__name__}>"


words = [word for _, word in BINARY.values()]
reflected = [f"r{word}" for word in words]
comparisons = [word for _, word in COMPARE.values()]
Plain = make("Plain", (), [], None)
Full = make("Full", (), words + reflected + comparisons, "full")
Other = make("Other", (), words + reflected + comparisons, "other")
Left = make("Left", (), words, "left")
Right = make("Right", (), reflected, "right")
Refusing = make("Refusing", (), words + reflected + comparisons, NotImplemented)
RefusingToo = make("RefusingToo", (), words + reflected + comparisons, NotImplemented)
Child = make("Child", (Full,), words + reflected + comparisons, "child")
QuietChild = make("QuietChild", (Full,), [], "quiet")
RefusingChild = make("RefusingChild", (Full,), words + reflected + comparisons, NotImplemented)
MyInt = make("MyInt", (int,), words + reflected + comparisons, "int")
MyFloat = make("MyFloat", (float,), reflected, "float")
MyList = make("MyList", (list,), ["add", "radd", "mul", "rmul", "lt", "eq"], "list")
MyStr = make("MyStr", (str,), ["add", "mod", "eq"], "str")
MyTuple = make("MyTuple", (tuple,), ["radd"], NotImplemented)
Meta = make("Meta", (type,), words + reflected + comparisons, "meta")
Class = Meta("Class", (), {})
Nothing = type("Nothing", (), {"__repr__": named, "__add__": None, "__eq__": None, "__hash__": None})
Static = type("Static", (), {"__repr__": named, "__add__": staticmethod(lambda other: ("static", other))})
OfClass = type("OfClass", (), {"__repr__": named, "__add__": classmethod(lambda cls, other: (cls.__name__, other))})
Builtin = type("Builtin", (), {"__repr__": named, "__add__": len, "__eq__": operator.is_, "__hash__": None})

values = [
    Plain(), Full(), Other(), Left(), Right(), Refusing(), RefusingToo(), Child(), QuietChild(),
    RefusingChild(), MyInt(3), MyFloat(2.5), MyList([1]), MyStr("s"), MyTuple((1,)), Class,
    Nothing(), Static(), OfClass(), 7, 2.5, True, None, "text", [1], (2,), b"b", 1 << 70,
]
for sign, (function, _) in {**BINARY, **COMPARE}.items():
    for a in values:
        for b in values:
            if type(a).__module__ == "__main__" or type(b).__module__ == "__main__":
                print(sign, type(a).__name__, type(b).__name__, attempt(function, a, b))
print(attempt(lambda a, b: a + b, Builtin(), 1), attempt(lambda a, b: a == b, Builtin(), 1))
for sign, function in {"+": change_add, "*": change_mul, ">>": change_rshift}.items():
    for a in values:
        for b in values[1:16]:
            print(sign, "=", type(a).__name__, type(b).__name__, attempt(function, a, b))
for sign in BINARY:
    print(sign, attempt(in_place(sign), Refusing(), RefusingToo()))


# ---- in place ----

class Adder:
    def __init__(self, total):
        self.total = total

    def __add__(self, other):
        return Adder(self.total + other)

    def __iadd__(self, other):
        if other < 0:
            return NotImplemented
        self.total += other
        return self


class Sub:
    def __isub__(self, other):
        return NotImplemented


adder = Adder(1)
kept = adder
for amount in (1, 2, -3, 4):
    adder += amount
print(adder.total, kept.total)
print(attempt(in_place("-"), Sub(), 1))


# ---- items ----

class Grid:
    def __init__(self):
        self.cells = {}

    def __getitem__(self, key):
        if key == "missing":
            raise KeyError(key)
        return self.cells.get(key, ("none", key))

    def __setitem__(self, key, value):
        if value is None:
            raise ValueError("no None")
        self.cells[key] = value
        return "ignored"


class Counted(dict):
    def __getitem__(self, key):
        return ("counted", super().__getitem__(key))

    def __setitem__(self, key, value):
        super().__setitem__(key, value * 2)


class MetaItems(type):
    def __getitem__(cls, key):
        return (cls.__name__, key)


class Items(metaclass=MetaItems):
    pass


class Generic:
    def __class_getitem__(cls, key):
        return ("generic", key)


class OnlyLen:
    def __len__(self):
        return 3


def get(container, key):
    return container[key]


def put(container, key, value):
    container[key] = value


def part(container, start, stop):
    return container[start:stop]


grid, counted = Grid(), Counted()
for key in (1, (2, 3), "x", 1.5):
    put(grid, key, key)
    put(counted, key, key)
    print(attempt(get, grid, key), attempt(get, counted, key))
print(attempt(get, grid, "missing"), attempt(get, counted, "missing"), attempt(put, grid, 1, None))
print(get(Items, 4), get(Generic, 5), attempt(get, OnlyLen(), 1), attempt(put, OnlyLen(), 1, 2))
print(attempt(part, grid, 1, 2), attempt(get, grid, slice(1, 2, 3)), attempt(part, grid, None, None))
for index in range(3):
    print(grid[index + 1], grid[index, index + 1])
    grid[index * 2] = index / 2
print(sorted(map(str, grid.cells.items())))


# ---- calls ----

class Callable:
    def __init__(self, name):
        self.name = name

    def __call__(self, *args, key=None, **named):
        return self.name, args, key, named


class Exact:
    def __call__(self, a, b=2):
        return a, b


class CallableMeta(type):
    def __call__(cls, *args, **named):
        return super().__call__(*args, **named), "by the metaclass"


class Made(metaclass=CallableMeta):
    def __init__(self, value="default"):
        self.value = value

    def __repr__(self):
        return f"Made({self.value!r})"


class Partial(functools.partial):
    def __call__(self, *args):
        return "partial", super().__call__(*args)


class Generating:
    def __call__(self, n):
        yield n


class Failing:
    def __call__(self):
        raise KeyError("inside")


class Again:
    depth = 0

    def __call__(self):
        Again.depth += 1
        return self()


def calls(callee):
    return [
        attempt(one)
        for one in (
            lambda: callee(),
            lambda: callee(1),
            lambda: callee(1, 2),
            lambda: callee(1, b=3),
            lambda: callee(1, key=4),
            lambda: callee(*[5, 6]),
            lambda: callee(**{"a": 7}),
            lambda: callee(1, 2, 3),
        )
    ]


exact = Exact()
for callee in (Callable("c"), exact, Exact, Made, Partial(max, 3), Generating(), Failing(), Plain(), functools.partial(exact, 1)):
    print(type(callee).__name__, [re.sub("0x[0-9a-f]+", "0x", one) for one in calls(callee)])
for _ in range(3):
    exact(1), exact(1, 2)
exact.__call__ = lambda *args: "of the object"
print(calls(exact)[1])
Exact.__call__ = lambda self, a, b: ("new", a, b)
print(calls(exact))
Exact.__call__ = Callable("nested")
print(calls(exact)[2])
del Exact.__call__
print(calls(exact)[2])
try:
    Failing()()
except KeyError:
    print(traceback.format_exc())
print(attempt(Again())[:50], 100 < Again.depth < sys.getrecursionlimit())


# ---- changed while hot ----

class Changing:
    def __add__(self, other):
        return "first"

    def __eq__(self, other):
        return "eq"

    def __getitem__(self, key):
        return "item"


def use(a):
    try:
        return a + 1, a == 1, a[1]
    except TypeError as error:
        return str(error)


changing = Changing()
for _ in range(50):
    use(changing)
print(use(changing))
Changing.__add__ = lambda self, other: "second"
changing.__add__ = lambda other: "of the object"
print(use(changing))
Changing.__add__ = lambda *args: ("any", len(args))
Changing.__getitem__ = lambda self, key, default="default": default
print(use(changing))
Changing.__eq__ = None
print(use(changing))
del Changing.__eq__
print(use(changing))
del Changing.__add__
print(use(changing))


class Renewed:
    def __add__(self, other):
        del Renewed.__add__
        Renewed.__radd__ = lambda self, other: "radd"
        self.__class__ = Plain
        return NotImplemented

    def __mul__(self, other):
        Renewed.__mul__ = lambda self, other: "new"
        return "old"


renewed = Renewed()
print(renewed * 1, renewed * 1, attempt(lambda a, b: a + b, renewed, Renewed()))
print(attempt(lambda a, b: a + b, 1, Renewed()), type(renewed).__name__)


# ---- wrong signatures, exceptions, tracebacks ----

class Wrong:
    def __add__(self):
        return 0

    def __eq__(self, a, b):
        return 0

    def __getitem__(self):
        return 0

    def __sub__(self, other):
        return [][other]

    def __lt__(self, other):
        raise LookupError("lt")

    def __setitem__(self, key, value):
        raise RuntimeError(f"set {key}")

    def __mul__(self, other):
        yield other


def run(wrong):
    for function in (
        lambda: wrong + 1,
        lambda: wrong == 1,
        lambda: wrong[1],
        lambda: wrong - 5,
        lambda: wrong < wrong,
        lambda: put(wrong, 3, 4),
        lambda: 2 - wrong,
    ):
        try:
            function()
        except Exception:
            print(traceback.format_exc())
    print(list(wrong * 5))


run(Wrong())


# ---- recursion ----

class Deep:
    def __init__(self):
        self.depth = 0

    def __add__(self, other):
        self.depth += 1
        return self + other

    def __eq__(self, other):
        self.depth += 1
        return self == other

    def __getitem__(self, key):
        self.depth += 1
        return self[key]

    def __setitem__(self, key, value):
        self.depth += 1
        self[key] = value


def dive(function):
    deep = Deep()
    try:
        function(deep)
    except RecursionError as error:
        print(str(error)[:32], deep.depth > 100, deep.depth < sys.getrecursionlimit())


dive(lambda deep: deep + 1)
dive(lambda deep: deep == deep)
dive(lambda deep: deep[0])
dive(lambda deep: put(deep, 0, 1))


# ---- destructors, references ----

class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)

    def __add__(self, other):
        print("in add")
        del self, other
        print("out of add")
        return Loud("sum")

    def __getitem__(self, key):
        print("in getitem")
        return Loud("item")

    def __eq__(self, other):
        print("in eq")
        return NotImplemented

    def __call__(self, one, two=None):
        print("in call")
        del self, one, two
        print("out of call")


def lifetimes():
    Loud("left") + Loud("right")
    print("next")
    Loud("a") + Loud("b") + Loud("c")
    print("next")
    Loud("container")[Loud("key")]
    print("next")
    print(Loud("x") == Loud("y"))
    callee = Loud("callee")
    callee(Loud("first"), two=Loud("second"))
    callee(Loud("only"))
    x = Loud("variable")
    x = x + Loud("other")
    print("end")


lifetimes()
full, other = Full(), Other()
before = [sys.getrefcount(one) for one in (full, other, NotImplemented)]
for _ in range(100):
    full + other, full < other, Refusing() == full, 1 + full, full + 1
print(all(a - b in (-1, 0, 1) for a, b in zip(before, [sys.getrefcount(o) for o in (full, other, NotImplemented)])))


# ---- tracing ----

def traced():
    events = []

    def trace(frame, event, argument):
        events.append((frame.f_code.co_name, event))
        return trace

    sys.settrace(trace)
    full + 1
    full == 1
    grid[1]
    sys.settrace(None)
    print(events)


traced()
profile = []
sys.setprofile(lambda frame, event, argument: profile.append((frame.f_code.co_name, event)))
(lambda a: (a + 1, a < 1))(full)
sys.setprofile(None)
print(profile[:-1])
