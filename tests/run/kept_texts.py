"""Texts that the standard library compiles while it is imported: code, identity, positions, events, options."""
import collections
import sys

events = []
watched = []


def hook(event, arguments):
    if watched and event in ("compile", "exec"):
        events.append((event, *(part if isinstance(part, (bytes, str)) else type(part).__name__ for part in arguments)))


sys.addaudithook(hook)
watched.append(True)
import difflib
import dataclasses
import inspect
import selectors
import sched
import traceback
import urllib.parse
watched.clear()
kept = [each for each in events if each[0] == "compile" and each[2] == "<string>"]
print(len(kept), all(type(each[1]) is bytes for each in kept))
print(*sorted(kept)[:3], sep="\n")


def describe(code):
    print(code.co_filename, code.co_name, code.co_varnames, code.co_flags, code.co_firstlineno, code.co_stacksize)
    print(code.co_consts, code.co_names, code.co_code.hex(), list(code.co_positions()), list(code.co_lines()))


for made in difflib.Match, urllib.parse.SplitResult, selectors.SelectorKey, inspect.ArgSpec if hasattr(inspect, "ArgSpec") else inspect.FullArgSpec:
    describe(made.__new__.__code__)
    print(made._fields, made._field_defaults, inspect.signature(made), made.__new__.__qualname__)
Again = collections.namedtuple("Match", "a b size")
More = collections.namedtuple("Match", "a b size")
print(Again.__new__.__code__ is More.__new__.__code__, Again.__new__.__code__ is difflib.Match.__new__.__code__,
      Again.__new__.__code__ == difflib.Match.__new__.__code__, Again(1, 2, 3), difflib.Match(4, 5, size=6))
text = "lambda _cls, a, b, size: _tuple_new(_cls, (a, b, size))"
print(eval(compile(text, "<string>", "eval"), {"_tuple_new": tuple.__new__})(tuple, 1, 2, 3))
print(eval("  " + text, {"_tuple_new": tuple.__new__}, {})(tuple, 1, 2, 3), compile(text, "<other>", "exec").co_filename)
try:
    difflib.Match(1, 2)
except TypeError as error:
    print(error)
try:
    urllib.parse.SplitResult.__new__(5, 1, 2, 3, 4, 5)
except TypeError:
    traceback.print_exc(file=sys.stdout)


@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: list = dataclasses.field(default_factory=list, compare=False)


print(Point(1), Point(1) < Point(2), inspect.signature(Point), Point.__init__.__code__.co_filename)
