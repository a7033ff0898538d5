"""The smallest program: `pyc2c build hello.py`, then `dist/hello Ada`."""
import sys

name = sys.argv[1] if len(sys.argv) > 1 else "world"
print(f"Hello, {name}!")
