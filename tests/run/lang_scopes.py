"""Scopes: global, nonlocal, class bodies, comprehensions, exec, locals, del, walrus, import *."""
import builtins

value = "global"


def function():
    global created
    created = "by function"
    value = "local"
    exec("value = 'exec'")
    names = sorted(locals())
    inner = [value for value in range(3) if (last := value) < 2]
    return value, names, inner, last


class Body:
    value = "class"
    seen = [value for _ in range(1)]
    lambdas = [lambda: value]
    nested = {name: index for index, name in enumerate("ab")}
    try:
        del value
        print(value)
    finally:
        pass


print(function(), created, Body.seen, Body.lambdas[0](), Body.nested)


def unbound():
    print(later)
    later = 1


def free():
    def inner():
        return missing

    if False:
        missing = 1
    return inner()


for problem in (unbound, free, lambda: undefined_name):
    try:
        problem()
    except NameError as error:
        print(type(error).__name__, error)
try:
    raise ValueError
except ValueError as gone:
    pass
print("gone" in globals())
from string import *

print(digits, "capwords" in globals())
namespace = {}
exec("def f(): return x\nx = 5", namespace)
print(namespace["f"](), eval("x + y", {"x": 1}, {"y": 2}), compile("1 + 1", "", "eval").co_consts)
builtins.invented = lambda: "from builtins"
print(invented())
if (count := len("walrus")) > 3:
    print(count)
first, (second, *third), last = 1, (2, 3, 4), 5
print(first, second, third, last)
globals()["dynamic"] = 7
print(dynamic, vars() is globals())
