"""Calls by position with few and many arguments and variables: whoever looks at a frame sees all
of it, and everything in it dies in the order of the variables."""
import functools
import sys


class Told:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("  dies:", self.name)


def none():
    return sorted(locals())


def none_and_three():
    a, b, c = Told("a"), Told("b"), Told("c")
    return len(locals())


def one(a):
    return a.name


def one_and_one(a):
    b = Told("local of one")
    return a.name + b.name


def two(a, b):
    del a
    return b.name


def three_and_two(a, b, c):
    d = e = c
    c = None
    return d is e


def four_and_three(a, b, c, d):
    e, f, g = d, c, b
    return [value.name for value in (a, e, f, g)]


def five(a, b, c, d, e):
    return e


def many(a, b, c, d, e, f, g, h):
    i = j = k = l = m = Told("last of many")
    return len(locals()), h


def six_and_two(a, b, c, d, e, f):
    g = h = f
    return h.name


def seven_and_nine(a, b, c, d, e, f, g, early):
    if early == 1:
        return early
    h, i = Told("h"), Told("i")
    if early == 2:
        return early
    j = k = l = h
    m = Told("m")
    del i, k
    if early == 3:
        return early
    n, o, p = 1, m, Told("p")
    return early


def keeps(a, b):
    frame = sys._getframe()
    return frame


def shows(a, b):
    seen = locals()
    c = Told("not seen")
    return sorted(seen)


def cells(a, b):
    return lambda: (a.name, b)


def raises(a, b):
    c = Told("local of raises")
    raise ValueError(a.name)


def deep(n, extra):
    return 0 if n == 0 else 1 + deep(n - 1, extra)


def endless(a):
    return endless(a)


def positions():
    print(none(), none_and_three())
    print(one(Told("1")), one_and_one(Told("2")), two(Told("3"), Told("4")))
    print(three_and_two(Told("5"), Told("6"), Told("7")))
    print(four_and_three(Told("8"), Told("9"), Told("10"), Told("11")))
    print(five(1, 2, 3, 4, Told("12")).name, many(1, 2, 3, 4, 5, 6, 7, 8))
    print(six_and_two(1, Told("13"), 3, 4, 5, Told("14")))
    for early in range(1, 5):
        print(seven_and_nine(Told("15"), 2, Told("16"), 4, 5, Told("17"), Told("18"), early))


def lookers():
    frame = keeps(Told("kept"), 2)
    print(sorted(frame.f_locals), frame.f_lineno > 0, frame.f_code.co_name)
    frame.clear()
    print("cleared", shows(Told("shown"), 4), cells(Told("in a cell"), 5)())


def failures():
    try:
        raises(Told("argument of raises"), 1)
    except ValueError as error:
        frame = error.__traceback__.tb_next.tb_frame
        print(error, sorted(frame.f_locals))
        del frame
    for function in (endless, functools.partial(endless)):
        try:
            function(1)
        except RecursionError as error:
            print(str(error)[:32])
    print(deep(400, None))
    for wrong in ((), (1,), (1, 2, 3)):
        try:
            print(two(*wrong))
        except TypeError as error:
            print(error)


def from_c():
    """C code keeps the arguments that it calls with."""
    print(sorted([3, 1, 2], key=lambda value: -value))
    print(list(map(five, *[[n, n + 1] for n in range(5)])))
    print([text.name for text in map(lambda told: told, [Told("mapped")])])
    print(functools.reduce(lambda left, right: left + right, "abc"))
    print(functools.partial(many, 1, 2, 3, 4, 5, 6, 7)(8))


def replaced():
    def other(a):
        return "other"

    for times in range(4):
        print(one(Told("replaced")))
        if times == 1:
            one.__code__ = other.__code__
    print([call(Told("either")) for call in (one, one_and_one, one)])


for turn in range(2):
    positions()
    lookers()
    failures()
    from_c()
replaced()
