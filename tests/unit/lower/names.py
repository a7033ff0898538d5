def locals_and_globals(a, b):
    global g
    g = a
    c = b
    del b
    del g
    return c, print


def cells(a):
    b = 0

    def inner(c, d=a, *, e: int = 1):
        nonlocal b
        b = a + c
        return inner

    del b
    return inner


def class_inside(base):
    class Inner(base, metaclass=type):
        pass
    return Inner


def imports():
    import os.path as p
    from sys import argv, path as q
    return p, argv, q
