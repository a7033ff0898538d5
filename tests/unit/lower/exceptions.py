def handlers(f):
    try:
        f()
    except (OSError, ValueError) as e:
        print(e)
    except:
        raise
    else:
        f(1)
    return f


def final(f):
    for x in f:
        try:
            if f(x):
                return 1
        finally:
            f(2)


def raising(a, b):
    if a:
        raise a
    raise a from b


def managed(a):
    with a as b, b:
        return b


def groups(f):
    try:
        f()
    except* OSError as e:
        print(e)
    except* ValueError:
        pass
