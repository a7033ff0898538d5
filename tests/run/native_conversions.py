"""float() and int() of numbers and of text: what is read at once, and what is left to CPython."""

import math
import random

TEXTS = (
    "1 1.5 -1.5 +2 inf -inf +inf nan -nan - . 1. .5 -.5 1e5 1_0 000012 123456789012345 -0 -0.0 --1 +-1"
    " 1234567890123456 123456789012345678 999999999999999999 1000000000000000000 0.1 infinity Inf"
    " 0.30000000000000004 12345.678901234 123456789012.3456789 0x10 1..2 1.5.2 1j"
).split() + ["", " ", " 1", "1 ", "\n2.5\n", "1\x00", "\x001", "٣", "٣.٥", "1.5é", "𝟏"]


def outcome(function, *args, **keywords):
    try:
        return repr(function(*args, **keywords))
    except Exception as error:
        return type(error).__name__, str(error)


class Text(str):
    def __float__(self):
        return 7.0

    def __int__(self):
        return 7


class Real(float):
    pass


class Whole(int):
    def __new__(cls, value):
        return super().__new__(cls, value)

    def __float__(self):
        return 2.5

    def __int__(self):
        return 9


class Deep:
    def __int__(self):
        return int(self)


def main():
    for text in TEXTS:
        print(ascii(text), outcome(float, text), outcome(int, text))
    for other in (Text("3"), b"4", bytearray(b"5.5"), None, True, 2**70, 2.75, -2.75, 1e300, math.nan, -math.inf):
        print(repr(other), outcome(float, other), outcome(int, other))
    for number in (Real(3.5), Whole(5)):
        print(type(number), outcome(float, number), outcome(int, number), type(Real(number)))
    print(outcome(float), outcome(int), outcome(int, "ff", 16), outcome(int, "12", base=8), outcome(int, x=1))
    print(outcome(int, "12", "a"), outcome(float, 1, 2), outcome(int, 1, 2, 3), outcome(int, base=10))
    print(int("1" * 30), outcome(int, "1" * 5000)[0])
    half, whole = 2.5, 10**30
    print(float(half) is half, int(whole) is whole, float("inf") is not float("inf"))
    exec("print(int('12'), float('1.25'), int(3.99), float(7))")
    try:
        int(Deep())
    except RecursionError as error:
        print(error)
    dice = random.Random(7)
    for _ in range(20000):
        text = f"{dice.randrange(10 ** dice.randrange(1, 12))}.{dice.randrange(10 ** dice.randrange(1, 12))}"
        if float(text) != float(text + "e0"):
            print("DIFFERENT", text)
        number = dice.randrange(-(10 ** dice.randrange(1, 25)), 10 ** dice.randrange(1, 25))
        if int(str(number)) != number:
            print("DIFFERENT", number)
        real = dice.random() * 10 ** dice.randrange(20)
        if int(real) != math.trunc(real) or int(-real) != math.trunc(-real):
            print("DIFFERENT", real)


main()
