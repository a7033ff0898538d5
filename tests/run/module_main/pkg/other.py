NAME = __name__


def fail():
    raise RuntimeError(NAME)
