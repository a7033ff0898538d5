"""Namespace packages: directories without __init__."""
import importlib.util
import pkgutil
import sys

import space.first
from space.inner import second

import space

print(space.__name__, space.__file__ if hasattr(space, "__file__") else None, space.__spec__.origin)
print(list(space.__path__), type(space.__path__).__name__, space.__package__)
print(space.first.NAME, second.NAME, space.inner.__spec__.submodule_search_locations is not None)
print([(each.name, each.ispkg) for each in pkgutil.iter_modules(space.__path__)])
print(importlib.util.find_spec("space.third"), importlib.util.find_spec("space.first").name)
print(repr(space))
