"""Hashes and comparisons of tuples: lists compare by the same rules, and hash() of what tuples hold is theirs."""

import heapq
import operator
import random
from collections import namedtuple

PRIME_1, PRIME_2, PRIME_5 = 11400714785074694791, 14029467366897019727, 2870177450012600261
WORD = 2**64 - 1
OPERATORS = (operator.lt, operator.le, operator.eq, operator.ne, operator.gt, operator.ge)
Point = namedtuple("Point", "x y")


def expected_hash(items):
    total = PRIME_5
    for item in items:
        total = (total + (hash(item) & WORD) * PRIME_2) & WORD
        total = ((total << 31 | total >> 33) & WORD) * PRIME_1 & WORD
    total = (total + (len(items) ^ PRIME_5 ^ 3527539)) & WORD
    if total == WORD:
        return 1546275796
    return total - 2**64 if total >= 2**63 else total


class Loud:
    """Says when it is asked."""

    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        print(self.name, "eq", other)
        return isinstance(other, Loud) and self.name == other.name

    def __lt__(self, other):
        print(self.name, "lt", other)
        return "less" if self.name < other.name else ""

    def __hash__(self):
        print(self.name, "hash")
        return 5

    def __repr__(self):
        return f"<{self.name}>"


class Broken:
    def __eq__(self, other):
        raise ValueError("cannot compare")

    def __hash__(self):
        raise ValueError("cannot hash")


def outcome(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return type(error), str(error)


def compare_random():
    dice = random.Random(11)
    nan = float("nan")
    pool = [0, 1, -1, -2, 2**30, 2**59, 2**60, 2**61 - 1, -(2**61), 2**70, 1.0, 0.0, -0.0, nan, 2.5, 1e308, True]
    pool += [None, "", "a", "ab", "ä", "日本", b"a", (), (1,), (1, 2), ((1, "a"), 2.5), frozenset((1,)), 1j, len]
    for _ in range(20000):
        left = tuple(dice.choice(pool) for _ in range(dice.randrange(4)))
        right = tuple(dice.choice(pool) for _ in range(dice.randrange(4)))
        if dice.random() < 0.5:
            right = left[: dice.randrange(4)] + tuple("".join(x) if type(x) is str else x for x in right)
        for compare in OPERATORS:
            found, expected = outcome(compare, left, right), outcome(compare, list(left), list(right))
            if found != expected:
                print("DIFFERENT", compare.__name__, left, right, found, expected)
        if hash(left) != expected_hash(left):
            print("DIFFERENT", left, hash(left), expected_hash(left))


def ask():
    one, other = Loud("one"), Loud("other")
    print((1, one) == (1, one), (1, one) == (1, other), (1, one) < (1, other), (one, 1) < (other,))
    print((one,) == (1,), hash((one, 1)) == expected_hash((one, 1)), (1, one, 2) != (1, one, 3))
    print(outcome(operator.eq, (1, Broken()), (1, 2)), outcome(hash, (1, Broken())), outcome(hash, (1, [])))
    print(outcome(operator.lt, (1, None), (1, 2)), outcome(operator.lt, (1,), [1]), (1,) == [1])
    nan = float("nan")
    print((nan,) == (nan,), (nan,) == (float("nan"),), (nan,) < (nan,), (nan, 1) < (nan, 2))
    print(Point(1, 2) == (1, 2), hash(Point(1, 2)) == hash((1, 2)), Point(1, 3) > (1, 2), Point(1, 2) in {(1, 2)})
    print((1, 2).__eq__((1, 2)), (1, 2).__lt__([1]), tuple.__hash__((1, 2)) == hash((1, 2)))


def heap():
    dice = random.Random(2)
    waiting = []
    for number in range(300):
        heapq.heappush(waiting, (dice.randrange(9), dice.random(), f"task {number}", Loud))
    taken = [heapq.heappop(waiting)[:2] for _ in range(300)]
    print(taken == sorted(taken), taken[:2])


compare_random()
ask()
heap()
