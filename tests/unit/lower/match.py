def patterns(a):
    match a:
        case [x, *rest]:
            return x, rest
        case {"k": v, **others}:
            return v, others
        case Point(1, y=z) | z:
            return z
