def conditions(a, b):
    if a and not b:
        return a or b
    if a is None:
        return a if b is not None else 1
    assert a, b


def loops(a):
    for x in a:
        if x:
            continue
        if a:
            break
        for y in x:
            return y
    else:
        a = 1
    while a:
        a -= 1
