"""Attributes whose numbers are replaced by the results of arithmetic: only what nobody else holds is changed in place."""
import math


class Plain:
    def __init__(self, x, y):
        self.x = x * 1.0 + 0.0
        self.y = y + 1 - 1

    def scale(self, by):
        self.x *= by
        self.y = self.y * by + 1
        return self

    def keep(self, by):
        x, y = self.x, self.y
        self.x /= by + 1
        self.y -= by * 2
        return x, y, self.x, self.y


class Slotted(Plain):
    __slots__ = ("z",)

    def move(self, by):
        self.z = by * 2 + 1000
        z = self.z
        self.z += by + 1
        self.z = self.z * 2 - by
        del self.z
        try:
            self.z += 1
        except AttributeError as error:
            print(error)
        return z


class Bare:
    __slots__ = ("x", "y")
    __init__ = Plain.__init__
    scale = Plain.scale
    keep = Plain.keep


class Watched(Plain):
    def __setattr__(self, name, value):
        print("set", name, value)
        super().__setattr__(name, value)


class Property(Plain):
    @property
    def x(self):
        return self._x

    @x.setter
    def x(self, value):
        print("x =", value)
        self._x = value


class Odd:
    def __rmul__(self, other):
        return "odd"

    def __rtruediv__(self, other):
        raise KeyError(other)

    def __add__(self, other):
        return 7

    def __mul__(self, other):
        return "odd"


def shared():
    p, q = Plain(1.5, 2000), Plain(1.5, 3000)
    for _ in range(3):
        q.x = p.x
        before = p.x
        p.x = p.x * 2.0 + 1.0
        q.x += 0.5 * 1.0
        held = [p.x, q.x]
        p.x -= q.x * 2.0
        print(p.x, q.x, before, held)
        p.__dict__["x"] = p.x * 1.0
        d = p.__dict__
        p.x = p.x * 3.0 + 0.5
        print(d, vars(q))
        p = Plain(p.x, p.y)


def changed_class():
    p = Plain(1.5, 2)
    for round in range(4):
        p.x = p.x * 2.0 + round
        p.y = p.y * 2 + round
        print(p.x, p.y)
        if round == 1:
            Plain.x = property(lambda self: 40.0, lambda self, value: print("class", value))
        if round == 2:
            del Plain.x


def constants(p):
    for _ in range(3):
        p.x = 2.5
        p.x *= 2.0 + 1.0
        p.y = 1000
        p.y += 1 + 2
        yield p.x, p.y
    p.x, p.y = 2.5, 1000
    yield p.x, p.y


def new_attributes():
    for count in range(5):
        p = Plain(1, 2)
        for number in range(count):
            p.total = number * 2.0 + count
            p.other = p.total * 0.5 + 1
            setattr(p, f"n{number}", p.total)
            p.total += p.n0 * 1.0
        print(list(vars(p).items()))


def failing():
    for owner in (1, None, object(), Plain):
        for by in (2, 2.5):
            try:
                owner.x = by * 2 + 1
            except (AttributeError, TypeError) as error:
                print(error)
    del Plain.x


def main():
    for kind in (Plain, Slotted, Bare, Watched, Property):
        p = kind(3, 1000)
        for by in (2, 0.5, 2**40, 10**20, True, Odd(), -1):
            try:
                print(kind.__name__, p.keep(by))
                p.scale(by)
            except Exception as error:
                print(type(error).__name__, error)
                p.x, p.y = 4.0, 5000
            print(p.x, p.y)
    s = Slotted(1, 2)
    print(s.move(3), s.move(1.5), s.move(10**10))
    shared()
    changed_class()
    for p in (Plain(1, 2), Bare(1, 2)):
        print(list(constants(p)))
    new_attributes()
    failing()
    print(math.isclose(Plain(0.1, 1).scale(3).x, 0.3))


main()
