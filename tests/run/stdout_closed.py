# /// compare
# [[run]]
# name = "closed"
# argv = ["close"]
# [[run]]
# name = "descriptor"
# argv = ["descriptor"]
# status = 120
# [[run]]
# name = "replaced"
# argv = ["replace"]
# ///
"""Standard output that is closed or replaced while the program runs."""
import io
import os
import sys

print("before", flush=True)
if sys.argv[1] == "close":
    sys.stdout.close()
elif sys.argv[1] == "descriptor":
    sys.stdout.write("lost")
    os.close(1)
else:
    sys.stdout = io.StringIO()
    print("nobody sees this")
