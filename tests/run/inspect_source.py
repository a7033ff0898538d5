"""inspect finds files and source text of program, library and dynamic objects."""
import dataclasses
import inspect
import json
import os
import sys


class Base:
    """doc"""

    class Inner:
        def method(self):
            return lambda x: (
                x + 1
            )


def decorated(function):
    return function


@decorated
def function(a, b: int = 2, *args, c, d="x", **rest) -> str:
    # inside
    return f"{a}{b}"


print(inspect.getsource(function))
print(inspect.getsource(Base.Inner))
print(inspect.getsource(Base.Inner().method()))
print(inspect.getsource(json.JSONDecodeError).splitlines()[0])
print(inspect.getsourcelines(Base)[1], inspect.getcomments(function), inspect.getdoc(Base))
print(inspect.signature(function), inspect.getfullargspec(function))
print(os.path.basename(inspect.getsourcefile(function)), inspect.getfile(json))
print(inspect.getmodule(function), inspect.getmodule(json.loads).__name__)
print(len(inspect.getsource(sys.modules[__name__]).splitlines()))
print(inspect.getsource(os).splitlines()[0])
for problem in (len, sys, 3):
    try:
        inspect.getsource(problem)
    except (TypeError, OSError) as error:
        print(type(error).__name__, error)
namespace = {}
exec("def made():\n    pass", namespace)
try:
    inspect.getsource(namespace["made"])
except OSError as error:
    print(error)


@dataclasses.dataclass
class Point:
    x: int


try:
    print(inspect.getsource(Point.__init__))
except OSError as error:
    print(error)
