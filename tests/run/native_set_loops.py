"""Loops over sets without an iterator object: order, changes of the set meanwhile, what keeps it alive."""

import sys
import weakref


class Own(set):
    pass


class Iterated(set):
    def __iter__(self):
        return iter("own")


def outcome(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return type(error), str(error)


def gather(items):
    found = []
    for item in items:
        found.append(item)
    else:
        found.append("end")
    return found


def grow(items):
    seen = 0
    for item in items:
        seen += 1
        items.add(-seen)
    return seen


def swap(items):
    """As many as before, so nobody notices; the table may be another one."""
    seen = []
    for item in items:
        seen.append(item)
        if len(seen) < 5:
            items.discard(item)
            items.add(item + 100)
    return sorted(seen)


def empty(items):
    for item in items:
        items.clear()
    return "cleared"


def search(items, wanted):
    for item in items:
        if item == wanted:
            break
    else:
        return "missing"
    return item


def pairs(items):
    return [left + right for left, right in items]


def lazily(items):
    for item in items:
        yield item


def dropped():
    items = Own((1, 2, 3))
    reference = weakref.ref(items)
    for item in items:
        items = None
        assert reference() is not None
    return reference() is None


def counted():
    key = object()
    items = {key}
    before = sys.getrefcount(key), sys.getrefcount(items)
    for item in items:
        during = sys.getrefcount(key)
    del item
    return during - before[0], (sys.getrefcount(key), sys.getrefcount(items)) == before


def main():
    numbers = set(range(50))
    numbers -= set(range(3, 45, 3))
    for items in (numbers, frozenset(numbers), set(), frozenset("a"), Own(numbers), Iterated(numbers), {2**61, -1, 0.5}):
        assert gather(items) == [*list(items), "end"], items
        assert [item for item in items] == list(items) == list(lazily(items))
        assert {item: 1 for item in items} == dict.fromkeys(items, 1)
    print(outcome(grow, {1, 2, 3}), outcome(empty, {1, 2}), outcome(empty, {1}), swap(set(range(10))))
    print(search(numbers, 7), search(numbers, 3), sorted(pairs({(1, 2), (3, 4)})), outcome(pairs, {(1, 2, 3)}))
    print(sum(left * right for left in numbers for right in {1, 2}), dropped(), counted())


main()
