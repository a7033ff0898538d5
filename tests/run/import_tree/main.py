"""A program of several modules and packages, with lazily and conditionally imported parts."""
import importlib
import sys

import animals
import animals.birds as feathered
from animals import *
from animals.mammals import Cow as Kuh, pigs
from animals.mammals.pigs import Pig

print(animals.__all__, feathered.Duck().sound(), Kuh().sound(), Pig is pigs.Pig, birds is feathered)
print(sorted(name for name in sys.modules if name.startswith(("animals", "plain"))))


def lazy():
    import plain.late

    return plain.late.VALUE


print("plain.late" in sys.modules, lazy(), "plain.late" in sys.modules)
for name in ("animals.fish", "plain.late"):
    print(importlib.import_module(name).__name__)
print(importlib.import_module(".pigs", "animals.mammals").__name__)
print(__import__("animals.fish").__name__, __import__("animals.fish", fromlist=["x"]).__name__)
try:
    import animals.unicorns
except ImportError as problem:
    print(type(problem).__name__, problem, problem.name)
try:
    from animals import unicorns
except ImportError as problem:
    print(problem.msg.partition(" (")[0], problem.name)
try:
    import animals.birds.wings
except ModuleNotFoundError as problem:
    print(problem)
if "fail" in sys.argv:
    import broken.module
