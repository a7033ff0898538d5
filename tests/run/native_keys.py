"""Lookups in dicts and sets by keys of every kind, against a list of pairs that knows no hashes."""

import gc
import random
from collections import Counter, OrderedDict, UserDict, defaultdict


class Plain:
    pass


class Equal:
    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return isinstance(other, Equal) and self.value == other.value

    def __hash__(self):
        return hash(self.value)


class EqualToAll:
    """Equal to what it meets, so it must be asked."""

    def __init__(self, like):
        self.like = like

    def __eq__(self, other):
        return True

    def __hash__(self):
        return hash(self.like)


class Text(str):
    pass


def outcome(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return type(error), str(error)


def some_keys():
    keys = [Plain() for _ in range(30)] + [f"key {number}" for number in range(40)]
    keys += ["ä", "日本", "😀", "", *range(-5, 40), *(2**40 + number for number in range(10))]
    keys += [2**30 - 1, 2**30, 2**59, 2**60 - 1, 1 - 2**60, 2**60, 2**61 - 1, 2**61, -(2**61), 2**64 - 1]
    keys += [(number, number + 1) for number in range(20)] + [(), (None,), ("a", 1), ("ab", 2, 3.5)]
    keys += [((1, 2), 3), (1, (2, 3)), (Plain, None), (2**40, 2**61), (Equal(3), 1), (-1, -2), (True, 0.0)]
    keys += [None, True, 1.5, -0.0, float("nan"), Plain, Equal, Equal(3), Equal("key 1"), Text("key 2")]
    return keys + [frozenset((1, 2)), len, b"key 1", range(3)]


def alike(dice, key):
    """A key that is equal, and mostly another object."""
    if type(key) is str:
        return "".join(list(key))
    if type(key) is tuple:
        return tuple(list(key))
    if type(key) is int:
        return float(key) if key == float(key) and dice.random() < 0.3 else key + 2**70 - 2**70
    return key


def find(model, key):
    for place, (known, _) in enumerate(model):
        if known is key or known == key:
            return place
    return None


def step(dice, table, model, key, number):
    place = find(model, key)
    value = None if place is None else model[place][1]
    there = place is not None
    match dice.randrange(7):
        case 0:
            table[key] = number
            if there:
                model[place] = (model[place][0], number)
            else:
                model.append((key, number))
        case 1 if there:
            del table[key]
            del model[place]
        case 2:
            assert (key in table) == there and (key not in table) != there, key
        case 3:
            assert table.get(key) == value
        case 4:
            assert table.get(key, 7) == (value if there else 7)
        case 5 if there:
            assert table[key] == value
        case 6 if there:
            table[key] += 1
            model[place] = (model[place][0], value + 1)


def dicts(dice, keys):
    for few in (keys[30:70], keys, keys[70:100]):
        table, model = {}, []
        for number in range(4000):
            key = dice.choice(few)
            step(dice, table, model, alike(dice, key) if dice.random() < 0.5 else key, number)
            assert len(table) == len(model)
        pairs = [(id(key), value) for key, value in table.items()]
        assert pairs == [(id(key), value) for key, value in model]
        print(len(table))


def sets(dice, keys):
    some, frozen, model = set(), frozenset(keys), []
    for _ in range(4000):
        key = dice.choice(keys)
        if dice.random() < 0.5:
            key = alike(dice, key)
        there = any(known is key or known == key for known in model)
        assert (key in some) == there and (key not in some) != there, key
        assert (key in frozen) == any(known is key or known == key for known in frozen), key
        if there and dice.random() < 0.6:
            some.remove(key)
            model = [known for known in model if not (known is key or known == key)]
        elif not there:
            some.add(key)
            model.append(key)
    print(len(some), {1, 2} in {frozenset((1, 2))}, outcome(lambda: [] in some))


class Missing(dict):
    def __missing__(self, key):
        return "missing"


class Getting(dict):
    def __getitem__(self, key):
        return "got"


class Setting(dict):
    def __setitem__(self, key, value):
        super().__setitem__(key, ("set", value))

    def __contains__(self, key):
        return key == "anything"


def derived():
    for table in (defaultdict(int), Counter(), OrderedDict(a=0, b=0), Missing(a=0, b=0), Setting(a=0), UserDict(a=0, b=0)):
        for key in ("a", "b", "a", (1, 2), "a", 5):
            outcome(step_of, table, key)
        print(type(table).__name__, dict(table), "a" in table, "anything" in table, outcome(lambda: table["none"]))
    ordered = OrderedDict.fromkeys("abc", 0)
    ordered["a"] = 1
    ordered["d"] = 1
    print(list(ordered), list(reversed(ordered)))


def step_of(table, key):
    table[key] += 1


def others():
    for kind in (Missing, Getting):
        table = kind(a=1)
        print(table["a"], table["b"], table.get("a"), table.get("b"), table.get("b", 2), "b" in table)
    table = {}
    print(outcome(table.get), outcome(table.get, 1, 2, 3), outcome(table.get, []))
    print(outcome(lambda: table[[]]), outcome(lambda: [] in table), outcome(lambda: table[([],)]))
    print(outcome(lambda: table["no"]), outcome(lambda: table[1, 2]), outcome(lambda: table[None]))
    for like in (2**55, "key", (1, 2), 7):
        table = {EqualToAll(like): "found", "other": 0}
        alone = {EqualToAll(like)}
        print(table[like], table.get(like), like in table, like in alone, table.get(like * 2), len(table))
        table[like] = "changed"
        print(table.get(like), len(table))
    table = {1: 2}
    table[1] = [table]
    print(gc.is_tracked(table))
    table = {"a": None}
    print(gc.is_tracked(table))
    table["a"] = []
    print(gc.is_tracked(table))


class Watching:
    """Replaced values die after the dict has the new ones."""

    def __init__(self, table):
        self.table = table

    def __del__(self):
        print("dies", self.table)


def replaced():
    table = {}
    table["a"] = Watching(table)
    table["a"] = 5
    space = vars(Holder())
    space["x"] = 1
    space["x"] = 2
    globals()["shared"] = 3
    print(space, shared)
    globals()["shared"] = 4
    print(shared)


class Holder:
    def __init__(self):
        self.x = 0


def main():
    dice = random.Random(3)
    keys = some_keys()
    dicts(dice, keys)
    sets(dice, keys)
    derived()
    others()
    replaced()


main()
