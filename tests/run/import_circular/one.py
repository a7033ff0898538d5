import two


def value():
    return two.VALUE


BASE = 1
