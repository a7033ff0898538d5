"""Constants among the operands of arithmetic, comparisons and subscripts, where code is hot."""

VALUES = [0, 1, -1, 7, 255, 256, 257, -5, -6, 2**29, 2**30 - 1, 2**30, -(2**30), 2**31 - 1, 2**31, -(2**31),
          2**32, 2**53 + 1, -(2**53) - 1, 2**60, 2**63 - 1, -(2**63), 2**63, 10**30, 0.0, -0.0, 0.5, -2.5, 256.0,
          2.0**53, 1e308, float("inf"), float("nan"), True, False, 1j, "ab", (1, 2), [3], b"%d", "%d", None]


class Whole(int):
    def __radd__(self, other):
        return f"{other!r} + Whole"

    def __floordiv__(self, other):
        return f"Whole // {other!r}"

    def __lt__(self, other):
        return f"Whole < {other!r}"


class Seeing:
    def __init__(self):
        self.same = []

    def _see(self, other):
        self.same.append((other, any(other is known for known in (256, -5, 3, 100, 0))))
        return self

    __add__ = __radd__ = __sub__ = __rmul__ = __floordiv__ = __rmod__ = __gt__ = __getitem__ = _see
    __rshift__ = __rfloordiv__ = __eq__ = __iadd__ = _see


def sums(x):
    for _ in range(1):
        yield lambda: 1 + x, lambda: x - 256, lambda: -5 - x, lambda: x + -5
    for operation in range(22):
        try:
            if operation == 0:
                yield x + 1 + x
            elif operation == 1:
                yield 3 * x - 7
            elif operation == 2:
                yield (x - 1) // 2
            elif operation == 3:
                yield (x + 0) // 7 + (x - 0) % 7
            elif operation == 4:
                yield x % 10, x // 10, x % -3, x // -3
            elif operation == 5:
                yield 100 // x, 100 % x, -5 // x, -5 % x
            elif operation == 6:
                yield x >> 3, x >> 100, (x + 1) >> 1
            elif operation == 7:
                yield x << 2, 1 << (x & 7)
            elif operation == 8:
                yield x & 255 | 16 ^ x
            elif operation == 9:
                yield 1 / x, x / 4, (x + 1) / 3
            elif operation == 10:
                yield 1.0 / ((x + x) * (x + x + 1) // 2 + x + 1)
            elif operation == 11:
                yield x * 0, 0 * x, x * -1, -1 * (x * 1.0)
            elif operation == 12:
                yield x ** 2, 2 ** (x % 5)
            elif operation == 13:
                yield [x < 0, x <= 100, x == 1, x != 256, x > -5, 3 >= x]
            elif operation == 14:
                yield "less" if x < 3 else "more", "same" if x == 0 else "other"
            elif operation == 15:
                yield "less" if x * 2 < 3 else "more", "more" if 5 > x * 1.0 else "less"
            elif operation == 16:
                y = x
                y += 1
                y -= 3
                y *= 2
                yield y
                y //= 3
                yield y
                y %= 5
                yield y
                y >>= 1
                yield y
            elif operation == 17:
                yield x[0], x[-1]
            elif operation == 18:
                yield x[5]
            elif operation == 19:
                yield x % 5
            elif operation == 20:
                yield (x * 0.5) * 3 + 1, 1 - x * 0.5, 2 / (x * 0.5)
            else:
                yield (x + x) * 0.5, 0.25 * (x * 2), (x | 1) / 0.5, 0.5 - (x + 1)
        except Exception as error:
            yield type(error).__name__, str(error)


def show(value):
    if callable(value):
        try:
            value = value()
        except TypeError as error:
            return str(error)
    if isinstance(value, (tuple, list)):
        return [show(item) for item in value]
    if type(value) is int and abs(value) > 2**80:
        return "large", value % (2**61 - 1), value > 0
    return type(value).__name__, repr(value)


def seen():
    for _ in range(2):
        x = Seeing()
        x + 256
        -5 + x
        x - 257
        3 * x
        x // 100
        100 % x
        x[3]
        x >> 256
        256 // x
        if x > 0 and x == -5:
            x += 100
        print(x.same)


def containers():
    values, pair, table, text = [1.5, 2.5, 3.5], (1, 2), {0: "zero", 1: "one", -1: "minus", 200: "much"}, "text"
    for _ in range(2):
        print(values[0], values[2], values[-3], pair[1], pair[-2], table[0], table[-1], table[200], text[3], text[-4])
        for bad in (values, pair, text, table):
            try:
                print(bad[100])
            except (IndexError, KeyError) as error:
                print(type(error).__name__, error)
            try:
                print(bad[-5])
            except (IndexError, KeyError) as error:
                print(type(error).__name__, error)
        values[0] = values[1] * 2.0
        values[-1] = values[0] - 1
        same = values[1]
        values[1] = values[1] + 0.5
        values[1] += 0.5
        print(values, same)
        try:
            values[3] = values[0] * 1.0
        except IndexError as error:
            print(error)
        try:
            values[True] = values[False] * 1.0
            pair[0] = values[0] + 1
        except TypeError as error:
            print(error, values)
        table[0] = values[0] + 1
        table[5] = values[0] * 0.5
        print(table)


def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)


def whole():
    for _ in range(2):
        x = Whole(9)
        print(1 + x, x + 1, x // 2, x < 3, x > 3, x * 2, x % 4, x >> 1)


def main():
    for value in VALUES:
        print(repr(value), [show(result) for result in sums(value)])
    seen()
    containers()
    whole()
    print(factorial(30))


main()
