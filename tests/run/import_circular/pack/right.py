import pack.left as left

NAME = "right"


def late():
    from .left import get

    return get.__name__
