"""Objects for property tests: recipes, what they are built into, and how two results are compared.

A recipe is plain data, so the same operands can be made twice: once for CPython's own instruction, once
for the operation under test. Objects with special methods note each call in a log.
"""

import re
import sys
import types

from hypothesis import strategies as st

LOG = []

ERRORS = {error.__name__: error for error in (ValueError, KeyError, AttributeError, TypeError,
                                              StopIteration, IndexError, RuntimeError, ZeroDivisionError,
                                              OverflowError, StopAsyncIteration, KeyboardInterrupt)}

DUNDERS = """add radd iadd sub rsub isub mul rmul imul truediv rtruediv floordiv rfloordiv mod rmod pow rpow and rand
or ror xor rxor lshift rlshift rshift rrshift matmul rmatmul ior neg pos invert lt le eq ne gt ge hash bool len
getitem setitem delitem contains iter next index int float str repr format enter exit aenter aexit aiter anext await
missing keys reversed length_hint getattr setattr delattr""".split()

# What a special method does: a value to return, 'self', NotImplemented or an error.
behaviours = st.one_of(
    st.sampled_from([0, 1, -1, 2, True, False, None, "text", 1.5, "", 10**20]).map(lambda value: ("value", value)),
    st.just(("self",)), st.just(("not-implemented",)), st.just(("list",)), st.just(("iterator",)),
    st.sampled_from(sorted(ERRORS)).map(lambda name: ("raise", name)))

LARGE = [2**30 - 1, 2**30, 2**30 + 1, 2**53, 2**53 + 1, 2**59, 2**60 - 1, 2**60, 2**62, 2**63 - 1, 2**63, 2**64, 2**100]
ints = st.one_of(st.integers(-300, 300), st.sampled_from(LARGE), st.sampled_from(LARGE).map(lambda value: -value),
                 st.integers(-2**31, 2**31), st.integers(-2**62, 2**62))
floats = st.one_of(st.floats(), st.sampled_from([0.0, -0.0, 1.0, float("nan"), float("inf"), 2.0**53, 2.0**60]))
texts = st.one_of(st.text(max_size=4), st.sampled_from(["", "a", "ab", "key", "\xe9", "\u20ac", "\U0001f600"]))
leaves = st.one_of(ints, floats, texts, st.booleans(), st.none(), st.binary(max_size=3), st.complex_numbers(max_magnitude=10),
                   st.sampled_from([range(0), range(3), range(5, 0, -2), range(10**20, 10**20 + 2), Ellipsis]))
weird_recipes = st.tuples(st.just("weird"), st.dictionaries(st.sampled_from(DUNDERS), behaviours, max_size=5),
                          st.sampled_from(["object", "int", "str", "list", "dict", "float", "tuple"]))


def composite(children):
    return st.one_of(
        st.tuples(st.just("list"), st.lists(children, max_size=3)),
        st.tuples(st.just("tuple"), st.lists(children, max_size=3)),
        st.tuples(st.just("set"), st.lists(leaves, max_size=3)),
        st.tuples(st.just("frozenset"), st.lists(leaves, max_size=3)),
        st.tuples(st.just("dict"), st.lists(st.tuples(leaves, children), max_size=3)),
        st.tuples(st.just("generator"), st.lists(children, max_size=3)),
        st.tuples(st.just("iterator"), st.lists(children, max_size=3)))


recipes = st.recursive(st.one_of(leaves.map(lambda value: ("leaf", value)), weird_recipes), composite, max_leaves=4)
plain_recipes = leaves.map(lambda value: ("leaf", value))


def act(owner, behaviour):
    kind, *rest = behaviour
    if kind == "value":
        return rest[0]
    if kind == "self":
        return owner
    if kind == "not-implemented":
        return NotImplemented
    if kind == "list":
        return [1, 2]
    if kind == "iterator":
        return iter([1, 2])
    raise ERRORS[rest[0]](rest[0])


def make_method(name, behaviour):
    def method(self, *args):
        LOG.append((name, [type(arg).__name__ for arg in args]))
        return act(self, behaviour)
    if name == "getattr":
        # Only for missing names that no protocol asks for.
        def method(self, attribute):
            LOG.append((name, attribute))
            if attribute.startswith("__"):
                raise AttributeError(attribute)
            return act(self, behaviour)
    return method


BASES = {"object": (object, ()), "int": (int, (7,)), "str": (str, ("seven",)), "list": (list, ([1, 2],)),
         "dict": (dict, ({"key": 1},)), "float": (float, (7.5,)), "tuple": (tuple, ((1, 2),))}


def build_weird(methods, base):
    namespace = {f"__{name}__": make_method(name, behaviour) for name, behaviour in methods.items()}
    if "eq" in methods and "hash" not in methods:
        namespace["__hash__"] = None
    kind, args = BASES[base]
    cls = type("Weird", (kind,), namespace)
    return kind.__new__(cls, *args) if kind is not list and kind is not dict else fill(cls, kind, args)


def fill(cls, kind, args):
    made = kind.__new__(cls)
    kind.__init__(made, *args)
    return made


def generate(items):
    yield from items


def copied(value):
    """Equal but not the same object, where there is a choice: what else has the recipe's own may go while an operation runs,
    in a collection of garbage, and count as the operation's doing."""
    kind = type(value)
    if kind in (int, float):
        return value + 0
    if kind is complex:
        return complex(value.real, value.imag)
    return "".join(list(value)) if kind is str else bytes(bytearray(value)) if kind is bytes else value


def build(recipe):
    kind, *rest = recipe
    if kind == "leaf":
        return copied(rest[0])
    if kind == "weird":
        return build_weird(*rest)
    if kind == "list":
        return [build(item) for item in rest[0]]
    if kind == "tuple":
        return tuple(build(item) for item in rest[0])
    if kind == "set":
        return set(rest[0])
    if kind == "frozenset":
        return frozenset(rest[0])
    if kind == "dict":
        return {key: build(value) for key, value in rest[0]}
    if kind == "generator":
        return generate([build(item) for item in rest[0]])
    return iter([build(item) for item in rest[0]])


def shape(value, depth=0):
    """What of a value has to be equal in both runs."""
    kind = type(value)
    if depth > 5:
        return kind.__name__
    if kind in (list, tuple):
        return kind.__name__, [shape(item, depth + 1) for item in value]
    if kind is dict:
        return "dict", [(shape(key, depth + 1), shape(item, depth + 1)) for key, item in value.items()]
    if kind in (set, frozenset):
        return kind.__name__, sorted(str(shape(item, depth + 1)) for item in value)
    if kind is int:
        return "int", repr(value), value.__sizeof__()
    if kind is str:
        return "str", re.sub("0x[0-9a-f]+", "0x", value)
    if kind in (int, float, bytes, bool, complex, type(None), range, type(Ellipsis), type(NotImplemented)):
        return kind.__name__, repr(value)
    if kind is slice:
        return "slice", [shape(item, depth + 1) for item in (value.start, value.stop, value.step)]
    if isinstance(value, BaseException):
        return exception_shape(value)
    return kind.__name__


def exception_shape(error, depth=0):
    context = error.__context__ if depth < 3 else None
    cause = error.__cause__ if depth < 3 else None
    return (type(error).__name__, [shape(arg, 1) for arg in error.args], getattr(error, "name", None),
            shape(getattr(error, "obj", None), 1), shape(getattr(error, "path", None), 1),
            context and exception_shape(context, depth + 1), cause and exception_shape(cause, depth + 1),
            error.__suppress_context__)


def outcome(function, *operands):
    """Result or exception, calls of special methods, and what happened to the operands."""
    LOG.clear()
    before = [sys.getrefcount(operand) for operand in operands]
    try:
        result = "returned", shape(function(*operands))
    except BaseException as error:
        result = "raised", exception_shape(error)
        error.__traceback__ = error.__context__ = error.__cause__ = None
        if hasattr(error, "obj"):
            error.obj = None
        error.args = ()
        del error
    calls = list(LOG)
    after = [sys.getrefcount(operand) for operand in operands]
    # Small ints and the like are shared with everything that runs.
    drift = [None if is_shared(operand) else now - then
             for operand, now, then in zip(operands, after, before)]
    return result, calls, [shape(operand) for operand in operands if not is_iterator(operand)], drift


def is_shared(value):
    if type(value) is int:
        return -5 <= value <= 256
    return type(value) in (bool, range, type(None), type(Ellipsis)) or (
        type(value) in (str, bytes, tuple, frozenset) and len(value) < 2)


def is_iterator(value):
    return isinstance(value, (types.GeneratorType, type(iter([]))))


def check(reference, tested, *recipes_of_operands, ignore_drift=False):
    expected = outcome(reference, *[build(recipe) for recipe in recipes_of_operands])
    actual = outcome(tested, *[build(recipe) for recipe in recipes_of_operands])
    if ignore_drift:
        expected, actual = expected[:3], actual[:3]
    assert actual == expected, f"\nCPython:   {expected}\noperation: {actual}"
