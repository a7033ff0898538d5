# /// compare
# [[run]]
# name = "default"
# [[run]]
# name = "variable"
# env = {PYTHONUNBUFFERED = "1"}
# ///
"""How much of stdout is written when the process dies without flushing."""
import os
import sys

print("buffered?", end=" ")
sys.stderr.write("stderr is written at once\n")
print(sys.stdout.line_buffering, sys.stdout.write_through, sys.stderr.line_buffering)
print(type(sys.stdout.buffer).__name__, type(sys.stderr.buffer).__name__)
sys.stdout.buffer.write(b"bytes\n")
os._exit(0)
