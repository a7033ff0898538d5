"""Every way through try, finally, with and except*: values, context, and the places that tracebacks show."""
import sys

log = []


def show(function, *args):
    """The result or the chain of exceptions with the places of their tracebacks; then the log."""
    try:
        outcome = function(*args)
    except BaseException as problem:
        outcome = []
        while problem is not None:
            places, entry = [], problem.__traceback__
            while entry is not None:
                code = entry.tb_frame.f_code
                places.append((code.co_name, entry.tb_lineno - code.co_firstlineno))
                entry = entry.tb_next
            outcome.append((repr(problem), places[1:], problem.__suppress_context__))
            problem = problem.__cause__ or problem.__context__
    print(function.__name__, args, outcome, log, sys.exc_info())
    log.clear()


def ways_out(way):
    for number in range(3):
        try:
            if way == "return":
                return "returned", number
            if way == "continue":
                continue
            if way == "break":
                break
            if way == "handled":
                1 / 0
            if way == "raised":
                raise KeyError(number)
            log.append(number)
        except ZeroDivisionError as problem:
            log.append(repr(problem))
            if number == 1:
                raise ValueError("second") from problem
        finally:
            log.append(("finally", number))
            if way == "overridden" and number == 1:
                return "override"
    else:
        log.append("else")
    return "end"


for way in ("return", "continue", "break", "handled", "raised", "overridden", "plain"):
    show(ways_out, way)


def nested():
    try:
        try:
            raise ValueError(1)
        except ValueError:
            try:
                raise KeyError(2)
            except KeyError:
                raise TypeError(3)
            finally:
                log.append(repr(sys.exc_info()[1]))
    finally:
        log.append(repr(sys.exc_info()[1]))


def raised_again():
    try:
        {}["x"]
    except KeyError as first:
        try:
            raise
        except KeyError as second:
            assert first is second
            raise second from None


def nothing_to_raise():
    raise


show(nested)
show(raised_again)
show(nothing_to_raise)


def groups(kind):
    try:
        try:
            if kind == "mixed":
                inner = ExceptionGroup("inner", [TypeError(3), ValueError(4)])
                raise ExceptionGroup("outer", [ValueError(1), KeyError(2), inner])
            if kind == "naked":
                raise ValueError("naked")
            if kind == "other":
                raise OSError("no group")
            if kind == "unmatched":
                raise ExceptionGroup("outer", [OSError(1)])
        except* ValueError as problem:
            log.append(repr(problem))
            if kind == "mixed":
                raise RuntimeError("new")
        except* (TypeError, KeyError) as problem:
            log.append(repr(problem))
        else:
            log.append("else")
        finally:
            log.append("finally")
    except BaseException as problem:
        log.append((repr(problem), repr(problem.__context__), repr(sys.exc_info()[1])))


for kind in ("mixed", "naked", "other", "unmatched", "none"):
    show(groups, kind)


class Manager:
    def __init__(self, name, swallow=False, fails=None):
        self.name, self.swallow, self.fails = name, swallow, fails

    def __enter__(self):
        log.append(("enter", self.name))
        if self.fails == "enter":
            raise ValueError("enter")
        return self

    def __exit__(self, kind, value, traceback):
        log.append(("exit", self.name, kind and kind.__name__, str(value)))
        if self.fails == "exit":
            raise ValueError("exit")
        return self.swallow

    async def __aenter__(self):
        await Once()
        return self.__enter__()

    async def __aexit__(self, *exc_info):
        swallow = self.__exit__(*exc_info)
        await Once()
        return swallow


class Once:
    def __await__(self):
        return (yield self)


def managed(way):
    fails = way if way in ("exit", "enter") else None
    for number in range(2):
        with Manager(1, swallow=way == "swallowed"), Manager(2, fails=fails) as manager:
            if way == "continue":
                continue
            if way == "return":
                return manager.name
            if way == "break":
                break
            raise KeyError(number)
    return "after"


async def awaited(way):
    for number in range(2):
        async with Manager(1, swallow=way == "swallowed"), Manager(2, fails=way if way == "exit" else None):
            if way == "continue":
                continue
            if way == "return":
                return await Once()
            raise KeyError(await Once())
    return "after"


def drive(way, throw_at):
    coroutine = awaited(way)
    try:
        for step in range(30):
            if step == throw_at:
                coroutine.throw(LookupError("thrown"))
            else:
                coroutine.send(None if step == 0 else step)
    except StopIteration as done:
        return done.value


for way in ("continue", "return", "break", "swallowed", "exit", "enter", "raised"):
    show(managed, way)
for way in ("continue", "return", "swallowed", "exit", "raised"):
    for throw_at in range(1, 7):
        show(drive, way, throw_at)


def unbound():
    if log:
        late = 1
    try:
        return late
    except UnboundLocalError as problem:
        log.append(str(problem))

    def inner():
        return free

    for _ in range(2):
        try:
            inner()
        except NameError as problem:
            log.append(str(problem))
        free = 1
        del free
    return problem


show(unbound)


def endless_within(manager, most):
    """What follows the loop is reached by the exception alone, and stands behind the handlers."""
    rounds = 0
    while rounds < most:
        with manager:
            while True:
                rounds += 1
                if rounds % 3 == 0:
                    raise KeyError(rounds)
                if rounds == 7:
                    raise IndexError(rounds)
        log.append(rounds)
        rounds += 1


class Swallows:
    def __enter__(self):
        return self

    def __exit__(self, kind, value, entry):
        return kind is KeyError


show(endless_within, Swallows(), 5)
show(endless_within, Swallows(), 50)
