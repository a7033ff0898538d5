"""An exception in __del__ is unraisable: printed with its traceback, and the hook can take it."""
import gc
import sys


class Bad:
    def __del__(self):
        raise ValueError("from __del__")

    def __repr__(self):
        return "<Bad>"


def make():
    Bad()


make()
sys.unraisablehook = lambda info: print(
    "hook:", info.exc_type.__name__, info.exc_value, info.err_msg, info.object.__name__
)
make()
sys.unraisablehook = sys.__unraisablehook__
gc.collect()
last = Bad()
print("main over")
