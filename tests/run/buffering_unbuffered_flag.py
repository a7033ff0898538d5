# /// compare
# options = ["--python-flag=-u"]
# python = ["-u"]
# ///
"""--python-flag=-u: every write goes out at once, even before os._exit."""
import os
import sys

print("text", end="")
sys.stdout.buffer.write(b" bytes")
print(sys.stdout.write_through, type(sys.stdout.buffer).__name__)
os._exit(0)
