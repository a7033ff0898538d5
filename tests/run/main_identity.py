"""What the main module knows about itself."""
import importlib.machinery
import os
import sys

main = sys.modules["__main__"]
print(__name__, __package__, __spec__, __doc__, __builtins__ is sys.modules["builtins"])
print(os.path.basename(__file__), os.path.isabs(__file__), os.path.basename(os.path.dirname(__file__)) != "")
print(main.__file__ == __file__, "__cached__" in globals() and __cached__, __annotations__)
print(isinstance(__loader__, importlib.machinery.SourceFileLoader), __loader__.name, __loader__.path == __file__)
print(sorted(name for name in globals() if not name.startswith("__")))
print(os.path.exists(__file__), os.path.isfile(__file__), open(__file__).read(3) == '"""')
print(main.__dict__ is globals(), sys.argv[0] in (__file__, sys.executable))
print(__file__)
x: int = 3
print(__annotations__)
