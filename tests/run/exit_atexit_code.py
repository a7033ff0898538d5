# /// compare
# [[run]]
# name = "sysexit-in-atexit"
# argv = ["7"]
# [[run]]
# name = "main-code-stays"
# argv = ["9", "4"]
# status = 4
# ///
"""sys.exit inside an atexit function does not change the exit code."""
import atexit
import sys

atexit.register(sys.exit, int(sys.argv[1]))
if len(sys.argv) > 2:
    sys.exit(int(sys.argv[2]))
