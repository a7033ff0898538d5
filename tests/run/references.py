"""Every construct, many times, in every way it can end: no block of memory and no reference may be left over."""
import asyncio
import gc
import sys
import threading


class Marker:
    """Counted by its references: what every construct handles."""

    value = 1

    def __init__(self):
        self.items = [1, 2, 3]

    def method(self, *args, **kwargs):
        return self

    def __add__(self, other):
        return self

    __radd__ = __iadd__ = __add__

    def __enter__(self):
        return self

    def __exit__(self, *details):
        return False

    def __getitem__(self, key):
        return self

    def __setitem__(self, key, value):
        pass

    def __delitem__(self, key):
        pass

    def __iter__(self):
        yield self
        yield self

    def __bool__(self):
        return True

    def __format__(self, spec):
        return "marker"

    def __lt__(self, other):
        return True

    def __contains__(self, item):
        return False

    def __await__(self):
        yield self
        return self

    def __aiter__(self):
        return AsyncSteps(self)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *details):
        return False


class AsyncSteps:
    def __init__(self, marker):
        self.left, self.marker = 2, marker

    async def __anext__(self):
        if not self.left:
            raise StopAsyncIteration
        self.left -= 1
        return self.marker


class Failing(Marker):
    """The same, and everything fails."""

    def fail(self, *args):
        raise ValueError(self)

    __add__ = __radd__ = __iadd__ = __getitem__ = __setitem__ = __delitem__ = __iter__ = __bool__ = __format__ = fail
    __lt__ = __contains__ = __enter__ = method = __await__ = __aiter__ = fail


class FailingLate(Marker):
    """Fails at the second step, or when it is left."""

    def __iter__(self):
        yield self
        raise ValueError(self)

    def __exit__(self, *details):
        raise ValueError(self)

    async def __aexit__(self, *details):
        raise ValueError(self)


GLOBAL = Marker()
CONSTRUCTS = []


def construct(function):
    CONSTRUCTS.append(function)
    return function


@construct
def arithmetic(m):
    a = m + m
    a += m
    return a, -1 + len(m.items), m < m, not m


@construct
def chain(m):
    return m < m < m and m or m


@construct
def conditional(m):
    return (m if m else None), (m and [m])


@construct
def items(m):
    m[m] = m
    del m[1]
    return m[m], m.items[0:2], m.items[-1]


@construct
def attributes(m):
    m.extra = m.items
    a = m.extra
    del m.extra
    return a, m.value, m.method


@construct
def missing_attribute(m):
    return m.items, m.missing


@construct
def displays(m):
    return [m, m], (m, m), {"k": m, **{"l": m}}, {1, 2, *[3]}, [*m.items, m], (*m.items, m), [m, *m]


@construct
def comprehensions(m):
    return [x for x in m], {id(x): x for x in m}, {id(x) for x in m}, list(x for x in m if x), [[x, y] for x in m for y in m.items]


@construct
def strings(m):
    text = "a"
    for i in range(5):
        text += str(i)
    return f"{m}{m!r:.3}{text:>10}", "%s" % text, text.upper()


@construct
def calls(m):
    def inner(a, b=m, *rest, c=m, **more):
        return a, b, rest, c, more

    return inner(m), inner(m, m, m, c=m, d=m), inner(*[m, m], **{"e": m}), m.method(m, k=m), m.method(*[m])


@construct
def bad_calls(m):
    return m.method(m, len(m, m))


@construct
def closures(m):
    n = m

    def outer():
        nonlocal n

        def inner():
            return n, m

        n = inner()
        return inner

    return outer()()


@construct
def lambdas(m):
    return (lambda x, y=m: (x, y, m))(m)


@construct
def unpacking(m):
    a, b = m
    (c, *d), e = [m, m, m], m
    for f, g in [(m, m)]:
        pass
    return a, b, c, d, e, f, g


@construct
def bad_unpacking(m):
    a, b, c = m
    return a


@construct
def loops(m):
    for x in m:
        for y in m.items:
            if y == 2:
                break
        else:
            continue
        if x is None:
            return x
    else:
        return m
    return y


@construct
def return_from_loop(m):
    for x in m:
        for y in m.items:
            return x, y


@construct
def while_loop(m):
    n = 0
    while m and n < 3:
        n += 1
        if n == 2:
            continue
    return n


@construct
def handlers(m):
    try:
        raise KeyError(m)
    except KeyError as problem:
        try:
            m + m
            raise TypeError(m) from problem
        except TypeError as second:
            return second.__cause__ is problem
        finally:
            m.items
    finally:
        m.value


@construct
def finally_return(m):
    for x in m:
        try:
            raise KeyError(m)
        finally:
            return x


@construct
def finally_continue(m):
    for x in [m, m]:
        try:
            if x:
                continue
        finally:
            m.value
    try:
        return m
    finally:
        m + m


@construct
def reraise(m):
    try:
        try:
            raise KeyError(m)
        except (ValueError, KeyError):
            raise
    except KeyError as e:
        raise TypeError(m) from e


@construct
def groups(m):
    try:
        raise ExceptionGroup("g", [ValueError(m), TypeError(m), KeyError(m)])
    except* ValueError as group:
        group.exceptions
    except* TypeError:
        m + m


@construct
def managers(m):
    with m as a, m as b:
        a + b
    with m:
        return a


@construct
def manager_fails(m):
    with m as a:
        raise KeyError(a)


@construct
def assertions(m):
    assert m, m
    assert not m, m


@construct
def class_bodies(m):
    class Looping:
        held = m
        for x in m:
            held = held + x
        del x

        def get(self, default=held):
            return __class__, default, m

    return Looping().get()


@construct
def deletion(m):
    a = m
    del a
    return a


@construct
def global_names(m):
    global GLOBAL
    GLOBAL = m
    GLOBAL = None
    return undefined_name


@construct
def walrus(m):
    if (a := m) and (b := a + m):
        return a, b


@construct
def patterns(m):
    result = []
    for subject in ([m, m], {"k": m, "l": m}, m, (1, m), "text", 5):
        match subject:
            case [a, b] if a:
                result.append((a, b))
            case {"k": c, **rest}:
                result.append((c, rest))
            case Marker(value=v, items=[first, *others]):
                result.append((v, first, others))
            case str() | int() as d:
                result.append(d)
    return result


@construct
def classes(m):
    class Local(Marker):
        field = m

        def __init__(self):
            super().__init__()
            self.field = m

        @property
        def prop(self):
            return self.field

        @classmethod
        def make(cls):
            return cls()

    return Local.make().prop + m


@construct
def imports(m):
    import collections.abc as a
    from os.path import join, exists

    return a, join, exists, m + m


def generator(m):
    try:
        a = yield m
        for x in m:
            yield x, a
        b = yield from sub(m)
        return b
    finally:
        m.value


def sub(m):
    with m:
        yield m
        yield m
    return m


@construct
def generator_to_end(m):
    return list(generator(m))


@construct
def generator_closed(m):
    for steps in range(6):
        g = generator(m)
        for _ in range(steps):
            next(g, None)
        g.close()


@construct
def generator_dropped(m):
    for steps in range(6):
        g = generator(m)
        for _ in range(steps):
            next(g, None)


@construct
def generator_thrown(m):
    for steps in range(6):
        g = generator(m)
        for _ in range(steps):
            next(g, None)
        try:
            g.throw(KeyError(m))
        except KeyError:
            pass


@construct
def generator_sent(m):
    g = generator(m)
    next(g)
    return g.send(m), g.gi_frame.f_locals


async def agen(m):
    async with m:
        yield m
        async for x in m:
            yield x


async def work(m):
    a = await asyncio.sleep(0, m)
    async with m as b:
        async for c in agen(m):
            b + c
    d = [x async for x in agen(m)]
    e = [await asyncio.sleep(0, x) for x in [a, b]]
    return d, e


@construct
def coroutine_by_hand(m):
    async def outer():
        return await m

    c = outer()
    c.send(None)
    try:
        c.send(m)
    except StopIteration as stop:
        return stop.value


@construct
def coroutine_closed(m):
    async def outer():
        try:
            await m
        finally:
            m.value

    c = outer()
    c.send(None)
    c.close()


@construct
def in_thread(m):
    result = []

    def run():
        try:
            result.append(arithmetic(m))
        except ValueError as problem:
            result.append(problem)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return result


@construct
def recursion(m):
    def down(n):
        if n == 0:
            return m + m
        return down(n - 1)

    return down(20)


def endless(m):
    return endless(m) + m


def tasks(m):
    async def main():
        results = await asyncio.gather(work(m), work(m), return_exceptions=True)
        task = asyncio.create_task(work(m))
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
        except ValueError:
            pass
        half = agen(m)
        try:
            await half.__anext__()
        finally:
            await half.aclose()
        return len(results)

    return main()


WATCHED = [None, True, False, 1, "k", ValueError, Marker, Failing, KeyError, int, GLOBAL]


def state():
    gc.collect()
    all_references = sys.gettotalrefcount() if hasattr(sys, "gettotalrefcount") else 0
    return [sys.getrefcount(x) for x in WATCHED], sys.getallocatedblocks() + all_references


def attempt(function, marker):
    try:
        function(marker)
    except (ValueError, KeyError, TypeError, AttributeError, NameError, AssertionError, ExceptionGroup, RuntimeError):
        pass


def drift(function, kind, rounds=20):
    marker = kind()
    for _ in range(rounds):
        attempt(function, marker)
    for _ in range(8):  # caches, interned names, freelists settle after a few
        before_references, before = state()
        for _ in range(rounds):
            attempt(function, marker)
        references, blocks = state()
        lost = [(repr(w)[:30], new - old) for w, old, new in zip(WATCHED, before_references, references)
                if new - old >= rounds]
        if not lost and blocks - before < rounds:
            break
    else:
        return f"{function.__name__} with {kind.__name__}: blocks {blocks - before} in {rounds} rounds, references {lost}"
    extra = sys.getrefcount(marker) - 2
    return f"{function.__name__} with {kind.__name__}: {extra} references left" if extra else None


def main():
    sys.setrecursionlimit(300)
    found = []
    for function in CONSTRUCTS:
        for kind in (Marker, Failing, FailingLate):
            found.append(drift(function, kind))
    for kind in (Marker, Failing, FailingLate):
        loop = asyncio.new_event_loop()
        found.append(drift(lambda m: loop.run_until_complete(tasks(m)), kind, 10))
        loop.close()
    found.append(drift(lambda m: attempt(endless, m), Marker, 10))
    for line in filter(None, found):
        print(line)
    print(len(CONSTRUCTS), "constructs")


main()
