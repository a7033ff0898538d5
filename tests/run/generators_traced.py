"""Generators and coroutines that are suspended and continued with tracing on or off, in every mixture: natively or by the interpreter."""
import sys


class Once:
    """Yields its value once; the result is (value, what was sent)."""

    def __init__(self, value):
        self.value = value

    def __await__(self):
        sent = yield self.value
        return self.value, sent


class Target:
    def __init__(self):
        self.stored = lambda *args, **kwargs: ("stored", args, kwargs)

    def method(self, *args, **kwargs):
        return "method", args, kwargs

    @staticmethod
    def static(*args, **kwargs):
        return "static", args, kwargs


class Manager:
    async def __aenter__(self):
        return await Once("enter")

    async def __aexit__(self, *exc_info):
        await Once("exit")
        return False


async def coroutine(target):
    """Calls that are half made when it is suspended: methods and other callables, arguments, a list."""
    try:
        value = target.method(await Once(1), target.static(await Once(2), key=await Once(3)),
                              [target.stored(await Once(4)), await Once(5)])
        async with Manager():
            for number in [1, 2]:
                value = (value, target.stored(*[await Once(number)], **{"key": await Once(6)}))
        return value
    except KeyError as problem:
        return "key", str(problem), await Once("in the handler")
    finally:
        await Once("at the end")


def generator(count):
    total = 0
    for number in range(count):
        try:
            total += (yield number) or 0
            yield from (item for item in [total, total])
        except ValueError as problem:
            total += (yield "handled", str(problem)) or 100
    return total


events = []


def tracer(frame, event, arg):
    events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno))
    return tracer


def drive(iterator, traced_steps, throws):
    """Step number n runs traced if bit n of traced_steps says so."""
    results = []
    try:
        for step in range(100):
            if traced_steps >> step & 1:
                sys.settrace(tracer)
            try:
                if step in throws:
                    results.append(iterator.throw(throws[step]))
                else:
                    results.append(iterator.send(None if step == 0 else step))
            finally:
                sys.settrace(None)
    except BaseException as problem:
        results.append(repr(problem))
    return results


for traced_steps in range(0, 1 << 12, 5):
    runs = [drive(coroutine(Target()), traced_steps, {}),
            drive(coroutine(Target()), traced_steps, {3: KeyError("k")}),
            drive(coroutine(Target()), traced_steps, {6: ValueError("v")}),
            drive(generator(4), traced_steps, {}),
            drive(generator(4), traced_steps, {1: ValueError("x"), 4: ValueError("y")})]
    if traced_steps % 500 == 0 or traced_steps == 5:
        print(traced_steps, runs, len(events), events[:3], events[-3:])
    events.clear()
