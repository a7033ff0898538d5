"""x = x op y: a variable's value that nobody else sees may be changed in place, any other may not."""

import sys


def aliases(start, step, times):
    x = start
    kept = []
    for _ in range(times):
        y = x
        x += step
        kept.append((y, x))
    return kept


def unaliased(start, step, times):
    x = start
    for _ in range(times):
        x += step
    return x


def parameter(x, y):
    x += y
    x = x - y
    x = x * y
    return x


def twice(x):
    x += x
    x += x
    return x


def while_evaluated(x):
    x = x + (x := 5) if isinstance(x, int) else x + (x := "new")
    return x


def nested(x, y):
    seen = [x]
    x += (lambda: y)()
    seen.append(x)
    x -= y
    return seen, x


def divided(x, y):
    try:
        x /= y
    except ZeroDivisionError as error:
        print("still", x, error)
    try:
        x += None
    except TypeError as error:
        print("still", x, error)
    return x


def signs(x):
    for step in (7, -3, -2**30, 2**31, -2**31, 1, -255, 300):
        x += step
        x -= 1
        print(x, end=" ")
    print()


def text(times):
    x = ""
    y = x
    for i in range(times):
        x += chr(97 + i % 26)
        if i == 5:
            y = x
    return x, y


def text_as_key(times):
    x, table = "", {}
    for i in range(times):
        x += "ab"
        table[x] = i
    return table


def wide(times):
    x = "a"
    for i in range(times):
        x = x + ("\xe9" if i == 2 else "\u20ac" if i == 4 else "\U0001f600" if i == 6 else "z")
    return x


def visible():
    x = 1000
    x += 1
    before = sys._getframe().f_locals["x"]
    x += 1
    return before, x, sys._getframe().f_locals["x"]


def generator(x):
    while True:
        x += 1000
        yield x


class Odd:
    def __init__(self, value):
        self.value = value

    def __iadd__(self, other):
        print("iadd", other)
        return self if other else 5

    def __del__(self):
        print("gone", self.value)


def objects():
    x = Odd(1)
    x += 1
    x += 0
    print(x)


DEFAULT = 10.5


def constants(x=DEFAULT):
    x += 1.5
    y = 1000.25
    y *= 2
    return x, y


print(aliases(1000, 1, 5), aliases(1.5, 0.25, 5), aliases("text", "+", 3), aliases([1], [2], 2), aliases((1,), (2,), 2))
print(unaliased(0, 1, 10000), unaliased(0.5, 0.25, 1000), unaliased(2**30 - 5, 1, 10), unaliased(-2**30 + 5, -1, 10),
      unaliased(250, 1, 10), unaliased(-300, 1, 320), unaliased(2**60 - 3, 1, 6), unaliased(True, True, 3))
print(parameter(1000, 7), parameter(1.5, 7), parameter(7, 1.5), parameter(2.0, 2**70), parameter(1.5, True))
print(twice(1000), twice(1.5), twice("ab"), twice([1]), while_evaluated(1000), while_evaluated("old"))
print(nested(1000, 2000), nested(1.5, 2.5))
print(divided(5.5, 0), divided(5.5, 0.0), divided(1000, 7), divided(7.5, -0.5))
signs(0), signs(1000), signs(-1000)
print(text(30), text_as_key(5), wide(8), len(text(100000)[0]))
print(visible())
made = generator(5)
print([next(made) for _ in range(4)])
objects()
print([constants() for _ in range(3)], DEFAULT)
number = 1000
print(parameter(number, 3), number)
