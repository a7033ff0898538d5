"""Calls of classes with an __init__ or __new__ in Python, as bytecode or native, and what may change between two calls."""
import collections
import dataclasses
import functools
import sys
import typing
import weakref


@dataclasses.dataclass
class Item:
    name: str
    size: int = 1
    tags: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    x: int
    y: int = 0

    def __post_init__(self):
        if self.x == 13:
            raise ValueError("unlucky")


Pair = collections.namedtuple("Pair", "one two", defaults=[2])


class Named(Pair):
    __slots__ = ()


class Typed(typing.NamedTuple):
    first: int
    second: str = "s"


class Even(int):
    def __new__(cls, value, *, base=2):
        return super().__new__(cls, value - value % base)


class Single:
    instance = None

    def __new__(cls):
        if cls.instance is None:
            cls.instance = object.__new__(cls)
        return cls.instance


class Both:
    def __new__(cls, *args, **named):
        made = super().__new__(cls)
        made.log = ["new", args, named]
        return made

    def __init__(self, *args, **named):
        self.log += ["init", args, named]


class Picks:
    """An object of a subclass, which is initialised as its own class wants it; or something else."""

    def __new__(cls, kind, *args, **named):
        if kind == "other":
            return [kind, args, named]
        return object.__new__(SubPicks if kind == "sub" else cls)


class SubPicks(Picks):
    def __init__(self, *args, **named):
        self.got = args, named


class BareNew:
    def __new__(cls):
        return object.__new__(cls)


class BareSub(BareNew):
    __new__ = object.__new__


class Meta(type):
    def __call__(cls, *args):
        return "meta", super().__call__(*args)


class WithMeta(metaclass=Meta):
    def __init__(self, value):
        self.value = value


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("gone:", self.name)


class Changing:
    def __init__(self, value):
        self.value = value


def make(kind, *args, **named):
    try:
        return kind(*args, **named)
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"


def items(value):
    return Item("a"), Item("b", value), Item("c", tags=[value]), Item(name="d", size=value), make(Item), make(Item, 1, 2, 3, 4)


def keys(value):
    return Key(value), Key(value, 1) == Key(x=value, y=1), hash(Key(1)) == hash(Key(1, 0)), make(lambda: Key(13)), \
        make(lambda: Key(1, 2, 3)), make(lambda: Key(z=1))


def tuples(value):
    return Pair(1), Pair(1, value), Pair(one=value), make(lambda: Pair()), make(lambda: Pair(1, 2, 3)), Named(value), \
        Named(1, two=value)._replace(one=9), Typed(value), Typed(second="t", first=value), make(lambda: Typed("a", "b", "c"))


def others(value):
    return Even(value), Even(value, base=5), make(lambda: Even()), Single() is Single(), Both(1, a=2).log, \
        Picks("own").__class__, Picks("sub", value, k=1).got, Picks("other", value, k=1), make(lambda: SubPicks("own", 2).got), \
        type(BareNew()), make(lambda: BareNew(1)), type(BareSub()), make(lambda: BareSub(1)), WithMeta(value)[1].value


def changed():
    seen = [Changing(1).value]
    original = Changing.__init__
    interpreted = {}
    exec("def __init__(self, value, extra=5):\n    self.value = value, extra", interpreted)
    Changing.__init__ = interpreted["__init__"]
    seen += [Changing(2).value, Changing(2, extra=3).value, make(lambda: Changing())]
    interpreted["__init__"].__defaults__ = (6,)
    seen.append(Changing(3).value)
    Changing.__init__ = lambda self, value: value
    seen.append(make(lambda: Changing(4)))
    Changing.__init__ = functools.partialmethod(original, 7)
    seen.append(Changing().value)
    Changing.__new__ = staticmethod(lambda cls, *args: object.__new__(cls))
    Changing.__init__ = original
    seen.append(Changing(8).value)
    del Changing.__init__
    seen.append(vars(Changing(1, 2, 3)))
    Changing.__new__ = lambda cls, *args: args
    seen.append(Changing(4, 5))
    del Changing.__new__
    seen.append(make(lambda: Changing(1)))
    Changing.__init__ = original
    seen.append(make(lambda: Changing(9)))
    return seen


def replaced_while_running():
    class Gone:
        def __init__(self, value):
            del Gone.__init__
            self.value = value

    class Other:
        def __new__(cls, value):
            Other.__new__ = lambda cls, value: "later"
            return value * 2

    return Gone(1).value, make(lambda: Gone(2)), Other(3), Other(4)


def static_method_changed():
    class Made:
        def __new__(cls, value):
            return value

    method, seen = vars(Made)["__new__"], []
    for value in range(4):
        if value:
            method.__init__([None, lambda cls, value: -value, print, Even][value])
        seen.append(make(lambda: Made(value)))
    return seen


def lifetimes():
    def keep(self, *args):
        self.weak = weakref.ref(args[0])

    holder = type("Holder", (), {"__init__": keep})
    made = holder(Loud("argument"))
    print("made", made.weak() is None)
    maker = type("Maker", (), {"__new__": lambda cls, *args: args[0].name})
    print(maker(Loud("of new")))
    try:
        Item(Loud("refused"), 1, 2, 3)
    except TypeError:
        print("refused")


def deep(kind):
    """As deep as under CPython, through classes that call themselves."""
    depth = 0

    class Again:
        if kind == "init":
            def __init__(self):
                nonlocal depth
                depth += 1
                Again()
        else:
            def __new__(cls):
                nonlocal depth
                depth += 1
                Again()

    try:
        Again()
    except RecursionError:
        return depth


def traced():
    seen = []

    def tracer(frame, event, argument):
        if event == "call":
            seen.append(frame.f_code.co_name)

    sys.settrace(tracer)
    Item("a"), Pair(1), Even(3), Both()
    sys.settrace(None)
    return seen


for turn in range(3):
    for function in items, keys, tuples, others:
        print(function.__name__, *function(turn + 3), sep="\n    ")
print(*changed(), sep="\n")
print(replaced_while_running(), static_method_changed())
lifetimes()
print(deep("init") > 100, deep("new") > 100)
print(traced())
before = sys.getrefcount(Item), sys.getrefcount(Pair), sys.getrefcount(Even), sys.getrefcount(None)
for _ in range(300):
    items(1), keys(1), tuples(1), others(1)
after = sys.getrefcount(Item), sys.getrefcount(Pair), sys.getrefcount(Even), sys.getrefcount(None)
print([abs(b - a) < 5 for a, b in zip(before, after)])
