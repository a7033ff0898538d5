# /// compare
# since = 12
# ///
"""What Python 3.12 added to the language or changed in its instructions: type parameters, f-strings, super(), throw()."""
import asyncio
import itertools
import sys
import traceback
import typing


def attempt(function, *args, **named):
    try:
        return function(*args, **named)
    except BaseException as problem:
        return f"{type(problem).__name__}: {problem}"


# ---- type parameters ----

type Pair[T] = tuple[T, T]
type Tree = int | list[Tree]


def first[T](items: list[T], default: T | None = None) -> T | None:
    for item in items:
        return item
    return default


class Stack[T, *Ts, **P]:
    type Item = T

    def __init__(self):
        self.items: list[T] = []

    def push[U: (int, str)](self, item: U) -> U:
        self.items.append(item)
        return item

    def make[V](self, value: V):
        def inner[W](other: W) -> tuple[V, W]:
            return value, other

        type Both = tuple[V, T]
        return inner, Both


def parameters():
    stack = Stack()
    inner, both = stack.make(1)
    return (first([]), first([1, 2]), first.__type_params__, Stack.__type_params__, stack.push(3), inner("x"),
            inner.__type_params__, both.__name__, both.__value__, Pair.__value__, Pair.__type_params__, Tree.__value__,
            typing.get_type_hints(first), Stack.push.__type_params__[0].__constraints__)


# ---- f-strings ----

def texts(name, items):
    return (f"{name!r:>{len(items) + 8}}|{f"{name}{f'{items[0]}'}"}|{'\n'.join(items)}",
            f"{items[0] = }", f"{(lambda x: x * 2)(name)}", f"{name:{'>'}{10}}", f"{{}}{name}")


# ---- super ----

class Base:
    kind = "base"

    def __init__(self, value):
        self.value = value

    @property
    def shown(self):
        return f"Base({self.value})"

    def add(self, *args, scale=1):
        return scale * (self.value + sum(args))

    @classmethod
    def make(cls, value):
        return cls(value)

    def __getitem__(self, key):
        return key * 2


class Derived(Base):
    kind = "derived"

    def __init__(self, value, more=0):
        super().__init__(value)
        self.more = more

    @property
    def shown(self):
        return "Derived" + super().shown

    def add(self, *args, scale=1):
        return super().add(*args, scale=scale) + super(Derived, self).add(*args) + self.more

    @classmethod
    def make(cls, value):
        return super().make(value + 1)

    def kinds(self):
        return super().kind, super(Derived, type(self)).kind, super().__thisclass__.__name__

    def absent(self):
        return super().nothing

    def inner(self):
        def call():
            return super(Derived, self).add(1)

        return call(), [super(Derived, self).add(i) for i in range(2)]

    def set(self):
        super().value = 3

    def __getitem__(self, key):
        return super().__getitem__(key) + "!"


class Hidden:
    def name(self):
        super = lambda *args: args
        return super().__len__()


def forget_self(self):
    del self
    return super().add(1)


def supers():
    value = Derived.make(4)
    Derived.forget = type("Made", (), {}) and forget_self
    return (value.shown, value.add(1, 2, scale=3), value.kinds(), attempt(value.absent), value.inner(), value["k"],
            attempt(value.set), Hidden().name(), attempt(value.forget))


# ---- generators and what is thrown into them ----

def leaf(told):
    try:
        got = yield "leaf"
        told.append(("got", got))
    except KeyError as problem:
        told.append(("caught", str(problem)))
        yield "after"
    except ValueError:
        return "returned"
    finally:
        told.append("finally")
    return "end"


class Iterator:
    def __init__(self, kind):
        self.kind = kind

    def __iter__(self):
        return self

    def __next__(self):
        return self.kind

    def throw(self, kind, value=None, traceback=None):
        if self.kind == "stops":
            raise StopIteration("thrown value")
        if self.kind == "raises":
            raise RuntimeError("in throw") from kind
        return "yielded by throw"

    def close(self):
        print("  closed", self.kind)
        if self.kind == "raises":
            raise RuntimeError("in close")


def around(told, delegate):
    try:
        result = yield from delegate
        told.append(("result", result))
    except IndexError:
        told.append("index")
        yield "handled"
    yield "done"


def drive(delegate_of, problem, count):
    told = []
    generator = around(told, delegate_of(told))
    steps = [attempt(next, generator)]
    steps += [attempt(generator.throw, problem) for _ in range(count)]
    steps.append(attempt(next, generator, "exhausted"))
    return steps, told


def thrown():
    made = [leaf, lambda told: Iterator("stops"), lambda told: Iterator("raises"), lambda told: Iterator("yields"),
            lambda told: iter([1, 2]), lambda told: around(told, leaf(told))]
    for delegate_of, problem in itertools.product(made, [KeyError("k"), ValueError("v"), IndexError("i"), GeneratorExit()]):
        yield drive(delegate_of, problem, 1 + isinstance(problem, KeyError))


def stops(how):
    yield 1
    if how == "raise":
        raise StopIteration("inside")
    next(iter(()))


async def coroutine_stops():
    await asyncio.sleep(0)
    raise StopIteration("in coroutine")


async def generator_stops(kind):
    yield 1
    raise kind("in async generator")


async def ends():
    told = [await asyncio.gather(coroutine_stops(), return_exceptions=True)]
    for kind in (StopIteration, StopAsyncIteration):
        try:
            async for value in generator_stops(kind):
                told.append(value)
        except RuntimeError as problem:
            told.append((str(problem), repr(problem.__cause__), problem.__context__ is problem.__cause__))
    return told


def shown_traceback(function, *args):
    try:
        function(*args)
    except BaseException:
        return [line for line in traceback.format_exc().splitlines() if not line.lstrip().startswith("File")]


# ---- handlers ----

def groups(problem):
    told = []
    try:
        try:
            raise problem
        except* (ValueError, TypeError) as found:
            told.append([type(one).__name__ for one in found.exceptions])
        except* OSError as found:
            told.append(str(found))
            raise KeyError("new")
    except BaseException as left:
        told.append(repr(left))
    return told


def slices(items):
    items[1:3] = "xy"
    copy = items[:]
    copy[:1] += ["z"]
    del copy[-1:]
    return items[1:], copy, items[slice(0, 2)], attempt(lambda: items["a":]), attempt(lambda: items[: object()])


for _ in range(2):
    print(parameters())
    print(texts("name", ["a", "b"]))
    print(supers())
    for line in thrown():
        print(line)
    print(attempt(list, stops("raise")), attempt(list, stops("next")), asyncio.run(ends()))
    print(groups(ExceptionGroup("g", [ValueError(1), OSError("o"), KeyError("k")])), groups(ValueError(1)), groups(KeyError(2)))
    print(slices([1, 2, 3, 4]))
print(shown_traceback(list, stops("raise")))
print(shown_traceback(lambda: next(around([], leaf([]))).missing))
