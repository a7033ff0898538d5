# /// compare
# options = ["--python-flag=-OO"]
# python = ["-OO"]
# ///
"""--python-flag=-OO: docstrings are gone, too."""
import sys


def documented():
    """gone"""


assert False
print(__debug__, sys.flags.optimize, documented.__doc__, __doc__)
