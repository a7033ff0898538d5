"""inspect.stack, frames, f_locals, sys._getframe, stacklevel."""
import inspect
import os
import sys


def outer(value):
    local = value * 2
    return inner()


def inner():
    stack = inspect.stack(context=3)
    for entry in stack:
        print(os.path.basename(entry.filename), entry.lineno, entry.function, entry.index)
        print("".join(entry.code_context))
    caller = sys._getframe(1)
    print(caller.f_locals, caller.f_code.co_name, caller.f_lineno, caller.f_globals is globals())
    print(inspect.getframeinfo(caller, context=1).positions)
    return eval("local + 1", caller.f_globals, caller.f_locals)


class Body:
    seen = sorted(name for name in sys._getframe().f_locals)
    made = [name for name in ("a", "b")]


print(outer(4), Body.seen)
print(inspect.currentframe().f_code.co_filename == __file__)
print(outer.__code__.co_filename == __file__, outer.__code__.co_firstlineno, outer.__qualname__)
print(inspect.getclosurevars(outer).globals.keys(), inspect.isfunction(outer))
