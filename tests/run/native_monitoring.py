# /// compare
# since = 12
# ///
"""Tools of sys.monitoring see functions that have native code, from the moment when they are registered on."""
import sys
import threading

TOOL = 3
told = []


def twice(x):
    return x + x


def work(n):
    total = 0
    for i in range(n):
        total += twice(i)
    return total


def fails(n):
    try:
        return 1 // n
    except ZeroDivisionError as problem:
        return str(problem)


def numbers(n):
    for i in range(n):
        yield twice(i)


class Holder:
    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        return Holder(self.value + other.value)


def everything():
    return work(2), fails(0), list(numbers(2)), (Holder(1) + Holder(2)).value, sorted([2, 1], key=twice)


def say(*what):
    told.append(" ".join(str(getattr(part, "co_name", part)) for part in what))


def on_start(code, offset):
    if code.co_filename == say.__code__.co_filename:  # no library: a thread's start is not always the same
        say("start", code)


def on_return(code, offset, value):
    say("return", code, value if isinstance(value, (int, str)) else type(value).__name__)


def on_line(code, line):
    if code.co_name != "watched":  # it runs already: docs/COMPATIBILITY.md
        say("line", code, line - code.co_firstlineno)


def on_raise(code, offset, exception):
    say("raise", code, type(exception).__name__)


def on_yield(code, offset, value):
    say("yield", code, value)


def shown():
    lines = list(told)
    told.clear()
    return lines


def register(events):
    # By names in texts: a function that names them stays bytecode.
    monitoring = getattr(sys, "monitoring")
    monitoring.use_tool_id(TOOL, "test")
    for name, function in (("PY_START", on_start), ("PY_RETURN", on_return), ("LINE", on_line),
                           ("RAISE", on_raise), ("PY_YIELD", on_yield)):
        monitoring.register_callback(TOOL, getattr(monitoring.events, name), function)
    getattr(monitoring, "set_" + "events")(TOOL, events)


def release():
    monitoring = getattr(sys, "monitoring")
    getattr(monitoring, "set_" + "events")(TOOL, 0)
    monitoring.free_tool_id(TOOL)


def watched(events):
    register(events)
    try:
        result = everything()
    finally:
        release()
    return result, shown()


E = sys.monitoring.events
for _ in range(2):
    print(everything(), shown())
    for events in (E.PY_START, E.PY_START | E.PY_RETURN | E.PY_YIELD, E.LINE, E.RAISE):
        result, lines = watched(events)
        print(result)
        print("\n".join(lines))
print(everything(), shown())

# One function only.
register(0)
getattr(sys.monitoring, "set_local_" + "events")(TOOL, twice.__code__, E.PY_START | E.LINE)
print(everything(), shown())
release()
print(everything(), shown())

# A generator that is watched for a while.
generator = numbers(4)
print(next(generator))
register(E.PY_YIELD | E.PY_START)
print(next(generator), next(generator))
release()
print(next(generator), shown())

# sys.setprofile and threads.
profile = getattr(sys, "setpro" + "file")


def on_profile(frame, event, argument):
    if frame.f_code.co_filename == __file__:
        say(event, frame.f_code)


profile(on_profile)
result = everything()
profile(None)
print(result, [line for line in shown() if "profile" not in line])
thread = threading.Thread(target=everything)
register(E.PY_START)
thread.start()
thread.join()
release()
print(shown())
