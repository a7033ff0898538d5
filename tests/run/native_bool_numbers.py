"""Arithmetic and comparisons of what comparisons give: bools among ints and floats."""

OPERATORS = (
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a & b,
    lambda a, b: a | b,
    lambda a, b: a ^ b,
    lambda a, b: a >> b,
    lambda a, b: a // b,
    lambda a, b: a % b,
    lambda a, b: a / b,
    lambda a, b: a < b,
    lambda a, b: a == b,
    lambda a, b: a >= b,
)


def outcome(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return type(error).__name__, str(error)


def every():
    values = (True, False, 0, 1, -3, 2.5, 2**61, 2**62, 7)
    for a in values:
        for b in values:
            print(a, b, *(outcome(operator, a, b) for operator in OPERATORS))


def loop(values):
    total, real, product, both, either, other, left, rest = 0, 0.5, 1, True, 3, 0, 100, 7
    for x in values:
        total += x > 2
        real += x == 3
        product *= (x > 0) + 1
        both &= x > 0
        either |= x in (1, 2)
        other ^= x == 4
        left -= not x
        rest = rest % ((x > 1) + 3)
        print(total, real, product, both, either, other, left, rest, end=" ")
        print((x > 1) + (x > 2), (x > 1) & (x > 2), (x > 1) | 4, -(x > 1), 2.5 * (x > 1), [x > 1, x > 2][x > 1])
        print((x > 1) < (x > 2), (x > 1) <= 1, 0.5 < (x > 1), (x > 1) == 1.0, (x > 1) ^ (x > 2), ~(x > 9))


every()
loop(range(6))
