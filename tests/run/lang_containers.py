"""Lists, tuples, dicts, sets, slices, sorting, comprehensions, unpacking."""
import array
import collections
import copy
import heapq
import operator

numbers = list(range(10))
numbers[2:5] = "ab"
del numbers[-1]
numbers[::3] = [0] * len(numbers[::3])
print(numbers, numbers[::-2], [*numbers, *"xy"][-3:], sorted("bca", reverse=True), sorted([3, 1, 2], key=lambda n: -n))
table = {"a": 1, **{"b": 2}} | {"c": 3}
print(table, list(reversed(table)), table.setdefault("d", []), table.pop("zz", None), dict.fromkeys("ab"))
print({1, 2} ^ {2, 3}, {1} <= {1, 2}, frozenset("aab") == {"a", "b"}, {x % 3 for x in range(9)}, {(i, j): i * j for i in (1, 2) for j in (3,)})
print([[x for x in range(n)] for n in range(3)], tuple(x for x in "ab"), (1,) + (2,) * 2, (3, 1) < (3, 2))
counts = collections.Counter("mississippi")
print(counts.most_common(2), counts - collections.Counter("miss"), collections.deque([1, 2, 3], 2))
Pair = collections.namedtuple("Pair", "left right", defaults=[0])
print(Pair(1), Pair(1, 2)._replace(left=5), Pair._fields, collections.OrderedDict(a=1), collections.ChainMap({"a": 1}, {"b": 2})["b"])
print(collections.defaultdict(list, {1: [2]}), heapq.nsmallest(2, [5, 1, 4]), array.array("i", [1, 2]))
nested = [1, [2, {"a": (3,)}]]
deep, shallow = copy.deepcopy(nested), copy.copy(nested)
nested[1][1]["a"] = 4
print(deep, shallow, operator.itemgetter(1, 0)("ab"), any([]), all([]), list(zip("ab", range(3), strict=False)))
nested.append(nested)
print(nested, min("b", "a"), sum([[1], [2]], []), list(map(pow, [2, 3], [3, 2])), list(filter(None, [0, 1])))
for broken in (lambda: [][0], lambda: {}["x"], lambda: (1).append, lambda: {[]: 1}, lambda: list(zip([1], [], strict=True)), lambda: [1] < ["a"], lambda: {}.popitem()):
    try:
        broken()
    except Exception as problem:
        print(type(problem).__name__, problem)
changing = {"a": 1}
try:
    for key in changing:
        changing[key + "x"] = 1
except RuntimeError as problem:
    print(problem)


def assigned_slices(items, value, start=None, stop=None):
    try:
        items[start:stop] = value
    except TypeError as problem:
        return items, str(problem)
    return items


class Emptying:
    """An iterable that empties the list which it is assigned to."""

    def __init__(self, items):
        self.items = items

    def __iter__(self):
        self.items.clear()
        return iter("new")


for value in [7], (8, 9), "ab", {1: 2}, range(2), iter([3]), 1j, None, [], ():
    print(assigned_slices([0, 1, 2], value, 1), assigned_slices([0, 1, 2, 3], value, -2, 3), assigned_slices([0], value))
emptied = [1, 2, 3, 4]
print(assigned_slices(emptied, Emptying(emptied), 1, 3))
same = [1, 2, 3]
print(assigned_slices(same, same, 1, 1))
