# /// compare
# stdin = "\n\n\n\n\n\n\n\n\n\n"
# ///
"""site's builtins: exit, quit, help, copyright, credits, license."""
import builtins
import io
import sys

for name in ("exit", "quit", "help", "copyright", "credits"):
    print(name, repr(getattr(builtins, name))[:60])
print(type(license).__name__, type(exit).__name__, hasattr(builtins, "_"))
credits()
copyright()
try:
    quit("message")
except SystemExit as problem:
    print(repr(problem))
print(sys.stdin.closed)
