# /// compare
# [[run]]
# name = "hook"
# argv = ["hook"]
# status = 1
# [[run]]
# name = "broken-hook"
# argv = ["broken"]
# status = 1
# [[run]]
# name = "exit-in-hook"
# argv = ["exit"]
# status = 12
# [[run]]
# name = "missing-hook"
# argv = ["missing"]
# status = 1
# ///
"""sys.excepthook: replaced, failing, leaving, deleted."""
import sys


def hook(kind, value, trace):
    print("hook got", kind.__name__, value, trace.tb_lineno)
    if sys.argv[1] == "broken":
        raise KeyError("hook is broken")
    if sys.argv[1] == "exit":
        sys.exit(12)


sys.excepthook = hook
if sys.argv[1] == "missing":
    del sys.excepthook
raise LookupError("nothing there")
