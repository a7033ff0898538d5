import sys


def double(number):
    return 2 * number, __name__


def where(number):
    main = sys.modules["__main__"]
    return __package__, main.__name__, main.__spec__ is None, "crunch.__main__" in sys.modules
