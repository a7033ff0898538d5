"""Modules in a zip archive that is a data file of the program."""
import importlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "data", "archive.zip"))
module = importlib.import_module("inzip")
print(module.__name__, type(module.__loader__).__name__, module.x)
