def plain(f, a):
    f()
    f(a, 1)
    f(a, key=1)
    return print(a)


def methods(o, a):
    o.m(a)
    o.m(a, key=1)
    return o.m(a if a else o)


def expanded(f, o, a, k):
    f(*a)
    f(1, *a, x=1, **k)
    return o.m(**k)


def decorated(d):
    @d
    def inner():
        pass
    return inner


def comprehensions(a):
    return [x for x in a if x], {x for x in a}, {x: 1 for x in a}, (x for x in a)
