"""Names, imports, exceptions, with, await and match against CPython's instructions."""

import builtins
import os
import sys
import types

import pytest
from hypothesis import given, settings, strategies as st

import _ops_cold
import _ops_hot
from weird import build, check, exception_shape, outcome, recipes, shape, weird_recipes

settings.register_profile("ops", max_examples=300, deadline=None)
settings.register_profile("long", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("OPS_PROFILE", "ops"))

both = pytest.mark.parametrize("ops", [_ops_hot, _ops_cold], ids=["hot", "cold"])


def result_of(function, *args):
    try:
        return "returned", shape(function(*args))
    except BaseException as error:
        return "raised", exception_shape(error)


# ---- global variables ----

NAMES = ["alpha", "len", "strange"]


class Namespace(dict):
    def __missing__(self, name):
        if name == "strange":
            return "from __missing__"
        raise KeyError(name)


class Failing(dict):
    def __getitem__(self, name):
        if name in ("alpha", "strange", "__annotations__", "__build_class__"):
            raise ZeroDivisionError(name)
        return super().__getitem__(name)

    def __setitem__(self, name, value):
        if name == "c":
            raise ZeroDivisionError(name)
        super().__setitem__(name, value)


def reader(ops, name, space):
    """A function of its own module that reads one global variable."""
    if ops is None:
        code = compile(f"def function(): return {name}", "<test>", "exec").co_consts[0]
        return types.FunctionType(code, space)
    code = compile("def function(get=None, name=None, site=None): return get(name, site)", "<test>", "exec")
    code = next(each for each in code.co_consts if isinstance(each, types.CodeType))
    return types.FunctionType(code, space, "function", (ops.global_get, sys.intern(name), ops.site()))


def apply(space, action):
    kind, name, value = action
    builtin_space = dict.get(space, "__builtins__", builtins)
    builtin_space = vars(builtin_space) if isinstance(builtin_space, types.ModuleType) else builtin_space
    if kind == "set":
        space[name] = value
    elif kind == "delete":
        space.pop(name, None)
    elif kind == "clear":
        kept = dict.get(space, "__builtins__")
        space.clear()
        space["__builtins__"] = kept
    elif kind == "builtin":
        builtin_space[name] = value
    elif kind == "no builtin" and name != "len":
        builtin_space.pop(name, None)
    elif kind == "grow":
        space.update({f"name{value}{number}": number for number in range(20)})
    elif kind == "shrink":
        for key in [key for key in space if isinstance(key, str) and key.startswith("name")]:
            del space[key]
    elif kind == "number":
        space[5] = value
    elif kind == "popitem":
        last = space.popitem()
        if last[0] == "__builtins__":
            space["__builtins__"] = last[1]
    elif kind == "setdefault":
        space.setdefault(name, value)
    elif kind == "update":
        space.update({name: value, "other": value})


space_actions = st.tuples(st.sampled_from("set set delete clear builtin grow shrink number popitem setdefault update".split() + ["no builtin"]),
                          st.sampled_from(NAMES), st.integers(0, 3))


@both
@given(actions=st.lists(space_actions, min_size=2, max_size=12),
       kind=st.sampled_from([dict, dict, Namespace, Failing]),
       builtin_kind=st.sampled_from([None, dict, dict, Namespace, Failing]))
def test_globals_follow_changes(ops, actions, kind, builtin_kind):
    worlds = []
    for each in (None, ops):
        space = kind()
        space["__builtins__"] = builtin_kind({"len": len, "__import__": __import__}) if builtin_kind else types.SimpleNamespace(x=1)
        if not builtin_kind:
            space["__builtins__"] = {"len": len}
        worlds.append((space, [reader(each, name, space) for name in NAMES]))
    for action in actions:
        seen = []
        for space, readers in worlds:
            apply(space, action)
            seen.append([result_of(read) for read in readers for _ in range(2)])
        assert seen[0] == seen[1], action


@both
def test_global_of_several_modules_at_one_site(ops):
    """The same code object with other globals: `exec` of one code, FunctionType."""
    sites = {"alpha": ops.site(), "len": ops.site()}  # each of one name, as the compiler makes them
    code = compile("def function(get=None, name=None, site=None): return get(name, site)", "<test>", "exec")
    code = next(each for each in code.co_consts if isinstance(each, types.CodeType))
    spaces = [{"alpha": 1}, {"beta": 0, "alpha": 2}, {"len": 3}, {"beta": 1}, {"alpha": 4, "__builtins__": {"len": 5}}]
    readers = [[types.FunctionType(code, space, "f", (ops.global_get, name, sites[name])) for name in ("alpha", "len")] for space in spaces]
    expected = [(1, len), (2, len), (NameError, 3), (NameError, len), (4, 5)]
    for _ in range(3):
        for pair, results in zip(readers, expected):
            for read, result in zip(pair, results):
                if result is NameError:
                    with pytest.raises(NameError, match="^name 'alpha' is not defined$") as caught:
                        read()
                    assert caught.value.name == "alpha"
                else:
                    assert read() is result


@both
def test_storing_global_variables(ops):
    space = {"store": ops.global_set, "delete": ops.global_del, "name": sys.intern("alpha"), "site": ops.site()}
    exec("def change(value): store(value, name, site)\ndef drop(): delete('alpha')", space)
    for value in (5, None, [], 5):
        space["change"](value)
        assert space["alpha"] == value
    space["drop"]()
    assert "alpha" not in space
    for other in range(100):  # the keys grow, and the entry moves
        space[f"other{other}"] = other
        space["change"](other)
        assert space["alpha"] == other
    space["drop"]()
    expected = result_of(eval("lambda: exec('def f():\\n global alpha\\n del alpha\\nf()', {})"))
    assert result_of(space["drop"]) == expected


@both
@pytest.mark.parametrize("present", ["locals", "globals", "builtins", "nowhere"])
@pytest.mark.parametrize("kind", [dict, Namespace, Failing])
def test_names_of_class_bodies(ops, present, kind):
    def spaces():
        local, space = kind(), {"ops": ops, "__builtins__": {"len": len}}
        {"locals": local, "globals": space, "builtins": space["__builtins__"], "nowhere": {}}[present]["alpha"] = 5
        return space, local
    pairs = [("result = alpha", "result = ops.name_get('alpha')"), ("alpha = 7", "ops.name_set(7, 'alpha')"),
             ("del alpha", "ops.name_del('alpha')"), ("result: int = 5", "ops.annotations_setup(); result = 5; __annotations__['result'] = int")]
    for plain, tested in pairs:
        seen = []
        for source in (plain, tested):
            space, local = spaces()
            seen.append((result_of(exec, source, space, local), [str(key) for key in dict.keys(local)],
                         shape(dict.get(local, "result")), shape(dict.get(local, "alpha"))))
        assert seen[0] == seen[1], plain


# ---- cells ----

@both
def test_cells(ops):
    def outer(fill):
        if fill:
            value = 5

        def plain():
            return value

        def tested():
            assert True or value
            slot = tested.__code__.co_nlocals + tested.__code__.co_freevars.index("value")
            return ops.cell_get(slot)
        own = outer.__code__.co_varnames.index if "value" in outer.__code__.co_varnames else None
        slot = outer.__code__.co_nlocals + outer.__code__.co_cellvars.index("value")
        return plain, tested, lambda: None, own, slot
    for fill in (True, False):
        plain, tested, *_ = outer(fill)
        assert result_of(plain) == result_of(tested)

    def own_plain():
        if not ops:
            value = 1
        result = result_of(lambda: None), None
        inner = lambda: value
        return value

    def own_tested():
        if not ops:
            value = 1
        inner = lambda: value
        slot = own_tested.__code__.co_nlocals + own_tested.__code__.co_cellvars.index("value")
        return ops.cell_get(slot)
    assert result_of(own_plain) == result_of(own_tested)

    def storing():
        value = 1
        inner = lambda: value
        slot = storing.__code__.co_nlocals + storing.__code__.co_cellvars.index("value")
        ops.cell_set([2], slot)
        first = value
        ops.cell_del(slot)
        try:
            ops.cell_del(slot)
        except UnboundLocalError as error:
            return first, str(error)
    assert storing() == ([2], "cannot access local variable 'value' where it is not associated with a value")


# ---- exceptions ----

class Own(ValueError):
    pass


class MetaError(type):
    def __subclasscheck__(cls, other):
        raise RuntimeError("never asked")


class Guarded(Exception, metaclass=MetaError):
    pass


TYPES = [ValueError, KeyError, Own, Exception, BaseException, Guarded, (ValueError, KeyError), (), (Own, 5), 5, int, object, "text",
         ((ValueError,),), (Guarded, ValueError), ExceptionGroup, BaseExceptionGroup, (ValueError, ExceptionGroup)]
GROUPS = [lambda: ExceptionGroup("group", [ValueError(1), KeyError(2)]), lambda: ExceptionGroup("group", [ExceptionGroup("inner", [Own()]), OSError()]),
          lambda: BaseExceptionGroup("group", [KeyboardInterrupt()])]
RAISED = [ValueError, Own, KeyError, Guarded, KeyboardInterrupt, lambda: StopAsyncIteration(1), *GROUPS]


@both
@pytest.mark.parametrize("make", RAISED)
@pytest.mark.parametrize("caught", TYPES, ids=str)
def test_except(ops, make, caught):
    def plain():
        try:
            raise make()
        except caught:
            return True
        except BaseException as error:
            if error.__context__ is not None:
                raise
            return False

    def tested():
        try:
            raise make()
        except BaseException as error:
            return bool(ops.exc_match(error, caught))
    assert result_of(plain) == result_of(tested)


@both
@pytest.mark.parametrize("make", RAISED)
@pytest.mark.parametrize("caught", TYPES, ids=str)
def test_except_star(ops, make, caught):
    def plain():
        seen = []
        try:
            try:
                raise make()
            except* caught as group:
                seen.append(shape(group))
                seen.append(sys.exc_info()[1] is group)
        except BaseException as rest:
            if isinstance(rest, TypeError):
                raise
            seen.append(("rest", exception_shape(rest)))
        return seen

    def tested():
        seen = []
        try:
            raise make()
        except BaseException as error:
            rest, match = ops.exc_match_star(error, caught)
            if match is None:
                assert rest is error
                rest.__context__ = None
            else:
                seen.append(shape(match))
                seen.append(sys.exc_info()[1] is match)
            left = ops.exc_prepare_star(error, [rest] if rest is not None else [])
            if left is not None:
                seen.append(("rest", exception_shape(left)))
        return seen
    expected, actual = result_of(plain), result_of(tested)
    if expected[0] == "raised":
        assert (actual[0], actual[1][:2]) == (expected[0], expected[1][:2])
    else:
        assert actual == expected


@both
def test_end_of_async_for(ops):
    assert ops.exc_end_async_for(StopAsyncIteration()) == 1
    assert ops.exc_end_async_for(StopIteration()) == 0


@both
def test_end_of_generators(ops):
    stop = StopIteration("value")
    assert ops.exc_is_stop(stop) == 1
    assert ops.exc_is_stop(StopAsyncIteration()) == 0
    assert ops.exc_stop_value(stop) == "value"
    assert ops.exc_stop_value(StopIteration()) is None

    def generator(problem):
        yield ops.exc_explain_stop(problem)

    async def coroutine(problem):
        return ops.exc_explain_stop(problem)

    async def async_generator(problem):
        yield ops.exc_explain_stop(problem)

    def left(kind, problem):
        made = kind(problem)
        try:
            return next(made) if kind is generator else (made if kind is coroutine else made.__anext__()).send(None)
        except StopIteration as result:
            return result.value

    for kind, problem, text in ((generator, stop, "generator raised StopIteration"),
                                (coroutine, stop, "coroutine raised StopIteration"),
                                (async_generator, stop, "async generator raised StopIteration"),
                                (async_generator, StopAsyncIteration(), "async generator raised StopAsyncIteration")):
        error = left(kind, problem)
        assert (type(error), str(error)) == (RuntimeError, text)
        assert error.__cause__ is error.__context__ is problem
    for kind, problem in ((generator, StopAsyncIteration()), (coroutine, StopAsyncIteration()), (generator, KeyError())):
        assert left(kind, problem) is problem


# ---- with ----

def with_plain(manager):
    with manager as value:
        return value


def with_tested(ops, manager):
    value, leave = ops.with_enter(manager)
    leave(None, None, None)
    return value


@both
@given(recipe=weird_recipes)
def test_with(ops, recipe):
    check(with_plain, lambda manager: with_tested(ops, manager), recipe)


@both
def test_leaving_with(ops):
    seen = []

    class Manager:
        def __exit__(self, *args):
            seen.append(args)
            return 5
    try:
        raise ValueError(1)
    except ValueError as error:
        assert ops.with_exit(Manager().__exit__, error) == 5
        assert seen == [(ValueError, error, error.__traceback__)]
        with pytest.raises(TypeError, match="takes 1 positional argument but 3 were given"):
            ops.with_exit(lambda one: None, error)


# ---- awaiting ----

def drive(coroutine):
    try:
        for _ in range(5):
            coroutine.send(None)
    finally:
        coroutine.close()


async def await_plain(value):
    return await value


async def for_plain(value):
    async for item in value:
        return item


async def with_async_plain(value):
    async with value as item:
        return item


def text_of(function, *args):
    """Type and text of the exception that the first step meets, or its result."""
    try:
        result = function(*args)
        return "returned", shape(result)
    except BaseException as error:
        return type(error).__name__, str(error), error.__cause__ and type(error.__cause__).__name__


async def immediate():
    return 5


AWAITABLES = {
    "coroutine": lambda: immediate(), "number": lambda: 5, "generator": lambda: (x for x in [1]),
    "method": lambda: type("A", (), {"__await__": lambda self: iter([])})(),
    "bad method": lambda: type("A", (), {"__await__": lambda self: 5})(),
    "coroutine from method": lambda: type("A", (), {"__await__": lambda self: immediate()})(),
    "raising method": lambda: type("A", (), {"__await__": lambda self: 1 / 0})(),
    "anext": lambda: anext(type("A", (), {"__aiter__": lambda self: self, "__anext__": lambda self: 5})()),
    "types.coroutine": lambda: types.coroutine(lambda: (yield 1))(),
}


@both
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", AWAITABLES)
def test_awaitable(ops, name):
    def first_step(function):
        try:
            function()
            return "no error"
        except StopIteration:
            return "no error"
        except BaseException as error:
            return type(error).__name__, str(error)
    make = AWAITABLES[name]
    assert first_step(lambda: await_plain(make()).send(None)) == first_step(lambda: ops.awaitable(make(), 0))
    for origin, method in ((1, "__aenter__"), (2, "__aexit__")):
        async def other(self, *args):
            return 1
        methods = {"__aenter__": other, "__aexit__": other, method: lambda self, *args: make()}
        manager = type("Manager", (), methods)()
        expected = first_step(lambda: drive(with_async_plain(manager)))
        assert first_step(lambda: ops.awaitable(make(), origin)) in (expected, "no error")
        if expected != "no error" and "__await__" in str(expected):
            assert first_step(lambda: ops.awaitable(make(), origin)) == expected


@both
def test_coroutine_that_is_awaited_already(ops):
    @types.coroutine
    def step():
        yield

    async def inner():
        await step()
    coroutine = inner()
    coroutine.send(None)
    with pytest.raises(RuntimeError, match="^coroutine is being awaited already$"):
        ops.awaitable(coroutine, 0)
    coroutine.close()


ASYNC_ITERATORS = {
    "number": lambda: 5,
    "no anext": lambda: type("A", (), {"__aiter__": lambda self: 5})(),
    "raising": lambda: type("A", (), {"__aiter__": lambda self: 1 / 0})(),
    "bad anext": lambda: type("A", (), {"__aiter__": lambda self: self, "__anext__": lambda self: 5})(),
    "raising anext": lambda: type("A", (), {"__aiter__": lambda self: self, "__anext__": lambda self: 1 / 0})(),
    "only anext": lambda: type("A", (), {"__anext__": lambda self: immediate()})(),
    "good": lambda: type("A", (), {"__aiter__": lambda self: self, "__anext__": lambda self: immediate()})(),
}


@both
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ASYNC_ITERATORS)
def test_async_for(ops, name):
    def tested(value):
        item = ops.async_next(ops.async_iter(value))
        value, returned = ops.send(item, None)
        assert returned
        return value

    def plain(value):
        try:
            for_plain(value).send(None)
        except StopIteration as stop:
            return stop.value
    make = ASYNC_ITERATORS[name]
    assert text_of(tested, make()) == text_of(plain, make())


@both
def test_async_generator_values(ops):
    async def generator():
        yield 5
    made = generator()
    assert type(ops.async_next(made)).__name__ == "async_generator_asend"
    assert type(ops.async_wrap(5)).__name__ == "async_generator_wrapped_value"


@both
@given(recipe=weird_recipes)
def test_async_with(ops, recipe):
    def plain(manager):
        try:
            with_async_plain(manager).send(None)
        except StopIteration as stop:
            return stop.value

    def tested(manager):
        entered, leave = ops.async_with_enter(manager)
        return entered
    expected, actual = outcome(plain, build(recipe)), outcome(tested, build(recipe))
    if expected[0][0] == "raised" and "protocol" in str(expected[0]):
        assert actual[0] == expected[0]


@both
@given(recipe=recipes, sent=st.sampled_from([None, 5]))
def test_send(ops, recipe, sent):
    def plain(value):
        def delegate():
            return (yield from [value] if not hasattr(value, "__next__") else value)
        return value

    def generator(log):
        log.append((yield 1))
        return 2
    log = []
    made = generator(log)
    assert ops.send(made, None) == (1, 0)
    assert ops.send(made, sent) == (2, 1)
    assert log == [sent]
    assert ops.send(iter([7]), None) == (7, 0)
    with pytest.raises(AttributeError):
        ops.send(iter([7]), 5)


@both
def test_yield_from(ops):
    def in_generator(value):
        return ops.yield_from_iter(value)
    made = (x for x in [1])
    assert in_generator(made) is made
    coroutine = await_plain(5)

    def plain():
        yield from coroutine
    assert text_of(in_generator, coroutine) == text_of(lambda: next(plain()))
    coroutine.close()
    assert text_of(in_generator, 5) == text_of(lambda: next((lambda value: (yield from value))(5)))
    assert list(in_generator([1, 2])) == [1, 2]


# ---- match ----

SUBJECTS = [{"a": 1, "b": 2}, {}, [1, 2], (1,), "text", 5, 5.0, None, Own("x", 1), range(3), object()]


class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x=1, y=2):
        self.x, self.y = x, y


class Counting(dict):
    def __missing__(self, key):
        raise RuntimeError("asked")


class OddGet(dict):
    def get(self, *args):
        raise ZeroDivisionError(args)


class NoGet:
    pass


SUBJECTS += [Point(), Point(y=5), Counting(a=1), OddGet(a=1), types.MappingProxyType({"a": 1})]


def keys_plain(subject, first, second):
    match subject:
        case {"a": value}:
            return (value,)
    return None


@both
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda value: type(value).__name__)
def test_match_kinds(ops, subject):
    def mapping(value):
        match value:
            case {}:
                return 1
        return 0

    def sequence(value):
        match value:
            case [*_]:
                return 1
        return 0
    assert ops.match_mapping(subject) == mapping(subject)
    assert ops.match_sequence(subject) == sequence(subject)
    if mapping(subject):
        assert result_of(ops.match_keys, subject, ("a",)) == result_of(keys_plain, subject, 1, 2)
        assert ops.match_keys(subject, ()) == ()


@both
def test_match_duplicate_keys(ops):
    class Keys:
        a = b = "a"

    def plain(value):
        match value:
            case {Keys.a: 1, Keys.b: 1}:
                return True
    subject = {"a": 1, "b": 2}
    assert result_of(plain, subject) == result_of(ops.match_keys, subject, ("a", "a"))
    assert result_of(ops.match_keys, NoGet(), ("a",))[1][0] == "AttributeError"
    assert result_of(ops.match_keys, {}, ([],))[1][0] == "TypeError"


def odd_class(match_args):
    return type("Odd", (Point,), {"__match_args__": match_args})


CLASSES = [Point, int, str, dict, Own, object, 5, "text", odd_class(["x"]), odd_class((5,)), odd_class(("x", "x")), odd_class(("none",)),
           odd_class(()), type("Sub", (int,), {}), type("Failing", (type,), {"__instancecheck__": lambda *args: 1 / 0})("Guarded", (), {})]


@both
@pytest.mark.parametrize("kind", CLASSES, ids=str)
@pytest.mark.parametrize("subject", [Point(), 5, "text", None, True, Own(1)], ids=lambda value: type(value).__name__)
def test_match_class(ops, kind, subject):
    if isinstance(kind, type) and kind.__name__ == "Odd":
        subject = kind() if isinstance(subject, Point) else subject

    def nothing(value):
        match value:
            case kind():
                return ()

    def one(value):
        match value:
            case kind(a):
                return (a,)

    def two(value):
        match value:
            case kind(a, b):
                return a, b

    def named(value):
        match value:
            case kind(x=a):
                return (a,)

    def mixed(value):
        match value:
            case kind(a, x=b):
                return a, b
    for plain, count, names in ((nothing, 0, ()), (one, 1, ()), (two, 2, ()), (named, 0, ("x",)), (mixed, 1, ("x",))):
        assert result_of(plain, subject) == result_of(ops.match_class, subject, kind, names, count), (count, names)


# ---- imports ----

def module(**attributes):
    made = types.ModuleType("made")
    vars(made).update(attributes)
    return made


MODULES = {
    "found": lambda: module(name=5), "absent": module, "with file": lambda: module(__file__="/file.py"),
    "initialising": lambda: module(__file__="/file.py", __spec__=types.SimpleNamespace(_initializing=True)),
    "file is no text": lambda: module(__file__=5), "name is no text": lambda: module(__name__=5),
    "name is no text, with file": lambda: module(__name__=5, __file__="/file.py"),
    "no module": lambda: types.SimpleNamespace(), "no module, named": lambda: types.SimpleNamespace(__name__="simple"),
    "raising": lambda: type("Raising", (), {"name": property(lambda self: 1 / 0)})(),
    "raising attribute error": lambda: type("Raising", (), {"name": property(lambda self: self.other), "__name__": "r"})(),
    "in sys.modules": lambda: module(__name__="parent_of_submodule"),
}


@both
@pytest.mark.parametrize("name", MODULES)
def test_import_from(ops, name, monkeypatch):
    made = MODULES[name]()
    monkeypatch.setitem(sys.modules, "made_for_test", made)
    monkeypatch.setitem(sys.modules, "parent_of_submodule.name", "the submodule")

    def plain():
        from made_for_test import name
        return name
    # __import__ itself handles the list of names when the module has a __path__; none here has.
    assert result_of(plain) == result_of(ops.import_from, made, "name")


STARS = {
    "all": lambda: module(__all__=["a", "_b"], a=1, _b=2, c=3), "no all": lambda: module(a=1, _b=2, c=3),
    "all lacks": lambda: module(__all__=["a", "gone"], a=1), "all has number": lambda: module(__all__=["a", 5], a=1),
    "all is tuple": lambda: module(__all__=("a",), a=1), "all is number": lambda: module(__all__=5),
    "all is iterator": lambda: module(__all__=iter(["a"])), "no dict": lambda: 5,
    "all has number, name is number": lambda: module(__all__=[5], __name__=5),
    "number in dict": lambda: (lambda made: (vars(made).update({5: 5}), made)[1])(module()),
    "object": lambda: types.SimpleNamespace(a=1, _b=2, c=3),
}


@both
@pytest.mark.parametrize("kind", [dict, Namespace, Failing])
@pytest.mark.parametrize("name", STARS)
def test_import_star(ops, name, kind, monkeypatch):
    monkeypatch.setitem(sys.modules, "made_for_test", STARS[name]())
    seen = []
    for source in ("from made_for_test import *", "ops.import_star(made)"):
        local = kind()
        space = {"ops": ops, "made": sys.modules["made_for_test"]}
        if name == "all is iterator":
            sys.modules["made_for_test"] = space["made"] = STARS[name]()
        seen.append((result_of(exec, source, space, local), sorted(map(str, local))))
    assert seen[0] == seen[1]


@both
def test_import(ops):
    def plain(space):
        exec("import os.path as found, json", space)

    def tested(space):
        exec("found = ops.import_(0, None, 'os.path')", space)
    calls = []

    def replaced(*args):
        calls.append((args[0], args[1] is space, args[2], args[3], args[4]))
        return "replaced"
    get = vars(ops)["import"]
    for names in ({}, {"__import__": 5}, {"__import__": replaced}, {"__import__": builtins.__import__}):
        space = {"__builtins__": dict(names), "get": get, "level": 0}
        seen = []
        for source in ("def f():\n import sys\n return sys", "def f():\n return get(0, None, 'sys')"):
            exec(source, space)
            calls.clear()
            seen.append((result_of(space["f"]), list(calls)))
        assert seen[0] == seen[1], names


@both
def test_build_class(ops):
    for names in ({}, {"__build_class__": 5}):
        for kind in (dict, Namespace, Failing):
            space = {"__builtins__": kind(names), "get": ops.build_class_get, "__name__": "test"}
            exec("def plain():\n class A: pass\n return A\ndef tested():\n return get()", space)
            expected, actual = result_of(space["plain"]), result_of(space["tested"])
            if "__build_class__" not in names or kind is Failing:
                assert expected == actual
    assert ops.build_class_get() is builtins.__build_class__
    assert ops.assertion_error() is AssertionError


def test_pair_turn():
    for ops in (_ops_hot, _ops_cold):
        assert ops.pair_turn(ops.NULL, 5) == (5, ops.NULL)
        assert ops.pair_turn(5, 6) == (5, 6)
        assert ops.pair_turn(5, ops.NULL) == (5, ops.NULL)
