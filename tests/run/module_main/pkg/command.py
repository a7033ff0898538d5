import sys

from . import other

print(__name__, __package__, __spec__.name, __spec__.parent, sys.argv[1:])
print(other.NAME, "pkg.command" in sys.modules)
if "fail" in sys.argv:
    other.fail()
