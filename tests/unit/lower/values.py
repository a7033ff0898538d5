def attributes(o):
    o.a = o.b
    del o.c
    o.d += 1


def items(o, k):
    o[k] = o[k + 1]
    del o[k]
    o[k] -= 1
    return o[1:2, ::k]


def operators(a, b):
    return -a, +a, ~a, not a, a is b, a is not b, a in b, a not in b, a < b, a ** b


def chain(a, b, c):
    return a < b <= c


def displays(a, b):
    return [a, b], (a, *b), {a, *b}, {a: b, **b}, {"x": a, "y": b}, [*a, 1]


def text(a, b):
    return f"{a!r:>{b}} and {b}"


def unpack(a):
    (x, y), *z, w = a
    [] = z
    return x, y, z, w
