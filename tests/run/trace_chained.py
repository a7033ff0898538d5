# /// compare
# [[run]]
# name = "context"
# argv = ["context"]
# status = 1
# [[run]]
# name = "cause"
# argv = ["cause"]
# status = 1
# [[run]]
# name = "suppressed"
# argv = ["suppressed"]
# status = 1
# [[run]]
# name = "loop"
# argv = ["loop"]
# status = 1
# ///
"""Exceptions while handling exceptions."""
import sys


def inner():
    raise KeyError("inner")


def outer(how):
    try:
        inner()
    except KeyError as problem:
        if how == "context":
            raise ValueError("outer")
        if how == "cause":
            raise ValueError("outer") from problem
        if how == "suppressed":
            raise ValueError("outer") from None
        other = ValueError("other")
        problem.__context__ = other
        other.__context__ = problem
        raise


outer(sys.argv[1])
