"""Operations on values against CPython's instructions: arithmetic, comparisons, items, displays, unpacking."""

import os

import pytest
from hypothesis import assume, given, settings, strategies as st

import _ops_cold
import _ops_hot
from weird import build, check, floats, ints, outcome, plain_recipes, recipes, texts

settings.register_profile("ops", max_examples=400, deadline=None)
settings.register_profile("long", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("OPS_PROFILE", "ops"))

both = pytest.mark.parametrize("ops", [_ops_hot, _ops_cold], ids=["hot", "cold"])

SYMBOLS = "+ & // << @ * % | ** >> - / ^".split()


def binary_function(number):
    if number < 13:
        source = f"def function(left, right): return left {SYMBOLS[number]} right"
    else:
        source = f"def function(left, right):\n    left {SYMBOLS[number - 13]}= right\n    return left"
    namespace = {}
    exec(source, namespace)
    return namespace["function"]


BINARY = [binary_function(number) for number in range(26)]
COMPARE = [eval(f"lambda left, right: left {symbol} right") for symbol in ("<", "<=", "==", "!=", ">", ">=")]
numbers = st.one_of(ints, floats, st.booleans(), texts).map(lambda value: ("leaf", value))


def huge(number, *operands):
    """Operands whose result would take very long or all memory."""
    values = [value for kind, value, *_ in operands if kind == "leaf" and type(value) in (int, bool)]
    limit = 300 if number % 13 in (3, 5, 8) else None
    return limit is not None and any(abs(value) > limit for value in values)


@both
@given(number=st.integers(0, 25), left=numbers, right=numbers)
@settings(max_examples=3000)
def test_binary_of_numbers(ops, number, left, right):
    # Repetitions and shifts by large counts.
    if huge(number, right) or (number % 13 in (5, 8) and huge(number, left)):
        assume(number % 13 == 5 and all(type(each[1]) in (int, float, bool) for each in (left, right)))
    check(BINARY[number], lambda a, b: ops.binary(a, b, number), left, right)


@both
@given(number=st.integers(0, 25), left=recipes, right=recipes)
@settings(max_examples=1500)
def test_binary(ops, number, left, right):
    assume(not huge(number, left, right))
    check(BINARY[number], lambda a, b: ops.binary(a, b, number), left, right)


@both
@given(number=st.integers(0, 25), operand=st.one_of(numbers, recipes))
def test_binary_with_itself(ops, number, operand):
    assume(not huge(number, operand))
    check(lambda a: BINARY[number](a, a), lambda a: ops.binary(a, a, number), operand)


@both
@given(number=st.integers(0, 5), left=st.one_of(numbers, recipes), right=st.one_of(numbers, recipes))
@settings(max_examples=3000)
def test_compare(ops, number, left, right):
    check(COMPARE[number], lambda a, b: ops.compare(a, b, number), left, right)
    check(lambda a, b: True if COMPARE[number](a, b) else False,
          lambda a, b: bool(ops.compare_truth(a, b, number)), left, right)
    check(lambda a: COMPARE[number](a, a), lambda a: ops.compare(a, a, number), left)


@both
@given(operand=st.one_of(numbers, recipes))
def test_unary(ops, operand):
    check(lambda a: -a, ops.negative, operand)
    check(lambda a: +a, ops.positive, operand)
    check(lambda a: ~a, ops.invert, operand)
    check(lambda a: not a, lambda a: not ops.truth(a), operand)
    check(len, ops.length, operand)


@both
@given(container=recipes, item=st.one_of(numbers, recipes))
def test_contains(ops, container, item):
    check(lambda a, b: b in a, lambda a, b: bool(ops.contains(a, b)), container, item)


# ---- items ----

indices = st.integers(-5, 5).map(lambda value: ("leaf", value))
keys = st.one_of(indices, indices, plain_recipes, recipes)
sequences = st.one_of(st.lists(plain_recipes, max_size=4).map(lambda items: ("list", items)),
                      st.lists(plain_recipes, max_size=4).map(lambda items: ("tuple", items)),
                      texts.map(lambda value: ("leaf", value)), recipes)


def set_item(container, key, value):
    container[key] = value


def delete_item(container, key):
    del container[key]


@both
@given(container=sequences, key=keys, value=recipes)
@settings(max_examples=1500)
def test_items(ops, container, key, value):
    check(lambda a, b: a[b], ops.item_get, container, key)
    check(set_item, ops.item_set, container, key, value)
    check(delete_item, ops.item_del, container, key)


bounds = st.one_of(indices, indices, st.just(("leaf", None)), plain_recipes, recipes)


def set_slice(container, start, stop, value):
    container[start:stop] = value


def get_slice(container, start, stop):
    return container[start:stop]


@both
@given(container=sequences, start=bounds, stop=bounds, value=recipes)
@settings(max_examples=1500)
def test_slices(ops, container, start, stop, value):
    check(get_slice, ops.slice_get, container, start, stop)
    check(set_slice, ops.slice_set, container, start, stop, value)


# ---- displays ----

@both
@given(a=recipes, b=recipes, c=recipes)
def test_displays(ops, a, b, c):
    check(lambda a, b, c: (a, b, c), lambda a, b, c: ops.tuple_new([a, b, c]), a, b, c)
    check(lambda a, b, c: [a, b, c], lambda a, b, c: ops.list_new([a, b, c]), a, b, c)
    check(lambda a, b, c: {a, b, c}, lambda a, b, c: ops.set_new([a, b, c]), a, b, c)
    check(lambda a, b, c: {a: b, c: a}, lambda a, b, c: ops.dict_new([a, b, c, a]), a, b, c)
    check(lambda a, b, c: {"x": a, "y": b, 5: c}, lambda a, b, c: ops.dict_const(("x", "y", 5), [a, b, c]), a, b, c)
    check(lambda a, b, c: slice(a, b, c), ops.slice_new, a, b, c)
    check(lambda a, b: slice(a, b), lambda a, b: ops.slice_new(a, b, ops.NULL), a, b)


def test_empty_displays():
    for ops in (_ops_hot, _ops_cold):
        assert ops.tuple_new([]) == () and ops.list_new([]) == [] and ops.set_new([]) == set() and ops.dict_new([]) == {}
        assert ops.str_join([]) == ""


def with_list(function):
    def run(ops, *args):
        made = [1]
        function(ops, made, *args)
        return made
    return run


def extend(ops, value):
    made = [1]
    ops.list_extend(made, value)
    return made


def update_set(ops, value):
    made = {1}
    ops.set_update(made, value)
    return made


def update_dict(ops, value):
    made = {"key": 1, "a": 2}
    ops.dict_update(made, value)
    return made


def star_set(value):
    return {1, *value}


@both
@given(value=recipes)
@settings(max_examples=1000)
def test_starred(ops, value):
    check(lambda a: [1, *a], lambda a: extend(ops, a), value)
    check(lambda a: {1, *a}, lambda a: update_set(ops, a), value)
    check(lambda a: {"key": 1, "a": 2, **a}, lambda a: update_dict(ops, a), value)


def receiver(**kwargs):
    return kwargs


def merge(ops, function, *mappings):
    made = {}
    for mapping in mappings:
        ops.dict_merge(made, mapping, function)
    return function(**made)


mappings = st.one_of(st.dictionaries(st.sampled_from(["a", "b", "key"]), plain_recipes, max_size=2)
                     .map(lambda value: ("dict", list(value.items()))), recipes)


@both
@given(first=mappings, second=mappings)
@settings(max_examples=1000)
def test_dict_merge(ops, first, second):
    for function in (receiver, dict, [].sort, receiver.__get__(5), int):
        check(lambda a, b: function(**a, **b), lambda a, b: merge(ops, function, a, b), first, second)


@both
@given(items=st.lists(recipes, max_size=3), key=recipes)
def test_comprehensions(ops, items, key):
    def reference(a, b):
        return [a for _ in range(3)], {a for _ in range(2)}, {a: b for _ in range(2)}

    def tested(a, b):
        made, unique, mapping = [], set(), {}
        for _ in range(3):
            ops.list_append(made, a)
        for _ in range(2):
            ops.set_add(unique, a)
        for _ in range(2):
            ops.dict_add(mapping, a, b)
        return made, unique, mapping
    check(reference, tested, ("list", items), key)
    check(reference, tested, key, ("list", items))


# ---- f-strings ----

@both
@given(value=recipes, spec=st.one_of(st.sampled_from(["", "5", ">4", "d", ".2f", "x"]).map(lambda text: ("leaf", text)), recipes))
@settings(max_examples=600)
def test_format(ops, value, spec):
    check(lambda a: f"{a}", lambda a: ops.format(a, ops.NULL, 0), value)
    check(lambda a: f"{a!s}", lambda a: ops.format(a, ops.NULL, 1), value)
    check(lambda a: f"{a!r}", lambda a: ops.format(a, ops.NULL, 2), value)
    check(lambda a: f"{a!a}", lambda a: ops.format(a, ops.NULL, 3), value)
    for conversion, function in enumerate((str, repr, ascii), 1):
        check(function, lambda a, conversion=conversion: ops.convert(a, conversion), value)
    if spec[0] == "leaf" and type(spec[1]) is str:
        check(lambda a, b: format(a, b), lambda a, b: ops.format(a, b, 0), value, spec)
    check(lambda a: f"<{a}|{a!r}>", lambda a: ops.str_join(["<", ops.format(a, ops.NULL, 0), "|", ops.format(a, ops.NULL, 2), ">"]),
          value)


# ---- iteration ----

def loop(value):
    made = []
    for item in value:
        made.append(item)
        if len(made) > 20:
            break
    return made


def loop_by_ops(ops, value):
    made = []
    iterator = ops.iter(value)
    while True:
        item = ops.iter_next(iterator)
        if item is ops.NULL:
            break
        made.append(item)
        if len(made) > 20:
            break
    return made


@both
@given(value=recipes)
@settings(max_examples=1500)
def test_loop(ops, value):
    check(loop, lambda a: loop_by_ops(ops, a), value)


@both
def test_list_that_changes_while_looped_over(ops):
    def run(iterate):
        items, seen = [1, 2, 3], []
        for item in iterate(items):
            seen.append(item)
            if len(items) < 7:
                items.append(len(items))
            if item == 5:
                items.clear()
        return seen

    def by_ops(items):
        iterator = ops.iter(items)
        while (item := ops.iter_next(iterator)) is not ops.NULL:
            yield item
        assert ops.iter_next(iterator) is ops.NULL
    assert run(by_ops) == run(iter)


@both
@pytest.mark.parametrize("values", [range(3), range(-5, 5), range(10, -10, -3), range(2**63 - 3, 2**63 - 1),
                                    range(-2**63, -2**63 + 3), range(2**63 - 1, 2**63 + 3), range(0)], ids=str)
def test_ranges(ops, values):
    assert loop_by_ops(ops, values) == list(values)


# ---- unpacking ----

def unpacking(count):
    names = ", ".join(f"x{i}" for i in range(count)) + ("," if count else "")
    namespace = {}
    exec(f"def function(value):\n    [{names}] = value\n    return ({names})", namespace)
    return namespace["function"]


def unpacking_ex(before, after):
    first = "".join(f"x{i}, " for i in range(before))
    last = "".join(f"y{i}, " for i in range(after))
    namespace = {}
    exec(f"def function(value):\n    {first}*rest, {last} = value\n    return ({first}rest, {last})", namespace)
    return namespace["function"]


UNPACK = [unpacking(count) for count in range(5)]
UNPACK_EX = {(before, after): unpacking_ex(before, after) for before in range(3) for after in range(3)}


@both
@given(value=st.one_of(sequences, recipes), count=st.integers(0, 4))
@settings(max_examples=1500)
def test_unpack(ops, value, count):
    check(UNPACK[count], lambda a: ops.unpack(a, count), value)


@both
@given(value=st.one_of(sequences, recipes), before=st.integers(0, 2), after=st.integers(0, 2))
@settings(max_examples=1500)
def test_unpack_ex(ops, value, before, after):
    check(UNPACK_EX[before, after], lambda a: ops.unpack_ex(a, before, after), value)
