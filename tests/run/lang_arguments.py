"""Arguments to parameters, by each way of calling, when sites are new, hot and after changes."""
import asyncio
import gc
import sys

CALLS = []


class Logged:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name

    def __del__(self):
        CALLS.append(f"del {self.name}")


def said():
    text = " ".join(CALLS)
    CALLS.clear()
    return text


def plain(a, b=2, c=3):
    return a, b, c


def many(a, b=1, c=2, d=3, e=4, f=5, g=6, h=7, i=8, j=9, k=10, l=11, m=12, n=13):
    return a, b, c, d, e, f, g, h, i, j, k, l, m, n


def only(a, *, b, c=3):
    return a, b, c


def first(a, b=2, /, c=3, *, d=4):
    return a, b, c, d


def rest(a, b=2, *others):
    return a, b, others


def words(a=1, **others):
    return a, others


def both(a, b=2, *others, c=3, **more):
    return a, b, others, c, more


def nothing():
    return ()


def anything(*others, **more):
    return others, more


def cells(a, b=2, *others, c=3, **more):
    return (lambda: (a, b, others, c, more))()


def steps(a, b=2, *others, c=3, **more):
    yield a
    yield b, others, c, more


def cell_steps(a, b=2, *others, c=3, **more):
    yield (lambda: (a, b, others, c, more))()


async def awaited(a, b=2, *others, c=3, **more):
    return a, b, others, c, more


class Made:
    def __init__(self, a, b=2, *others, c=3, **more):
        self.all = a, b, others, c, more

    def __repr__(self):
        return "made"

    def method(self, a, b=2, *, c=3):
        return a, b, c

    def any(self, *others, **more):
        return others, more

    @classmethod
    def of(cls, a, b=2):
        return cls.__name__, a, b

    @staticmethod
    def alone(a, b=2):
        return a, b

    def __call__(self, a, b=2, **more):
        return a, b, more


MADE = Made(0)
FUNCTIONS = [plain, many, only, first, rest, words, both, nothing, anything, cells, MADE.method, MADE.any, Made.of,
             Made.alone, MADE, lambda *a, **k: list(steps(*a, **k)), lambda *a, **k: list(cell_steps(*a, **k)),
             lambda *a, **k: asyncio.run(awaited(*a, **k)), lambda *a, **k: Made(*a, **k).all]
WAYS = {
    "0": lambda f: f(),
    "1": lambda f: f(10),
    "2": lambda f: f(10, 20),
    "3": lambda f: f(10, 20, 30),
    "5": lambda f: f(10, 20, 30, 40, 50),
    "14": lambda f: f(10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140),
    "a": lambda f: f(a=10),
    "b": lambda f: f(10, b=20),
    "c": lambda f: f(10, c=30),
    "d": lambda f: f(10, d=40),
    "b, c": lambda f: f(10, c=30, b=20),
    "a twice": lambda f: f(10, a=20),
    "x": lambda f: f(10, x=1, y=2),
    "all": lambda f: f(c=3, b=2, a=1),
    "*": lambda f: f(*(10, 20)),
    "* empty": lambda f: f(*()),
    "**": lambda f: f(10, **{"b": 20, "c": 30}),
    "** new names": lambda f: f(10, **{"".join(["b"]): 20, "x" + str(1): 1}),
    "** and b": lambda f: f(10, b=1, **{"".join(["b"]): 20}),
    "** no name": lambda f: f(10, **{1: 2}),
    "* and **": lambda f: f(*[10], **{"c": 30}),
}


def attempt(way, function):
    try:
        return repr(way(function))
    except TypeError as problem:
        return f"TypeError: {problem}"


for name, way in WAYS.items():
    for number, function in enumerate(FUNCTIONS):
        seen = {attempt(way, function) for _ in range(3)}
        print(name, number, *sorted(seen))

print("-- each site with one function")


def one_site_each(x):
    return (plain(x), plain(x, 5), plain(x, 5, 6), plain(x, c=7), plain(c=1, a=x), only(x, b=1), only(x, c=1, b=2),
            first(x), first(x, 9, d=1), rest(x), rest(x, 1, 2, 3), words(), words(x), words(z=x), both(x, 1, 2, c=5, q=6),
            anything(), anything(x), anything(k=x), anything(x, x, k=x), cells(x), cells(x, 1, 2, y=3), list(steps(x)),
            list(steps(x, 1, 2, c=4, e=5)), next(cell_steps(x, q=1)), asyncio.run(awaited(x, 5, 6, u=7)),
            MADE.method(x), MADE.method(x, c=9), MADE.any(x, k=1), Made(x).all, Made(x, 1, 2, z=3).all, MADE(x, r=1),
            Made.of(x), Made.alone(x), many(x), many(x, 1), many(x, n=0))


for x in range(4):
    print(one_site_each(x))

print("-- defaults that change")


def change(x):
    return attempt(lambda f: f(x), plain), attempt(lambda f: f(x, c=1), plain), attempt(lambda f: f(x, b=0), only)


def change_here(x):
    return plain(x), only(x, b=0)


print([change(x) for x in range(3)], [change_here(x) for x in range(3)])
plain.__defaults__, only.__kwdefaults__ = ("new", "newer"), {"c": "newest"}
print([change(x) for x in range(3)], [change_here(x) for x in range(3)])
plain.__defaults__, only.__kwdefaults__ = ("all", "the", "same"), {"c": 1, "b": 2, "unknown": 3}
print([change(x) for x in range(3)], [change_here(x) for x in range(3)], attempt(lambda f: f(), plain))
plain.__defaults__, only.__kwdefaults__ = ("last",), {}
print([change(x) for x in range(3)])
plain.__defaults__ = only.__kwdefaults__ = None
print([change(x) for x in range(3)])
for change_it in (change_here,):
    try:
        change_it(1)
    except TypeError as problem:
        print(problem)
plain.__defaults__ = (2, 3)
plain.__code__ = first.__code__.replace(co_name="other")
print(attempt(lambda f: f(1), plain), attempt(lambda f: f(1, 2, 3), plain))

print("-- references")


def keeps(a, b=None, *others, c=None, **more):
    CALLS.append("in")
    del a
    CALLS.append("a gone")
    del others
    CALLS.append("others gone")
    more.clear()
    CALLS.append("more gone")


for _ in range(2):
    keeps(Logged("a"))
    print(said())
    keeps(Logged("a"), Logged("b"), Logged("x"), Logged("y"), c=Logged("c"), z=Logged("z"))
    print(said())
    keeps(Logged("a"), z=Logged("z"), **{"w": Logged("w")})
    print(said())
    keeps(*[Logged("a"), Logged("b"), Logged("x")])
    print(said())
    try:
        only(Logged("a"), Logged("too many"), b=Logged("b"))
    except TypeError:
        CALLS.append("caught")
    print(said())
    try:
        only(Logged("a"), c=Logged("c"))
    except TypeError:
        CALLS.append("caught")
    print(said())


class Keeps:
    def __init__(self, a, b=None, *others, c=None, **more):
        keeps(a, b, *others, c=c, **more)
        a = b = c = None
        del others, more
        CALLS.append("all gone")

    def __del__(self):
        CALLS.append("del made")


class Positional:
    def __init__(self, a, b):
        a = None
        CALLS.append("a gone")
        del b
        CALLS.append("b gone")


def refused(function):
    """In which order arguments that do not fit die: as their places are taken and cleared."""
    for call in (lambda f: f(Logged("1"), Logged("2"), Logged("3"), x=Logged("x"), y=Logged("y")),
                 lambda f: f(Logged("1"), Logged("2"), Logged("3"), c=Logged("c"), a=Logged("a"), x=Logged("x")),
                 lambda f: f(x=Logged("x"), c=Logged("c"), b=Logged("b")),
                 lambda f: f(Logged("1"), c=Logged("c"), b=Logged("b"), d=Logged("d")),
                 lambda f: f(Logged("1"), c=Logged("c"), d=Logged("d"), a=Logged("a"), b=Logged("b")),
                 lambda f: f(*[Logged("1"), Logged("2"), Logged("3"), Logged("4")]),
                 lambda f: f(Logged("1"), **{"".join(["w", "ord"]): Logged("w")})):
        not_made(lambda: call(function))


class Unfinished:
    def __init__(self, a):
        a = 1 / 0

    def __del__(self):
        CALLS.append("del unfinished")


def not_made(make):
    try:
        make()
    except (TypeError, ZeroDivisionError) as problem:
        CALLS.append(type(problem).__name__)
    print(said())


for _ in range(3):
    Keeps(Logged("a"))
    print(said())
    Keeps(Logged("a"), Logged("b"), Logged("x"), c=Logged("c"), z=Logged("z"))
    print(said())
    if sys.version_info < (3, 13):  # there it depends on whether the call is specialised already
        Positional(Logged("a"), Logged("b"))
        print(said())
    Positional(Logged("a"), b=Logged("b"))
    print(said())
    not_made(lambda: Unfinished(Logged("a")))
    not_made(lambda: Unfinished(Logged("a"), Logged("b"), c=Logged("c")))
    not_made(lambda: Positional(Logged("a"), c=Logged("c")))
    for function in (only, first, rest, words, both, nothing, anything, cells, steps, MADE.any, Keeps):
        refused(function)

value = Logged("counted")


def count(*others, **more):
    return sys.getrefcount(value)


def counts(a=None, *, b=None):
    return sys.getrefcount(value)


for _ in range(3):
    before = sys.getrefcount(value)
    attempt(lambda f: f(value, nothing=value), only)
    attempt(lambda f: f(value, value, value), only)
    attempt(lambda f: f(value, a=value), words)
    for way in WAYS.values():
        for function in (anything, words, both, cells, MADE.any, MADE):
            attempt(lambda f: way(lambda *a, **k: f(value, *a, value=value, **k)), function)
    print(sys.getrefcount(value) - before, count(value) > counts(), counts(value, b=value) > counts())

print("-- at the limit")


def deep(n, step=1, *, more=0, **rest):
    return deep(n + step, more=more, **rest)


async def deeper(n, *rest):
    return await deeper(n + 1, *rest)


for call in (lambda: deep(0), lambda: deep(0, more=1, x=2), lambda: asyncio.run(deeper(0, 1))):
    try:
        call()
    except RecursionError as problem:
        print(type(problem).__name__)


def generators_at_the_limit(n, *rest):
    try:
        return generators_at_the_limit(n + 1, *rest)
    except RecursionError:
        try:
            return steps(n, 1, 2)
        except RecursionError:
            return None


print(type(generators_at_the_limit(0, 1)))
sys.set_coroutine_origin_tracking_depth(1)
tracked = awaited(1, 2, 3, k=4)
print(tracked.cr_origin is not None)
tracked.close()
sys.set_coroutine_origin_tracking_depth(0)
gc.collect()
print(said())
