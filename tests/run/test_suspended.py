"""Every construct, left in its middle in every way: nothing may be left over.

A construct is written once, with HERE where it is left. From each text four functions are made:
HERE is a call that may raise, a `yield`, an `await`, the `yield` of an async generator. The program
leaves each at every HERE that it comes to: by an exception, in a thread, by close, throw, dropping
the object, by cancelling its task. Afterwards the value that all constructs handle has as many
references as before, and the process as many blocks of memory; all references, where Python counts
them (a debug build).
"""
from __future__ import annotations

import re
import textwrap

import pytest

from support import programs

CONSTRUCTS = {
    "operands": "use(m + (HERE + m), -(HERE or m), [m, HERE][0] < m, not HERE)",
    "chain": "use(m < HERE < m, m and HERE or m, (m if HERE else m))",
    "items": "m[HERE] = m\ndel m[HERE]\nuse(m[m][HERE], m.items[0:len([HERE])])",
    "attributes": "(HERE or m).extra = [m]\nuse(m.extra, (HERE or m).value, m.method)\ndel (HERE or m).extra",
    "displays": "use([m, HERE, m], (m, HERE), {'k': m, 'l': HERE, **{'n': [HERE]}}, {1, HERE, 2}, [*m, HERE, *[HERE]])",
    "strings": "use(f'{m}{HERE!r:.3}{m:>{len([HERE])}}', '%s %s' % (m, HERE))",
    "calls": "use(m.method(m, HERE, k=HERE), plain(HERE, m, *[m, HERE], **{'e': HERE}), plain(*[m], x=[HERE]))",
    "method": "use((HERE or m).method(m, [HERE]), [m].append(HERE), sorted([1, 2], key=lambda n, x=HERE: n))",
    "closure": """
        n = [m]
        def inner(a=HERE, *, b: HERE = m):
            nonlocal n
            n = [*n, a, b, m]
            return lambda: n
        use(inner(), HERE, inner()())
    """,
    "class": """
        class Local(base(HERE), key=[m]):
            field = [m]
            def method(self):
                return super().method(m)
        use(Local().method(), HERE)
    """,
    "comprehension": "use([[x, y] for x in (HERE or m) for y in m], {x: m for x in m}, HERE, list(x for x in (HERE or m)))",
    "unpacking": "a, (b, *c) = HERE or m, [m, HERE, m]\nm.first, m.items[0], [d] = m, m, [HERE]\nuse(a, b, c, d)",
    "augmented": "a = [m]\na += [HERE]\nm.items[0] += len([HERE])\nm.count = 1\nm.count += len([HERE])",
    "loops": """
        for x in m:
            for y in [m, HERE]:
                if HERE is None:
                    break
            else:
                continue
            use(x, y)
        else:
            HERE
        while len([m, HERE]) == 2:
            with m:
                for z in m:
                    return use(HERE, z)
    """,
    "handlers": """
        try:
            try:
                raise KeyError(m, HERE)
            except KeyError as problem:
                use(HERE, problem)
                raise TypeError(m) from problem
            finally:
                use(m, HERE)
        except TypeError as problem:
            use(problem, problem.__cause__, HERE)
            try:
                raise
            except TypeError:
                HERE
        else:
            HERE
    """,
    "finally": """
        for i in range(3):
            for x in m:
                try:
                    if i == 0:
                        continue
                    HERE
                    if i == 1:
                        break
                    return use(x, HERE)
                finally:
                    use(m, HERE)
    """,
    "groups": """
        try:
            raise ExceptionGroup('g', [ValueError(m), TypeError(m), KeyError(m)])
        except* ValueError as group:
            use(group, HERE)
        except* TypeError:
            HERE
        except* KeyError as group:
            use([m], group, HERE)
    """,
    "managers": """
        with m as a, (HERE or m) as b:
            use(a, HERE, b)
            with Swallowing():
                use(HERE)
                raise KeyError(m)
    """,
    "assertion": "assert HERE is None or m, [m]\nassert m, HERE",
    "variables": "a = [m, HERE]\ndel a\nglobal SHARED\nSHARED = [m, HERE]\nuse(SHARED, HERE)\nSHARED = None",
    "walrus": "if (a := [m, HERE]) and (b := [a, HERE]):\n    use(a, b, (m := HERE) or b)",
    "patterns": """
        for subject in ([m, HERE], {'k': m, 'l': HERE}, m, 'text'):
            match subject:
                case [a, b] if not HERE:
                    use(a, b)
                case {'k': c, **rest}:
                    use(c, rest, HERE)
                case Marker(value=v, items=[first, *others]):
                    use(v, first, others, HERE)
                case str() as d:
                    use(d, HERE)
    """,
    "imports": "import collections.abc as abc\nfrom os.path import join, split\nuse(abc, join, split, HERE)",
}
# What the others cannot hold.
GENERATOR_ONLY = {
    "delegation": "use([m, (yield from steps(m)), [m, (yield from steps(m))]])\ntry:\n    yield from steps(m)\nfinally:\n    yield m",
}
COROUTINE_ONLY = {
    "async for": "async for x in Steps(m):\n    use(x, HERE)\n    async for y in produce(m):\n        use(y)",
    "async with": "async with Entered(m) as a, Entered([m, HERE]) as b:\n    use(a, b, HERE)",
    "awaits": "use([m, await other(m), [await other([m])]], await asyncio.sleep(0, m))",
    "async comprehension": "use([[x, await other(x)] async for x in Steps(m)], {x async for x in produce(m) if await other(x)})",
}

HEAD = '''
import asyncio
import gc
import sys
import threading
import warnings


class Marker:
    value = 1

    def __init__(self):
        self.items = [1]

    def method(self, *args, **kwargs):
        return self

    def __add__(self, other):
        return self

    __radd__ = __add__

    def __neg__(self):
        return self

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
        return iter((self, self))

    def __lt__(self, other):
        return True

    def __gt__(self, other):
        return True

    def __format__(self, spec):
        return "marker"

    def __repr__(self):
        return "marker"


class Swallowing(Marker):
    def __exit__(self, *details):
        return details[0] is KeyError


class Base:
    def __init_subclass__(cls, key=None):
        cls.key = key

    def method(self, value):
        return [value]


class Steps:
    def __init__(self, m):
        self.left, self.m = 2, m

    def __aiter__(self):
        return self

    async def __anext__(self):
        await pause(self.m)
        if not self.left:
            raise StopAsyncIteration
        self.left -= 1
        return self.m


class Entered:
    def __init__(self, m):
        self.m = m

    async def __aenter__(self):
        return await pause(self.m)

    async def __aexit__(self, *details):
        await pause(self.m)


class Pause:
    def __await__(self):
        return (yield)


def base(value):
    return Base


def use(*values):
    return None


def plain(*args, **kwargs):
    return args, kwargs


def steps(m):
    try:
        got = yield m
        yield [m, got]
    finally:
        use(m)
    return [m]


async def pause(m):
    """Suspends: to the hand that drives, or to asyncio's loop."""
    return await (asyncio.sleep(0) if asyncio._get_running_loop() else Pause())


async def other(m):
    try:
        return [m, await pause(m)]
    finally:
        use(m)


async def produce(m):
    try:
        yield m
        await pause(m)
        yield m
    finally:
        use(m)


SHARED = None
calls = [0, 0]  # of `here`, and the one that fails


def here(m):
    calls[0] += 1
    if calls[0] == calls[1]:
        raise ValueError(m)
'''

TAIL = '''
EXPECTED = (ValueError, KeyError, TypeError, AttributeError, AssertionError, StopIteration, StopAsyncIteration,
            BaseExceptionGroup, RuntimeError, asyncio.CancelledError)


def run_plain(function, m, step):
    calls[:] = 0, step
    try:
        function(m)
    except EXPECTED:
        pass
    return calls[0] >= step


def run_in_thread(function, m, step):
    result = []

    def run():
        result.append(run_plain(function, m, step))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return result[0]


def advance(step, first, again):
    """True when it is still suspended after so many steps."""
    try:
        for i in range(step):
            again(None) if i else first()
    except EXPECTED:
        return False
    return True


def leave(how):
    def run(function, m, step):
        suspended = function(m)
        alive = advance(step, lambda: suspended.send(None), suspended.send)
        try:
            if how == "close":
                suspended.close()
            elif how == "throw":
                suspended.throw(KeyError(m))
            elif how == "send" and step:
                suspended.send(m)
        except EXPECTED:
            pass
        return alive

    run.__name__ = how
    return run


def drive(coroutine):
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        return stop.value


def leave_async(how):
    def run(function, m, step):
        async def consume():
            produced = function(m)
            for i in range(step):
                try:
                    await (produced.asend(m) if i else anext(produced))
                except EXPECTED:
                    return False
            try:
                if how == "close":
                    await produced.aclose()
                elif how == "throw":
                    await produced.athrow(KeyError(m))
            except EXPECTED:
                pass
            return True

        return drive(consume())

    run.__name__ = how
    return run


def cancel(function, m, step):
    async def main():
        task = asyncio.create_task(function(m))
        for _ in range(step):
            await asyncio.sleep(0)
        alive = not task.done()
        task.cancel()
        try:
            await task
        except EXPECTED:
            pass
        return alive

    return loop.run_until_complete(main())


def wait_for(function, m, step):
    async def main():
        try:
            await asyncio.gather(function(m), asyncio.wait_for(function(m), 10), function(m), return_exceptions=False)
        except EXPECTED:
            pass
        return step < 1

    return loop.run_until_complete(main())


WAYS = {
    "plain": [run_plain, run_in_thread],
    "generator": [leave(how) for how in ("close", "throw", "send", "drop")],
    "coroutine": [*(leave(how) for how in ("close", "throw", "send")), cancel, wait_for],
    "asyncgen": [leave_async(how) for how in ("close", "throw", "drop")],
}


def all_references():
    gc.collect()
    return sys.gettotalrefcount() if hasattr(sys, "gettotalrefcount") else sys.getallocatedblocks()


def every_step(run, function, m):
    step = 0
    while run(function, m, step) and step < 60:
        step += 1
    return step


def drift(run, function):
    """What is left over each time: caches and free lists settle sooner or later, a leak does not.

    Exception groups take longest: some five hundred blocks, by chance and under CPython, too.
    """
    m, rounds = Marker(), 6
    steps = every_step(run, function, m)
    gc.collect()
    references = sys.getrefcount(m)
    lost = 0
    for _ in range(100):
        before = all_references()
        for _ in range(rounds):
            every_step(run, function, m)
        lost = all_references() - before
        if lost < rounds:
            break
    else:
        return steps, f"{lost} references or blocks left in {rounds} rounds"
    extra = sys.getrefcount(m) - references
    return steps, f"{extra} references of the value left" if extra else None


def main():
    global loop
    warnings.simplefilter("ignore")  # coroutines that are never awaited
    sys.unraisablehook = lambda unraisable: None  # asynchronous generators that do not end when they are dropped
    loop = asyncio.new_event_loop()
    total = 0
    for kind, functions in FUNCTIONS.items():
        for function in functions:
            for run in WAYS[kind]:
                steps, problem = drift(run, function)
                total += steps
                if problem:
                    print(function.__name__, run.__name__, problem)
    loop.close()
    print({kind: len(functions) for kind, functions in FUNCTIONS.items()}, total > 1000)


main()
'''

KINDS = {
    "plain": ("def", "here(m)", {}),
    "generator": ("def", "(yield m)", GENERATOR_ONLY),
    "coroutine": ("async def", "(await pause(m))", COROUTINE_ONLY),
    "asyncgen": ("async def", "(yield m)", COROUTINE_ONLY),
}


def program_text() -> str:
    parts, names = [HEAD], {}
    for kind, (head, here, more) in KINDS.items():
        names[kind] = []
        for name, body in {**CONSTRUCTS, **more}.items():
            function = f"{kind}_{name.replace(' ', '_')}"
            names[kind].append(function)
            text = textwrap.dedent(body.strip("\n")).replace("HERE", here)
            if kind == "asyncgen":
                text = re.sub(r"return (use\(.*\))", r"\1; return", text)
                text += "\nyield m"
            parts.append(f"{head} {function}(m):\n{textwrap.indent(text, '    ')}\n\n\n")
    listed = ",\n".join(f'    "{kind}": [{", ".join(functions)}]' for kind, functions in names.items())
    return "".join(parts) + f"FUNCTIONS = {{\n{listed},\n}}\n" + TAIL


@pytest.mark.timeout(1200)
def test_nothing_is_left_over(compare):
    compare(programs.make("suspended", program_text()), programs.Run(timeout=900))


if __name__ == "__main__":
    print(program_text())
