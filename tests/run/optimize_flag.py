# /// compare
# options = ["--python-flag=-O"]
# python = ["-O"]
# ///
"""--python-flag=-O: asserts are gone, __debug__ is false."""
import sys


def documented():
    """still here"""


assert False, "not with -O"
print(__debug__, sys.flags.optimize, documented.__doc__)
if __debug__:
    print("never")
