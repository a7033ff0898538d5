"""Reference counts: no construct may leak or lose a reference, whichever way it is left.

Each function takes a value that nothing else shares. It runs many times; afterwards the value has as many
references as before, and as many blocks of memory are in use; as many references in all, where Python counts
them (a debug build).
"""
import asyncio
import gc
import sys


class Value:
    """Does everything, or raises in the method that `fail` names."""

    def __init__(self, fail=""):
        self.fail = fail
        self.items = [1, 2, 3]

    def check(self, name):
        if self.fail == name:
            raise ValueError(name)

    def __add__(self, other):
        self.check("add")
        return Value(self.fail)

    __sub__ = __mul__ = __radd__ = __iadd__ = __add__

    def __neg__(self):
        self.check("neg")
        return Value(self.fail)

    def __lt__(self, other):
        self.check("lt")
        return Truth(self)

    def __eq__(self, other):
        self.check("eq")
        return self is other

    def __hash__(self):
        self.check("hash")
        return id(self)

    def __contains__(self, item):
        self.check("contains")
        return True

    def __getitem__(self, key):
        self.check("getitem")
        return [key]

    def __setitem__(self, key, value):
        self.check("setitem")

    def __delitem__(self, key):
        self.check("delitem")

    def __iter__(self):
        self.check("iter")
        return Iterator(self)

    def __len__(self):
        self.check("len")
        return 3

    def __enter__(self):
        self.check("enter")
        return [self]

    def __exit__(self, *args):
        self.check("exit")
        return self.fail == "swallow"

    async def __aenter__(self):
        self.check("aenter")
        return [self]

    async def __aexit__(self, *args):
        self.check("aexit")
        return self.fail == "swallow"

    def __aiter__(self):
        self.check("aiter")
        return AsyncIterator(self)

    def __call__(self, *args, **kwargs):
        self.check("call")
        return [args, kwargs]

    def __format__(self, spec):
        self.check("format")
        return "formatted" + spec

    def __bool__(self):
        self.check("bool")
        return True

    def __getattr__(self, name):
        if name.startswith("no_"):
            raise AttributeError(name)
        self.check("getattr")
        return [name]

    def method(self, *args):
        self.check("method")
        return list(args)


class Truth:
    def __init__(self, value):
        self.value = value

    def __bool__(self):
        self.value.check("truth")
        return True


class Iterator:
    def __init__(self, value):
        self.value = value
        self.left = 3

    def __iter__(self):
        return self

    def __next__(self):
        if self.left == 1:
            self.value.check("next")
        if self.left == 0:
            raise StopIteration
        self.left -= 1
        return [self.left]


class AsyncIterator:
    def __init__(self, value):
        self.value = value
        self.left = 3

    async def __anext__(self):
        if self.left == 1:
            self.value.check("anext")
        if self.left == 0:
            raise StopAsyncIteration
        self.left -= 1
        return [self.left]


CASES = []


def case(*fails):
    """Registers a function, to be run with each of these ways to fail, and without."""

    def register(function):
        CASES.append((function, ("", *fails)))
        return function

    return register


# ---- expressions ----
@case("add", "neg", "lt", "truth")
def arithmetic(v):
    w = v + v * v - v
    w += v
    x = -v + w
    if v < x < w:
        return (x, w)
    return x


@case("add")
def walrus(v):
    return v + (v := Value()) + v


@case("add", "method")
def rebound_argument(v):
    v.items.append((v := Value(v.fail)).method(v))
    return v + v


@case("eq", "hash", "contains")
def membership(v):
    return v in v, v not in [v], v == [v], v != v, v is v, {v: v}[v], {v, v}


@case("getitem", "setitem", "delitem")
def items(v):
    v[v] = v[0]
    v[1:v] = v[v:2]
    v[1:v:2] = v[::v]
    v[v] += [v]
    del v[v], v[1:2]
    return v[:], v[v], v[-1]


@case("getattr", "bool")
def conditions(v):
    return (v and v.other) or v, v if not v else v.items, not v, v.a.__len__() and v or None


@case("format")
def strings(v):
    return f"{v}{v!r:>20}{v:{v}}{'x'}{v.items!s}"


@case("hash", "iter", "next", "len")
def displays(v):
    a = [v, *v, v]
    b = (v, *v)
    c = {v, *[v, 1]}
    d = {"a": v, **{"b": v}, v: v}
    return a, b, c, d, {"x": v, "y": v}, v.items[0:2]


@case("iter", "next", "add")
def comprehensions(v):
    return (
        [w for w in v],
        {str(w): v for w in v},
        {str(w) for w in v if w},
        [v + v for w in v for x in v],
        sum(1 for w in v if v),
        [lambda: w for w in v],
    )


@case("iter", "next")
def unpacking(v):
    a, b, c = v
    d, *e = v
    *f, g = v
    (h, i), [j, *k] = ([v, v], v)
    v.first, v.items[0], l = v
    return a, b, c, d, e, f, g, h, i, j, k, l


@case()
def wrong_unpacking(v):
    results = []
    for count in range(5):
        try:
            a, b, c = [v] * count
        except ValueError as error:
            results.append(str(error))
        try:
            a, *b, c = [v] * count
        except ValueError as error:
            results.append(str(error))
    return results


# ---- calls ----
def plain(a, b=None, *, c=None):
    return [a, b, c]


def many(*args, **kwargs):
    return args, kwargs


@case("call", "method", "iter")
def calls(v):
    plain(v), plain(v, v), plain(v, c=v), plain(b=v, a=v)
    many(v, *v, v, x=v, **{"y": v})
    v(v, v, key=v), v.method(v), v.method(*[v], **{})
    str.upper("a"), [v].append(v), max([v], key=lambda w: w.items)
    return many(*[v, v]), len([v])


@case()
def wrong_calls(v):
    texts = []
    for call in (
        lambda: plain(),
        lambda: plain(v, v, v),
        lambda: plain(v, d=v),
        lambda: plain(v, a=v),
        lambda: many(*5),
        lambda: many(**[v]),
        lambda: many(**{1: v}),
        lambda: v.no_such(v),
        lambda: v.items(v),
    ):
        try:
            call()
        except (TypeError, AttributeError) as error:
            texts.append(str(error))
    return texts


@case("add")
def closures(v):
    w = v

    def inner(x=v, *, y=v):
        nonlocal w
        w = w + x
        return w, y, v

    inner()
    del v
    try:
        inner()
    except NameError:
        pass
    return inner


@case("method")
def classes(v):
    class Base:
        attribute = v

        def method(self):
            return v, __class__

    class Derived(Base):
        def method(self):
            return super().method(), super(Derived, self).attribute

    return Derived().method(), v.method(v)


# ---- variables ----
@case()
def unset(v):
    for name in range(3):
        try:
            if name == 0:
                del w
            elif name == 1:
                w
            else:
                x = v
                del x
                x
        except UnboundLocalError as error:
            str(error)
        w = v
        del w


@case("add")
def globals_(v):
    global shared
    shared = v
    try:
        shared += v
    finally:
        del shared
    try:
        shared
    except NameError:
        pass


# ---- loops ----
@case("iter", "next", "add")
def loops(v):
    for w in v:
        for x in v:
            if x == [0]:
                break
            if x == [2]:
                continue
            v + v
        else:
            return w
    else:
        w = v
    while v:
        if w:
            break
    for w, (x, y) in [(v, (v, v))]:
        return [w for _ in (v, v)]


@case("next")
def return_from_loop(v):
    for w in v:
        for x in [v]:
            with v as y:
                return w, x, y


# ---- exceptions ----
@case("add", "method", "truth")
def handlers(v):
    try:
        try:
            v.method(v)
            v + v
        except KeyError:
            raise
        except (ValueError, TypeError) as error:
            raise RuntimeError(v) from error
        else:
            v < v
        finally:
            v.items = [v.items]
            v.items = v.items[0]
    except RuntimeError as error:
        return str(type(error.__cause__))


@case("add")
def control_through_finally(v):
    for i in range(4):
        try:
            if i == 0:
                continue
            if i == 1:
                v + v
            if i == 3:
                return v
        finally:
            if i == 2:
                break
    return [v]


@case("add")
def reraising(v):
    try:
        try:
            raise KeyError(v)
        except KeyError as error:
            v + v
            raise error
    except KeyError:
        try:
            raise
        except KeyError as again:
            return again.args


@case("add", "method")
def groups(v):
    try:
        raise ExceptionGroup("g", [ValueError(v), KeyError(v), OSError()])
    except* ValueError as error:
        v + v
        error.exceptions
    except* (KeyError, OSError):
        v.method()


@case("enter", "exit", "add", "swallow")
def with_statements(v):
    with v as a, v as [b]:
        v + v
        if v.fail == "swallow":
            raise KeyError(v)
    return [v]


@case()
def assertions(v):
    try:
        assert not v, [v]
    except AssertionError as error:
        return error.args


# ---- generators ----
def generator(v):
    try:
        with v as a:
            for w in v:
                got = yield [w, v]
                yield v + got if got else got
    finally:
        v.items = list(v.items)


def delegating(v):
    result = yield from generator(v)
    yield v.method(v, (yield [v]), *[(yield v)])
    return result


@case("iter", "next", "enter", "exit", "add", "swallow")
def generators(v):
    for make in (generator, delegating):
        list(make(v))
        g = make(v)
        next(g)
        g.close()
        g = make(v)
        g.send(None)
        g.send(v)
        try:
            g.throw(KeyError(v))
        except (KeyError, StopIteration):
            pass
        g = make(v)
        next(g), next(g)
        del g
        g = make(v)
        g.close()
        g = make(v)
        try:
            g.throw(KeyError)
        except KeyError:
            pass


@case("method")
def pending_stack(v):
    def inner():
        return v.method(v, (yield v), [v, (yield [v])], f"{v}{(yield 1)}", x=(yield 2))

    for steps in range(5):
        g = inner()
        for _ in range(steps):
            next(g)
        if steps == 3:
            g.close()
        elif steps == 4:
            try:
                g.throw(KeyError(v))
            except KeyError:
                pass


# ---- coroutines ----
class Suspend:
    def __await__(self):
        return (yield self)


async def coroutine(v):
    async with v as a:
        async for w in v:
            await Suspend()
            v + v
    return [x async for x in v if await other(v)]


async def other(v):
    try:
        await Suspend()
        return v.method(v, await another(v))
    finally:
        v.items = list(v.items)


async def another(v):
    return [v]


async def async_generator(v):
    try:
        async for w in v:
            got = yield [w, v]
            await Suspend()
    finally:
        await another(v)


def run(coroutine, limit=1000):
    try:
        for _ in range(limit):
            coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    finally:
        try:
            coroutine.close()
        except RuntimeError:
            pass  # "ignored GeneratorExit", of a manager that swallows it


@case("aenter", "aexit", "aiter", "anext", "add", "method", "swallow")
def coroutines(v):
    run(coroutine(v))
    for limit in range(6):
        run(coroutine(v), limit)


@case("aiter", "anext")
def async_generators(v):
    async def consume(count):
        g = async_generator(v)
        async for w in g:
            count -= 1
            if count == 0:
                break
        await g.aclose()
        g = async_generator(v)
        await g.asend(None)
        try:
            await g.athrow(KeyError(v))
        except KeyError:
            pass
        return [w async for w in async_generator(v)]

    for count in range(3):
        run(consume(count))
        run(consume(count), 2)


@case("aenter")
def tasks(v):
    async def sleeper():
        async with v:
            await asyncio.sleep(10)

    async def main():
        task = asyncio.create_task(sleeper())
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except (asyncio.CancelledError, ValueError):
            pass

    asyncio.run(main())


# ---- match ----
class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y


@case("eq")
def patterns(v):
    results = []
    for subject in (v, [v, 1], {"a": v, "b": v}, Point(v, v), Point(1, v), "text", (v, [v, v, v])):
        match subject:
            case {"a": w, **rest}:
                results.append((w, rest))
            case Point(x=1, y=w) | Point(1, w):
                results.append(w)
            case Point(x, y=Value() as y) if x is y:
                results.append((x, y))
            case [Value() as w, [x, *y]]:
                results.append((w, x, y))
            case [_, *w]:
                results.append(w)
            case str() as w:
                results.append(w)
            case w:
                results.append(w == 1)
    return results


# ---- running ----
def once(function, fail):
    value = Value(fail)
    before = sys.getrefcount(value), sys.getrefcount(value.items)
    try:
        function(value)
    except (ValueError, KeyError, ExceptionGroup):
        pass
    gc.collect(0)
    after = sys.getrefcount(value), sys.getrefcount(value.items)
    return before, after, value


def blocks(function, fail, rounds):
    for _ in range(rounds):
        once(function, fail)
    gc.collect()
    return sys.gettotalrefcount() if hasattr(sys, "gettotalrefcount") else sys.getallocatedblocks()


def singletons():
    return [sys.getrefcount(x) for x in (None, True, False, 0, 1, (), "", Value, plain, Iterator)]


def growth(function, fail):
    """What is left over each time: caches and freelists settle after a few times, a leak does not."""
    for _ in range(8):
        counts = singletons()
        more = -blocks(function, fail, 5) + blocks(function, fail, 50)
        drift = [b - a for a, b in zip(counts, singletons())]
        if more <= 20 and max(drift) <= 20:
            return None
    return more, drift


def main():
    for function, fails in CASES:
        for fail in fails:
            blocks(function, fail, 5)
            before, after, _ = once(function, fail)
            if before != after:
                gc.collect()
                print(function.__name__, fail, "references of the value", before, after)
            if function in (groups, classes, tasks):
                continue  # None and what asyncio keeps vary there under CPython, too
            left = growth(function, fail)
            if left is not None:
                print(function.__name__, fail, "blocks and shared objects", left)
    print(len(CASES), "constructs")


if __name__ == "__main__":
    main()
