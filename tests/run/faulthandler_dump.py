# /// compare
# [[run]]
# name = "traceback"
# argv = ["dump"]
# [[run]]
# name = "crash"
# argv = ["crash"]
# status = -11
# [[run]]
# name = "crash-disabled"
# argv = ["plain"]
# status = -11
# [[run]]
# name = "abort"
# argv = ["abort"]
# status = -6
# streams = ["stdout"]
# ///
"""faulthandler prints Python frames from C."""
import ctypes
import faulthandler
import os
import sys


def deeper():
    if sys.argv[1] == "dump":
        faulthandler.dump_traceback(all_threads=False)
    elif sys.argv[1] in ("crash", "plain"):
        ctypes.string_at(0)
    else:
        os.abort()


if sys.argv[1] != "plain":
    faulthandler.enable(all_threads=False)
print("before", flush=True)
deeper()
