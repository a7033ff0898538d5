"""Numbers between operations of one expression, loop variables, and numbers that replace others in lists."""

import sys

VALUES = [0, 1, -1, 7, 256, 257, -5, -6, 2**29, 2**30 - 1, 2**30, -(2**30), 2**31, 2**53, 2**53 + 1,
          2**59, 2**60 - 1, 2**60, 2**62, 2**63 - 1, -(2**63), 2**63, 10**30,
          0.0, -0.0, 0.5, 1.5, -2.5, 1e16, 1e308, -1e308, 5e-324, float("inf"), float("nan"), True, False,
          2 + 1j, "ab", None]


class Odd:
    """Sees what its operators are given."""

    def __init__(self, name="odd"):
        self.name = name
        self.seen = []

    def _see(self, other):
        self.seen.append((type(other).__name__, repr(other)))
        return len(self.seen)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _see
    __pow__ = __rpow__ = __and__ = __rand__ = __lt__ = __gt__ = __eq__ = _see
    __getitem__ = __contains__ = _see
    __hash__ = None

    def __setitem__(self, key, value):
        self._see(key)
        self._see(value)


class Big(int):
    def __add__(self, other):
        return "Big+" + repr(other)


class Real(float):
    def __mul__(self, other):
        return "Real*" + repr(other)


def chains(a, b, c):
    """Each expression in a loop, where code is hot."""
    results = []
    for number in range(24):
        try:
            if number == 0:
                r = a + b * c
            elif number == 1:
                r = a * b - c * a
            elif number == 2:
                r = (a - b) * (b - c) + (a + b)
            elif number == 3:
                r = (a + b) / (c - a)
            elif number == 4:
                r = (a * b) ** 2 + c
            elif number == 5:
                r = (a + 1) ** (b * 1)
            elif number == 6:
                r = (a & b) | (b ^ c)
            elif number == 7:
                r = (a + b) // (c + 1)
            elif number == 8:
                r = (a * 3) % (b - 1)
            elif number == 9:
                r = (a + 1 << 3) >> 1
            elif number == 10:
                r = (a ^ 1) << (b & 31)
            elif number == 11:
                r = a + b < c
            elif number == 12:
                r = [a * b == c * 1, a * b != c, a - b >= c - a, a * 2 > b + 1.0]
            elif number == 13:
                r = "then" if a * b + 1 > c else "else"
            elif number == 14:
                r = -(a + b) * c
            elif number == 15:
                r = a
                r = r + b * c
                r = r * r - a
            elif number == 16:
                r = a
                r += b * 2
                r -= c + 1
                r *= a - 1
            elif number == 17:
                r = (a + b) + (c + "x")
            elif number == 18:
                r = 2.0 * a - 0.5 / (b + 0.5)
            elif number == 19:
                r = a * 0.5 < b * 0.25
            elif number == 20:
                r = (a | 1) - (b + c) * 2 - 1
            elif number == 21:
                r = [1, 2, 3][a + 1]
            elif number == 22:
                r = (1, 2, 3)[b - 1], "abc"[a - 1]
            else:
                r = {3: "three", 2.5: "x"}[a + b]
        except Exception as error:
            r = (type(error).__name__, str(error))
        if type(r) is int and abs(r) > 2**80:
            r = ("large", r % (2**61 - 1), r > 0)
        results.append(f"{type(r).__name__} {r!r}")
    return results


def all_chains():
    digest = 0
    for i, a in enumerate(VALUES):
        for j, b in enumerate(VALUES):
            c = VALUES[(i * 7 + j * 3) % len(VALUES)]
            large = [type(v) is int and abs(v) > 300 for v in (a, b, c)]
            if large[1] or any(large) and "ab" in (a, b, c):
                continue  # powers and texts that are too long
            results = chains(a, b, c)
            digest = (digest * 31 + sum(map(ord, str(results)))) % (2**61 - 1)
            if (i * len(VALUES) + j) % 61 == 0:
                print(repr(a), repr(b), repr(c), results)
    print(digest)


def with_odd(number):
    for _ in range(2):
        odd = Odd()
        r = [number * 2 + odd, odd * (number + 1), (number - 1) - odd, (number + 0.5) / odd, number * 3 < odd]
        r.append(odd[number + 7])
        odd[number * 2] = number + 1.25
        r.append((number + 1) ** odd)
        x = odd
        x = (number + 2) * x
        print(r, x, odd.seen)


def with_subclasses():
    for _ in range(2):
        print(Big(3) + 1 * 2, 2 * 1 + Big(3), Real(1.5) * (2.0 + 1.0), (2.0 + 1.0) * Real(1.5))
        x = Big(3)
        x = x + (1 + 1)
        print(type(x).__name__, x)


# ---- variables ----

def loop_variables():
    kept = []
    for i in range(250, 262):
        if i % 2:
            kept.append(i)
    print(kept, i)
    for i in range(2**30 - 2, 2**30 + 3):
        kept.append(i)
    print(kept, i)
    for i in range(-2**30 - 1, -2**30 + 3):
        kept.append(i)
    print(kept)
    for i in range(1000, 900, -33):
        j = i
        for i in range(3000, 3003):
            pass
        print(i, j, sys._getframe().f_locals["i"])
    before = sys.getrefcount(1000)
    for i in range(1000, 1003):
        for i in range(500, 502):
            pass
        i = i + 1
        seen = [i]
        i = i + 1
        print(i, seen)
    for i in range(1000, 1003):
        i += 0.5
        print(i)
    for i in range(700, 702):
        del i
    try:
        print(i)
    except UnboundLocalError as error:
        print(error)
    for i in range(5000, 5003):
        function = lambda: i
        print(function())
    return before > 0


def exceptions_in_loops():
    for i in range(1000, 1010):
        try:
            if i * 2 + 1 == 2007:
                raise KeyError(i)
            i / (i - 1002 + 0 * i)
        except ZeroDivisionError:
            print("zero at", i)
        except KeyError as error:
            print("key", error, i)
    total = 0.0
    values = [1.5, 2.5, "x", 3.5]
    for value in values:
        try:
            total = total + value * 2.0 + 1.0
        except TypeError as error:
            print(error, total)
    return total


# ---- lists ----

def floats_in_lists():
    a = [1.5, 2.5, 3.5]
    same = a[1]
    shared = [a[2]] * 2
    for i in range(3):
        a[i] = a[i] * 2.0 + i
        a[i] += 0.25 * i
    print(a, same, shared)
    for i in range(3):
        a[i] -= a[0] * a[-1]
    print(a)
    t = (a[0], a[1])
    a[0] = a[1] * 2.0 + a[0]
    a[0] *= 2
    print(a, t)
    for i in range(5):
        try:
            a[i + 1] = a[i] + 0.5 * i
        except IndexError as error:
            print(error, i, a)
    for i in range(-5, 0):
        try:
            a[i - 0] = i * 1000
            print(a[i + 1])
        except IndexError as error:
            print(error, i)
    table = {}
    for i in range(3):
        table[i * 2] = i + 1000
        table[i * 2] += i * 1.0
    print(table)
    array = bytearray(4)
    for i in range(6):
        try:
            array[i + 0] = i * 100
        except (IndexError, ValueError) as error:
            print(type(error).__name__, error)
    print(array)
    for key in (1.0, 0.5):
        try:
            print(a[key * 1])
        except TypeError as error:
            print(error)


def float_positions(items, number):
    """A float is no position, whatever its bits: those of 0.0 are zero."""
    for i in range(3):
        for j in range(2):
            try:
                items[number * j] = number + j * 1.5
            except TypeError as error:
                print(i, j, error, items)


class Watched(list):
    def __setitem__(self, key, value):
        print("set", key, value)
        super().__setitem__(key, value)

    def __getitem__(self, key):
        print("get", key)
        return super().__getitem__(key)


def watched():
    a = Watched([1.0, 2.0])
    for i in range(2):
        a[i * 1] = a[i - 1] * 2.0 + 1
        a[1 - i] += 0.5 * i
    print(list(a))


def generator(a, b):
    for i in range(300, 304):
        yield a * b + (yield i) * 2.0
        a += i * b


def generators():
    for a, b in ((1.5, 2), (3, 4)):
        g = generator(a, b)
        print(next(g), [g.send(number) for number in (None and 0 or 1, None, 2.5, 0)])


def positions(a, b, c):
    for _ in range(1):
        try:
            return (a * b
                    + b * c
                    - c / a)
        except Exception as error:
            traceback = error.__traceback__
            return list(traceback.tb_frame.f_code.co_positions())[traceback.tb_lasti // 2], str(error)


def recursive(n):
    for _ in range(1):
        return n * 1.0 + recursive(n - 1) * 0.5


def main():
    all_chains()
    for number in (3, 2.5, 10**25, 400):
        with_odd(number)
    with_subclasses()
    print(loop_variables())
    print(exceptions_in_loops())
    floats_in_lists()
    for number in (0.0, 5e-324, -0.0):
        float_positions([number + 2.5, number + 3.5], number)
    watched()
    try:
        generators()
    except TypeError as error:
        print(error)
    print(positions(1, 2, 3), positions(0, 1, 2), positions("a", 2, 3), positions(2.5, None, 1), positions(1, 2.0, "x"))
    try:
        recursive(5)
    except RecursionError as error:
        print(type(error).__name__)


main()
