# /// compare
# until = 12
# ///
"""Recursion that goes through C at every level, to the limit: the same error, as deep, and nothing is broken after it."""
import copy
import functools
import json
import operator
import sys
import threading


def by_key(n):
    reach(n)
    return sorted([n + 1], key=by_key)


def by_map(n):
    reach(n)
    return list(map(by_map, [n + 1]))


def by_sum(n):
    reach(n)
    return sum(by_sum(k) for k in [n + 1])


def by_comprehension(n):
    reach(n)
    return [by_comprehension(k) for k in [n + 1]]


def by_partial(n):
    reach(n)
    return functools.partial(by_partial, n + 1)()


def by_reduce(n):
    reach(n)
    return functools.reduce(lambda a, b: by_reduce(b), [0, n + 1])


def by_generator(n):
    reach(n)
    yield from by_generator(n + 1)


def by_next(n):
    reach(n)
    yield next(by_next(n + 1))


def by_star(n, *rest, **named):
    reach(n)
    return by_star(*(n + 1, *rest), **named)


def by_caller(n):
    reach(n)
    return operator.call(by_caller, n + 1)


async def by_await(n):
    reach(n)
    return await by_await(n + 1)


def by_send(n):
    return by_await(n).send(None)


class Deep:
    """Every special method asks for itself, one level deeper."""

    def __init__(self, level=0):
        self.level = level

    def deeper(self):
        reach(self.level)
        return Deep(self.level + 1)

    def __getattr__(self, name):
        return getattr(self.deeper(), name)

    def __eq__(self, other):
        return self.deeper() == other

    def __lt__(self, other):
        return max(self.deeper(), other)

    def __hash__(self):
        return hash(self.deeper())

    def __repr__(self):
        return repr([self.deeper()])

    def __str__(self):
        return f"{self.deeper()}"

    def __add__(self, other):
        return self.deeper() + other

    def __getitem__(self, key):
        return self.deeper()[key]

    def __contains__(self, item):
        return item in self.deeper()

    def __iter__(self):
        return iter(self.deeper())

    def __call__(self, *args):
        return self.deeper()(*args)

    def __bool__(self):
        return not self.deeper()

    def __len__(self):
        return len(self.deeper())

    def __enter__(self):
        with self.deeper() as entered:
            return entered

    def __exit__(self, *details):
        return False

    def __setattr__(self, name, value):
        if name == "level":
            object.__setattr__(self, name, value)
        else:
            setattr(self.deeper(), name, value)

    @property
    def prop(self):
        return self.deeper().prop

    @classmethod
    def make(cls, level):
        reach(level)
        return cls.make(level + 1)


class Made:
    def __init__(self, n):
        reach(n)
        self.inner = Made(n + 1)


class MadeByNew:
    def __new__(cls, n):
        reach(n)
        return MadeByNew(n + 1)


class Meta(type):
    def __getattr__(cls, name):
        return cls.missing(0, name)

    def missing(cls, n, name):
        reach(n)
        return type(cls).missing(cls, n + 1, name)


class WithMeta(metaclass=Meta):
    pass


def nested_list(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


CALLS = {
    "key": lambda: by_key(0),
    "map": lambda: by_map(0),
    "sum": lambda: by_sum(0),
    "comprehension": lambda: by_comprehension(0),
    "partial": lambda: by_partial(0),
    "reduce": lambda: by_reduce(0),
    "generator": lambda: list(by_generator(0)),
    "next": lambda: next(by_next(0)),
    "star": lambda: by_star(0, 1, a=2),
    "caller": lambda: by_caller(0),
    "await": lambda: by_send(0),
    "getattr": lambda: Deep().x,
    "eq": lambda: Deep() == 1,
    "lt": lambda: Deep() < 1,
    "hash": lambda: {Deep(): 1},
    "repr": lambda: repr(Deep()),
    "str": lambda: str(Deep()),
    "add": lambda: Deep() + 1,
    "getitem": lambda: Deep()[1],
    "contains": lambda: 1 in Deep(),
    "iter": lambda: [*Deep()],
    "call": lambda: Deep()(1),
    "bool": lambda: 1 if Deep() else 2,
    "len": lambda: len(Deep()),
    "with": lambda: Deep().__enter__(),
    "setattr": lambda: setattr(Deep(), "x", 1),
    "property": lambda: Deep().prop,
    "classmethod": lambda: Deep.make(0),
    "init": lambda: Made(0),
    "new": lambda: MadeByNew(0),
    "meta": lambda: WithMeta.x,
    "repr of lists": lambda: len(repr(nested_list(100_000))),
    "comparison of lists": lambda: nested_list(100_000) == nested_list(100_000),
    "json": lambda: json.dumps(nested_list(100_000)),
    "deepcopy": lambda: copy.deepcopy(nested_list(100_000)),
}

deepest = 0


def reach(n):
    global deepest
    if n > deepest:
        deepest = n


def attempt(call):
    global deepest
    deepest = 0
    try:
        return call()
    except RecursionError as problem:
        # What the message adds depends on which of several equal checks comes first, the depth on
        # one call more or less: the first ones are not specialised under CPython. 19 does not divide
        # depths at a half, a third or a quarter of a limit.
        return str(problem)[:32], deepest * 19 // sys.getrecursionlimit()


def run():
    for limit in (1000, 3000):
        sys.setrecursionlimit(limit)
        for name, call in CALLS.items():
            print(limit, name, attempt(call))
    sys.setrecursionlimit(1000)


run()
threading.stack_size(16 << 20)
thread = threading.Thread(target=run)
thread.start()
thread.join()
