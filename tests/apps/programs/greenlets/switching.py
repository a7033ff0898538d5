"""Greenlets that switch inside compiled functions: stacks come and go in any order, frames stay what they are."""
import contextvars
import functools
import gc
import sys
import threading
import traceback
import weakref

import greenlet
from greenlet import getcurrent, GreenletExit

note = []


class Value:
    """Counts who is left."""

    alive = 0

    def __init__(self, name="value"):
        self.name = name
        Value.alive += 1

    def __del__(self):
        Value.alive -= 1

    def __repr__(self):
        return self.name


def to_parent(value=None):
    return getcurrent().parent.switch(value)


# ---- switching in every kind of function ----
def counting(n):
    total = 0
    for i in range(n):
        total += to_parent(i) or 0
    return total


def nested(n, value):
    """Switches with n native frames below, each with a value of its own on its operand stack."""
    own = Value(f"level {n}")
    if n == 0:
        return [to_parent(value)]
    return [own, *nested(n - 1, value), own.name, f"{n}{to_parent(n)}"]


def in_generator(n):
    for i in range(n):
        yield to_parent(i)


def in_delegation(n):
    try:
        result = yield from in_generator(n)
        yield result
    finally:
        note.append("delegation left")


def in_comprehension(n):
    return [to_parent(i) for i in in_generator(n)]


def in_handlers():
    try:
        try:
            raise KeyError("first")
        except KeyError as problem:
            to_parent("in handler")
            note.append(sys.exc_info()[1] is problem)
            raise ValueError("second") from problem
        finally:
            to_parent("in finally")
    except ValueError as problem:
        to_parent("handled")
        return repr(problem), repr(problem.__cause__), sys.exc_info()[1] is problem


class Manager:
    def __enter__(self):
        return to_parent("enter")

    def __exit__(self, *details):
        to_parent(f"exit {details[0] and details[0].__name__}")
        return True


def in_manager():
    with Manager() as entered:
        to_parent(entered)
        raise OSError("inside")
    return "swallowed"


class Special:
    def __getattr__(self, name):
        return to_parent(name)

    def __eq__(self, other):
        return bool(to_parent("eq"))

    def __hash__(self):
        return to_parent("hash") or 1

    def __repr__(self):
        return str(to_parent("repr"))

    def __call__(self, *args, **named):
        return to_parent((args, named))

    def __iter__(self):
        yield to_parent("iter")

    @property
    def prop(self):
        return to_parent("property")

    def __init_subclass__(cls, **named):
        to_parent(named)


def through_c():
    special = Special()
    results = [special.missing, special == 1, {special: 1}, f"{special!r}", special(1, k=2), list(special), special.prop]
    results[2] = len(results[2])
    results.append(sorted([3, 1, 2], key=lambda n: to_parent(n) or n))
    results.append(functools.reduce(lambda a, b: a + (to_parent(b) or 0), [1, 2, 3]))
    results.append(list(map(to_parent, "ab")))
    type("Sub", (Special,), {}, key="word")
    return results


def drive(function, *args):
    """Answers every switch with a number until the function is done; what came out on the way."""
    child = greenlet.greenlet(function)
    seen = [child.switch(*args)]
    while not child.dead:
        seen.append(child.switch(len(seen)))
    return seen


def check_kinds():
    print(drive(counting, 4))
    print(drive(nested, 5, "deepest"))
    print(drive(lambda: list(in_delegation(3))))
    print(drive(in_comprehension, 2))
    print(drive(in_handlers))
    print(drive(in_manager))
    print(drive(through_c))
    print(note, sys.exc_info(), Value.alive)
    note.clear()


# ---- many at once, in an order that mixes their stacks ----
def worker(name, depth, rounds, log):
    if depth:
        own = [name, depth]
        worker(name, depth - 1, rounds, log)
        log.append(own[1])
        to_parent()
        return
    for i in range(rounds):
        log.append(name)
        to_parent(i)


def check_mixture():
    log = []
    children = [greenlet.greenlet(worker) for _ in range(12)]
    for number, child in enumerate(children):
        child.switch(number, number * 7 % 11 + 1, number % 4 + 1, log)
    step = 0
    while any(not child.dead for child in children):
        step += 5
        child = children[step % len(children)]
        if not child.dead:
            child.switch()
    print(len(log), sum(log), log[:30])


def deep(n):
    return to_parent("deepest") if n == 0 else 1 + deep(n - 1)


def check_deep():
    sys.setrecursionlimit(20_000)
    first, second = greenlet.greenlet(deep), greenlet.greenlet(deep)
    print(first.switch(9_000), second.switch(8_000))
    print(first.switch(0), second.switch(0))
    sys.setrecursionlimit(1000)

    def endless(n):
        return endless(n + 1)

    def fails():
        try:
            endless(0)
        except RecursionError as problem:
            to_parent(str(problem)[:32])
            return "after"

    print(drive(fails))


# ---- exceptions thrown in, greenlets killed ----
def catches(log):
    value = Value("caught")
    try:
        nested(3, "waiting")
    except KeyError as problem:
        log.append(("caught", problem.args, [entry.name for entry in traceback.extract_tb(problem.__traceback__)]))
        return to_parent("go on")
    finally:
        log.append(("finally", value.name))


def check_throw():
    log = []
    child = greenlet.greenlet(catches)
    print(child.switch(log), child.throw(KeyError("thrown")), child.switch("end"), child.dead)
    child = greenlet.greenlet(catches)
    child.switch(log)
    try:
        child.throw(OSError("not caught"))
    except OSError as problem:
        print([entry.name for entry in traceback.extract_tb(problem.__traceback__)])
    child = greenlet.greenlet(catches)
    try:
        child.throw(OSError("not started"))
    except OSError as problem:
        print(problem, child.dead)
    print(log, Value.alive)


def check_killed():
    log = []
    child = greenlet.greenlet(catches)
    child.switch(log)
    print(repr(child.throw()), child.dead, log, Value.alive)
    # Dropped while native frames are suspended in it.
    for kind in (catches, lambda log: list(in_delegation(3)), lambda log: in_manager()):
        child = greenlet.greenlet(kind)
        child.switch(log)
        reference = weakref.ref(child)
        del child
        print(reference() is None, Value.alive)

    # Part of a cycle.
    def cyclic(log):
        me = getcurrent()
        value = Value("in a cycle")
        to_parent((me, value))

    child = greenlet.greenlet(cyclic)
    child.switch(log)
    del child
    gc.collect()
    print(Value.alive, note)
    note.clear()

    def stubborn():
        while True:
            try:
                to_parent("alive")
            except GreenletExit:
                to_parent("not yet")
                return "now"

    child = greenlet.greenlet(stubborn)
    print(child.switch(), child.throw(), child.switch(), child.dead)


# ---- what others see ----
def check_frames():
    child = greenlet.greenlet(nested)
    child.switch(3, "x")
    names = []
    frame = child.gr_frame
    while frame is not None:
        names.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno, sorted(frame.f_locals)))
        frame = frame.f_back
    print(names)
    print([entry.name for entry in traceback.extract_stack(child.gr_frame)])
    child.throw()
    print(child.gr_frame, Value.alive)

    variable = contextvars.ContextVar("variable", default="unset")

    def set_and_wait(value):
        variable.set(value)
        to_parent()
        return variable.get()

    children = [greenlet.greenlet(set_and_wait) for _ in range(3)]
    for number, each in enumerate(children):
        each.switch(number)
    print([each.switch() for each in children], variable.get())


def check_tracing():
    events = []

    def tracer(event, pair):
        events.append(event)

    greenlet.settrace(tracer)
    drive(counting, 2)
    greenlet.settrace(None)
    print(events)

    lines = []

    def profiler(frame, event, arg):
        if event == "call" and frame.f_code.co_name in ("counting", "to_parent"):
            lines.append(frame.f_code.co_name)

    child = greenlet.greenlet(counting)
    child.switch(3)
    sys.setprofile(profiler)
    child.switch(1)
    sys.setprofile(None)
    print(child.switch(2), child.switch(3), len(lines) > 0)


def check_threads():
    results = {}

    def run(number):
        results[number] = [drive(counting, 3), drive(nested, 4, number)[-1], drive(through_c)[-1][:2]]
        child = greenlet.greenlet(nested)
        child.switch(6, number)  # dies with its thread

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    getcurrent()
    gc.collect()
    print(sorted(results.items())[0], len({str(value[::2]) for value in results.values()}))


async def coroutine(n):
    for i in range(n):
        to_parent(i)
    return n


def check_coroutines():
    def run():
        step = coroutine(3)
        try:
            step.send(None)
        except StopIteration as stop:
            return stop.value

    print(drive(run))


check_kinds()
check_mixture()
check_deep()
check_throw()
check_killed()
check_frames()
check_tracing()
check_threads()
check_coroutines()
gc.collect()
print("alive at the end", Value.alive)
