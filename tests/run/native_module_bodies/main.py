"""Bodies of modules that have loops are native code: names, namespaces, frames, errors of them."""
import builtins
import gc
import importlib.util
import sys
import traceback
import types

# ---- names are global variables ----

total: int = 0
for number in range(10):
    total += number
    square: int = number * number
print(total, number, square, __annotations__)

names = []
while len(names) < 40:  # the dict grows, and its entries move
    exec(f"name{len(names)} = {len(names)}")
    names.append(globals()[f"name{len(names)}"])
print(sum(names), name39)

for round in range(6):
    if round == 2:
        len = lambda value: ("mine", value)
    if round == 4:
        del len
    print(round, len([1, 2]))
for round in range(3):
    builtins.only_builtin = round
    print(only_builtin, end=" ")
    if round == 1:
        globals()["only_builtin"] = "global"
    print(only_builtin)
del builtins.only_builtin, only_builtin

for round in range(3):
    try:
        if round == 1:
            vanishing = 1
        print(vanishing)
        del vanishing
        del vanishing
    except NameError as error:
        print(type(error).__name__, error, error.name)
print("error" in globals())


class Dying:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dies", self.name, "while held is", type(held).__name__)


for round in range(3):
    held = Dying(round)  # the old one dies when the new one is there
held = None

# ---- namespaces ----

frame = sys._getframe()
for round in range(2):
    print(locals() is globals(), frame.f_locals is globals(), vars() is globals(), frame.f_code.co_name, frame.f_lineno)
print(eval("[total + each for each in range(2)]"), {"total", "frame"} <= set(dir()))
print([each() for each in [lambda: total, lambda: round]], {key: total for key in "ab"})
for name in ("first", "second"):
    class Made:
        for inside in range(3):
            label = name * inside

        def method(self):
            return total, __class__.label
    print(Made().method(), Made.inside, Made.__qualname__)
del frame

# ---- the same code in other namespaces ----

import looping

for name in ("looping",):
    code = importlib.util.find_spec(name).loader.get_code(name)
    fresh = {"__name__": "fresh"}
    exec(code, fresh)
    print(fresh["total"], fresh["seen"], fresh is not vars(looping))
    space, local = {"__name__": "apart"}, {}
    exec(code, space, local)
    print("total" in space, local["total"])

    class Space(dict):
        def __missing__(self, key):
            if key == "missing_on_purpose":
                return "made up"
            raise KeyError(key)

    for kind in (dict, Space):
        space = kind(__name__="kind", __builtins__=builtins)
        try:
            exec(code, space)
            print(kind.__name__, space["total"], space["seen"])
        except NameError as error:
            print(kind.__name__, error)
    function = types.FunctionType(code, {"__name__": "function", "__builtins__": builtins})
    print(function(), function.__globals__["total"])
    looping.seen = "before"
    print(importlib.reload(looping) is looping, looping.seen, looping.doubled(4))

    def plain():
        return "plain"
    plain.__code__ = code
    plain()
    print(total, plain.__name__)
    total = sum(range(10))

# ---- star imports, nested control, errors of imports ----

from starred import *

for name in ("a", "b", "_hidden"):
    print(name, globals().get(name))
for value in (0, 1, "x"):
    try:
        with open("/dev/null") as file:
            try:
                print(1 // value)
            finally:
                print("finally", value)
                if value == 1:
                    continue
    except (ZeroDivisionError, TypeError) as error:
        print(type(error).__name__, error.__traceback__.tb_lineno)
    match value:
        case int(whole):
            print("int", whole)
        case str() as text:
            print("str", text)
for _ in range(2):
    try:
        import failing
    except ValueError as error:
        for entry in traceback.extract_tb(error.__traceback__):
            print(entry.name, entry.lineno, entry.line)
        kept = error.__traceback__.tb_next
        while kept.tb_next is not None:
            kept = kept.tb_next
        print(sorted(key for key in kept.tb_frame.f_locals if not key.startswith("__")), "failing" in sys.modules)
        del kept
gc.collect()

# ---- what goes on around it ----

steps = (step for step in range(5))
for step in steps:
    if step == 2:
        break
print(next(steps), [*steps], step)


def recurse(depth):
    return recurse(depth + 1)


for _ in range(2):
    try:
        recurse(0)
    except RecursionError as error:
        print(error)
import tracing

tracing.start()
import traced  # its bytecode runs
tracing.stop()
print([line for line in tracing.lines if line[1] == "<module>"])
for number in range(3):
    if number == 2:
        undefined_name(number)
