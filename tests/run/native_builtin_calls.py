"""Calls of type, str, tuple and list.append: short ways, and everything that must not take them."""
import builtins
import sys


class Text:
    def __init__(self, result):
        self.result = result

    def __str__(self):
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result

    __repr__ = __str__


class MyText(str):
    def __str__(self):
        return "my " + super().__str__()


class MyList(list):
    def append(self, item):
        super().append((item, item))


class Plain(list):
    pass


class Meta(type):
    def __call__(cls, *args):
        return ("called", cls.__name__, args)


class Called(metaclass=Meta):
    pass


class Numbers:
    def __init__(self, limit):
        self.limit = limit

    def __iter__(self):
        for number in range(self.limit):
            if number == 5:
                raise LookupError("five")
            yield number


class Loud:
    def __init__(self, name):
        self.name = name

    def __str__(self):
        return f"loud {self.name}"

    def __iter__(self):
        return iter([self.name])

    def __del__(self):
        print("del", self.name)


def attempt(function, *args, **named):
    try:
        result = function(*args, **named)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return f"{type(result).__name__} {result}"


def texts(value):
    return str(value)


def types(value):
    return type(value)


def tuples(value):
    return tuple(value)


def append(target, item):
    return target.append(item)


values = [1, 1.5, None, "text", b"bytes", [1], (2,), {3: 4}, Text("own"), MyText("x"), Text(5), Text(ValueError("no")),
          MyList([1]), Called, texts, len, Numbers(3), Numbers(9), iter([1, 2]), (n for n in "ab"), int, Ellipsis]
for _ in range(3):
    for value in values:
        kind = types(value)
        print(kind.__name__, attempt(texts, value) if kind.__name__ in ("int", "float", "str", "Text", "MyText", "type") else "",
              attempt(tuples, value), kind is type(value), kind is value.__class__)
print(types(texts) is types(attempt) is type(lambda: 0), types(types(texts)), types(type))
print(texts("same") is texts("same"), tuples((1, 2)), attempt(str), attempt(tuple), attempt(type), attempt(str, 1, 2, 3, 4))
print(attempt(str, object=1), attempt(str, b"x", "ascii"), attempt(str, b"x", encoding="ascii"), attempt(tuple, sequence=()))
print(attempt(type, "New", (), {}), attempt(type, 1, 2), attempt(Called, 1))

for target in ([], Plain(), MyList(), bytearray(), {}, None, set()):
    print(attempt(append, target, 1), attempt(append, target, 2), target)
print(attempt(list.append, [1], 2), attempt(list.append, Plain(), 2), attempt(list.append, (), 2), attempt(list.append, [1]))
print(attempt(list.append, [1], 2, 3), attempt(list.append), attempt(list.append, [], item=1))


def lifetimes():
    str(Loud("a"))
    tuple(Loud("b"))
    type(Loud("c"))
    print(str(Loud("d")), tuple(Loud("e")), type(Loud("f")).__name__)
    kept = []
    kept.append(Loud("g"))
    kept.append(kept)
    kept.clear()
    [].append(Loud("h"))
    print("end")


lifetimes()


def counts():
    nothing, item, target = None, object(), []
    before = sys.getrefcount(nothing), sys.getrefcount(item), sys.getrefcount(type(item))
    for _ in range(1000):
        target.append(item)
        type(item), str("x"), tuple((item,))
    target.clear()
    after = sys.getrefcount(nothing), sys.getrefcount(item), sys.getrefcount(type(item))
    return [abs(a - b) < 5 for a, b in zip(after, before)]


print(counts())


class Endless:
    def __str__(self):
        return "e" + str(self)

    def __iter__(self):
        return iter(tuple(self))


print(attempt(texts, Endless())[:34], attempt(tuples, Endless())[:34])
original = str, type, tuple
builtins.str, builtins.type, builtins.tuple = ascii, len, set
print(texts("é"), types("four"), tuples("aa"))
builtins.str, builtins.type, builtins.tuple = original
print(texts("é"), types("four"), tuples("aa"))


# ---- max and min of several arguments ----


class Ordered:
    def __init__(self, name, value):
        self.name, self.value = name, value

    def __gt__(self, other):
        print(f"{self.name} > {other.name}", end="; ")
        if self.value is None:
            raise ValueError(self.name)
        return self.value > other.value

    def __lt__(self, other):
        print(f"{self.name} < {other.name}", end="; ")
        return Text("") if self.value is None else self.value < other.value

    def __repr__(self):
        return self.name


def largest(*values):
    one, other = values[:2]
    return max(one, other), max(*values), max(one, other, key=None)


def smallest(*values):
    one, other = values[:2]
    return min(one, other), min(*values), min(one, other, key=id) is not None


nan, big = float("nan"), 10 ** 30
for values in ((1, 2), (2, 1, 3), (1.5, 1), (1, 1.0, True), (True, 1), (nan, 1.0), (1.0, nan), (big, -big, 5), ("a", "b"),
               ((1,), (0, 2)), (1, "a"), (None, 1), (2 ** 40, 2 ** 59, -(2 ** 59))):
    for _ in range(2):
        print(attempt(lambda: largest(*values)), attempt(lambda: smallest(*values)))
print(largest(Ordered("a", 1), Ordered("b", 1), Ordered("c", 2)))
print(smallest(Ordered("a", 1), Ordered("b", 1), Ordered("c", 0)))
print(attempt(lambda: largest(Ordered("a", 1), Ordered("b", None))), attempt(lambda: max(1, 2, default=3)),
      attempt(lambda: max(1)), attempt(lambda: min()), attempt(lambda: max([3, 1])), attempt(lambda: max((), default=7)))
original = builtins.max, builtins.min
builtins.max, builtins.min = builtins.min, (lambda *values, key=None: values)
print(largest(1, 2, 3), smallest(1, 2, 3))
builtins.max, builtins.min = original
print(largest(1, 2, 3), smallest(1, 2, 3))
