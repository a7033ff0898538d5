"""sum, max, min and sorted of lists, tuples, sets and dicts: what they find in one pass, and what they leave to
their long ways. Iterators of the same items take these always."""

import random


def outcome(function, *args, **keywords):
    try:
        return repr(function(*args, **keywords))
    except Exception as error:
        return type(error).__name__, str(error)


def some_items(dice):
    count = dice.randrange(9)
    kinds = (
        lambda: dice.random() * 10 ** dice.randrange(-20, 20) * dice.choice((1, -1)),
        lambda: dice.randrange(-(2**70), 2**70) >> dice.randrange(70),
        lambda: dice.choice((True, False, 5, -3, 2.5, -0.0, 0.0, 1e308, *specials)),
        lambda: dice.choice((1, 2.0, "a", None)),
        lambda: dice.choice("abc"),
        lambda: dice.choice((1e16, 1.0, -1e16, 3)),
    )
    specials = float("nan"), float("inf"), -float("inf")
    kind = dice.choice(kinds)
    return [kind() for _ in range(count)]


def compare(function, items, **keywords):
    expected = outcome(function, iter(items), **keywords)
    for kind in (list, tuple):
        found = outcome(function, kind(items), **keywords)
        if found != expected:
            print("DIFFERENT", function.__name__, items, keywords, found, expected)
    return expected


def compare_unordered(items):
    """Of what is hashed: iterators go through it in the same order."""
    counts = dict(zip(items, reversed(items)))
    gaps = set(range(40)) | set(items)
    gaps -= set(range(1, 40, 2))
    for found in (set(items), frozenset(items), gaps, counts, counts.keys(), counts.values()):
        for function in (sum, max, min):
            if outcome(function, found) != outcome(function, iter(found)):
                print("DIFFERENT", function.__name__, found)


def compare_all():
    dice = random.Random(5)
    last = None
    for _ in range(4000):
        items = some_items(dice)
        last = compare(sum, items)
        for function in (max, min):
            best = compare(function, items)
            compare(function, items, key=str)
            compare(function, items, default=3)
            if len(items) > 1 and outcome(function, *items) != best:
                print("DIFFERENT", function.__name__, items)
        compare_unordered(items)
        compare(sorted, items)
        compare(sorted, items, reverse=True)
        compare(sorted, items, key=str)
    print(last)


class Number:
    """Compares by Python code, which may change the list that is gone through."""

    def __init__(self, value, victim=None):
        self.value, self.victim = value, victim

    def __repr__(self):
        return f"<{self.value}>"

    def __gt__(self, other):
        if self.victim is not None:
            self.victim.clear()
        return self.value > getattr(other, "value", other)

    def __lt__(self, other):
        return self.value < getattr(other, "value", other)

    def __radd__(self, other):
        return self.value + other


class Half:
    """Its attributes are not in a dict until somebody asks."""

    values = staticmethod(dict.values)

    def __init__(self, one, other):
        self.one, self.other = one, other


def mixed():
    print(max([1, Number(2)]), min([Number(3), 2.5]), sum([1, 2.5, Number(3), 4]))
    items = [1, 2]
    items += [Number(3, items), 9]
    print(max(items), items)
    print(sum(Half.values(vars(Half(1, 2)))), max(vars(Half(1, 2)).values()), min(vars(Half(3, 2))))
    print(sum([2**62, 2**62, 2**62, 0.5]), sum([True, True]), type(sum([True])))


def signatures():
    print(max, min, sum, sorted, sorted.__text_signature__, sum.__text_signature__)
    print(outcome(max), outcome(min), outcome(max, 1), outcome(max, []), outcome(max, (), default=4))
    print(outcome(max, 1, 2, key=lambda value: -value), outcome(max, 1, 2, bad=3))
    print(outcome(max, 1, 2, default=3), max.__call__(3, 4), type(max).__call__(max, 1, 5))
    print(outcome(sorted), outcome(sorted, [2, 1], key=None), outcome(sorted, [1], bad=2))
    print(outcome(sorted, 1), outcome(sorted, [1], [2]), outcome(sorted, ["a", 1]))
    print(outcome(sum), outcome(sum, [1], 2), outcome(sum, [1], start=5), outcome(sum, ["a"]))
    print(outcome(sum, [[1]], []), outcome(sum, ["a"], ""), outcome(sum, [1], 2, 3))
    exec("print(max(4, 5), min([3, 2]), sum((1, 2)), sorted({3, 1}))")


def too_deep():
    class Endless:
        def __gt__(self, other):
            return max(self, other)

    try:
        max(Endless(), Endless())
    except RecursionError as error:
        print(error)


compare_all()
mixed()
signatures()
too_deep()
