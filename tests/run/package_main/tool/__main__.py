import argparse
import sys

from . import __version__
from .helpers import where
from .inner.deep import climb

print(__name__, __package__, __spec__.name, __spec__.parent, __spec__.has_location)
print(__file__, __version__, where(), climb())
print(__spec__.origin == __file__, __spec__.loader is __loader__, sys.modules["__main__"].__dict__ is globals())
print("tool.__main__" in sys.modules, sys.argv[1:])
parser = argparse.ArgumentParser(prog="tool")
parser.add_argument("--name")
parser.add_argument("action", nargs="?")
given = parser.parse_args()
if given.action == "fail":
    climb(given.name)
