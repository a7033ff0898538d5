# /// compare
# since = 12
# ///
"""Type parameters and aliases wherever they can stand. Nothing here imports typing: the interpreter does."""
import gc
import sys
import traceback


def attempt(function, *args, **named):
    try:
        return function(*args, **named)
    except BaseException as problem:
        return f"{type(problem).__name__}: {problem}"


def details(made):
    """What a parameter tells of itself."""
    kind = type(made).__name__
    if kind == "TypeVar":
        return (kind, made.__name__, made.__bound__, made.__constraints__, made.__covariant__, made.__infer_variance__)
    return kind, made.__name__


def first[T](items: list[T], default: T | None = None, *, key: T | int = 0) -> T | None:
    for item in items:
        return item
    return default if default is not None else key


async def later[T: int](value: T) -> T:
    return value


def produce[*Ts](*values: *Ts):
    yield from values


async def stream[**P](*values: P.args):
    for value in values:
        yield value


async def consume():
    return [item async for item in stream(1, 2, await later(3))]


def run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value


def log(function):
    function.logged = True
    return function


@log
@staticmethod
def decorated[T](x: T = [0], *, y: T = {}) -> T:
    x.append(len(y))
    return x


def functions():
    return (first([1]), first([], 2), first([], key=3), run(consume()), list(produce(1, "a")), decorated(), decorated(),
            [details(p) for f in (first, later, produce, stream) for p in f.__type_params__],
            first.__annotations__, first.__name__, first.__qualname__, first.__module__, first.__defaults__, first.__kwdefaults__)


# ---- classes: what their parameters and aliases see ----

class Outer:
    Bound = int
    hidden = "class"

    type Item = Outer.Bound | str
    type Box[T: Bound] = list[T | Bound | hidden]

    def method[T: Bound, U: (Bound, str)](self, x: T, y: U = hidden) -> Bound:
        return __class__, x, y

    class Inner[T: Bound, *Ts, **P]:
        type Own = dict[T, hidden]

        def __init__(self, value: T) -> None:
            super().__init__()
            self.value = value

        def same[V](self, other: V) -> tuple[T, V]:
            return self.value, other, __class__

        def types(self):
            return T, Ts, P

    class Derived[T](Inner[int, str, [T]], metaclass=type):
        pass

    async def wait[T](self, value: T) -> T:
        return value


hidden = "global"
Bound = float


def classes():
    inner = Outer.Inner(3)
    method = Outer.method.__type_params__
    return (Outer.Item.__value__, attempt(lambda: Outer.Box.__value__), [details(p) for p in method],
            Outer().method(1), Outer.method.__annotations__["return"], inner.same(4), inner.types() == Outer.Inner.__type_params__,
            Outer.Inner.Own.__value__, Outer.Inner.__mro__, Outer.Inner.__parameters__, Outer.Inner[int, str, [bool]],
            Outer.Derived.__orig_bases__, Outer.Derived.__type_params__, run(Outer().wait(5)))


class Spaces(type):
    """Bodies of its classes run in a namespace that is no dict."""

    class Space:
        def __init__(self):
            self.names = {}

        def __getitem__(self, name):
            if name == "computed":
                return bytes
            if name == "broken":
                raise ValueError("broken name")
            return self.names[name]

        def __setitem__(self, name, value):
            self.names[name] = value

    @classmethod
    def __prepare__(mcs, name, bases):
        return mcs.Space()

    def __new__(mcs, name, bases, space):
        return super().__new__(mcs, name, bases, space.names)


def namespaces():
    outside = "cell"

    class Made(metaclass=Spaces):
        outside = "body"
        type A = (computed, outside, len, hidden)
        type B = broken
        type C = missing
        seen = [attempt(lambda a=a: a.__value__) for a in (A, B, C)]

        def f[T: (computed, Bound)](self) -> outside:
            return outside
        seen.append(details(f.__type_params__[0]))

    class Gone(metaclass=Spaces):
        type A = (computed, outside)

    return Made.seen, Made.f.__annotations__, Made().f(), attempt(lambda: Gone.A.__value__)


# ---- values that are asked for later, once, and may fail ----

def late():
    calls = []

    def note(what):
        calls.append(what)
        return what

    type Lazy = note("alias")

    def bounded[T: note("bound"), U: (note("one"), note("two"))]():
        pass

    before = list(calls)
    values = [Lazy.__value__, bounded.__type_params__[0].__bound__, bounded.__type_params__[1].__constraints__]
    values += [Lazy.__value__, bounded.__type_params__[0].__bound__]
    return before, values, calls


def failing():
    type Wrong = 1 / 0

    class Never[T](Wrong.__value__):
        pass


def recursive():
    type Tree[T] = T | list[Tree[T]]
    type Loop = list[Loop]
    return Tree.__value__, Tree[int], Loop.__value__, Tree.__type_params__, Tree.__parameters__


def closures(n):
    made = []
    for i in range(n):
        def f[T](x: T, i=i) -> T:
            return x, i, n, T

        class C[T]:
            size: T = n

            def g(self):
                return T, i

        made.append((f, C))
    return [(f(1)[:3], f(1)[3] is f.__type_params__[0], C().g()[0] is C.__type_params__[0], C().g()[1]) for f, C in made]


def names():
    """Names of parameters are hidden outside, and do not hide those of the class."""
    T = "outer"

    def f[T](x: T) -> T:
        return T

    class C[T]:
        T = "inner"
        seen = T

        def g(self, default=T):
            return default, T
    return T, f(0) is f.__type_params__[0], C.seen, C().g()[0], C().g()[1] is C.__type_params__[0], "T" in vars(C)


def frames():
    seen = []

    def look():
        frame = sys._getframe(1)
        while frame is not None:
            seen.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno, sorted(frame.f_locals)))
            frame = frame.f_back
            if frame.f_code.co_name == "<module>":
                break
        return int

    def f[T](x: look(), y=2) -> T:
        pass

    class C[T](look()):
        pass
    return seen


def references():
    def make():
        def f[T: int, *Ts, **P](x: T = 1, *, y=2) -> T:
            return x

        class C[T]:
            type A[U] = dict[T, U]
        return f, C.A.__value__

    make()
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(20):
        make()
    gc.collect()
    return len(gc.get_objects()) < before + 20


print(*functions(), sep="\n")
print(*classes(), sep="\n")
print(*namespaces(), sep="\n")
print(late())
print(*recursive(), sep="\n")
print(closures(3), names())
print(*frames(), sep="\n")
print(references())
try:
    failing()
except ZeroDivisionError:
    traceback.print_exc(file=sys.stdout)
print(attempt(first), attempt(lambda: Outer.Inner[int]), "typing" in sys.modules)
