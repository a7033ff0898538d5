"""Attribute sites against CPython while classes, objects and modules change under them.

Two equal worlds go through the same changes. In one, attributes are read and stored by CPython's
instructions, in the other by operations whose sites are shared by all objects of the world and stay
hot. After each change everything is read again, and must be equal.
"""

import functools
import os
import types

import pytest
from hypothesis import given, settings, strategies as st

import _ops_cold
import _ops_hot

settings.register_profile("ops", max_examples=150, deadline=None)
settings.register_profile("long", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("OPS_PROFILE", "ops"))

NAMES = ["alpha", "beta", "gamma"]


def instruction(source):
    namespace = {}
    exec(source, namespace)
    return namespace["function"]


READ = {name: instruction(f"def function(owner): return owner.{name}") for name in NAMES}
CALL = {name: instruction(f"def function(owner): return owner.{name}()") for name in NAMES}
STORE = {name: instruction(f"def function(owner, value): owner.{name} = value") for name in NAMES}


class World:
    """`ops` None: CPython's instructions."""

    def __init__(self, ops):
        self.ops = ops
        self.sites = {(kind, name): ops.site() for kind in "rms" for name in NAMES} if ops else None

        class Meta(type):
            pass

        class Base:
            delta = 1

        class Child(Base):
            pass

        class Other(Child, metaclass=Meta):
            pass

        class Slots:
            __slots__ = ("alpha", "beta")

        class Both(Slots):
            pass

        class Hooked(Base):
            def __getattr__(self, name):
                if name == "gamma":
                    raise AttributeError("hook")
                return "hooked " + name

        class Listed(list):
            pass

        class Module(types.ModuleType):
            pass

        class Plain:
            pass

        class Data:
            def __get__(self, owner, kind):
                return "data", type(owner).__name__, kind.__name__

            def __set__(self, owner, value):
                LOG.append(("set", type(owner).__name__, type(value).__name__))

        class NonData:
            def __get__(self, owner, kind):
                return "nondata", type(owner).__name__, kind.__name__

        self.classes = {each.__name__: each for each in (Base, Child, Other, Slots, Both, Hooked, Listed, Module, Meta)}
        self.value_classes = {"Plain": Plain, "Data": Data, "NonData": NonData}
        self.objects = {
            "base": Base(), "base2": Base(), "child": Child(), "other": Other(), "slots": Slots(), "both": Both(),
            "hooked": Hooked(), "listed": Listed(), "module": types.ModuleType("module"), "module2": types.ModuleType("module2"),
            "submodule": Module("submodule"), "function": lambda: None, "list": [], "error": ValueError(), "int": 5,
            "Base": Base, "Child": Child, "Other": Other, "Meta": Meta}

    def value(self, kind):
        number = kind[-1]
        if kind.startswith("number"):
            return int(number)
        if kind.startswith("function"):
            def function(*args):
                return "function" + number, [type(arg).__name__ for arg in args]
            return function
        if kind.startswith("property"):
            def getter(owner):
                if number == "1":
                    raise AttributeError("property")
                return "property" + number
            return property(getter, None if number == "2" else lambda owner, value: LOG.append(("property", type(value).__name__)))
        if kind.startswith("static"):
            return staticmethod(lambda *args: ("static" + number, len(args)))
        if kind.startswith("classmethod"):
            return classmethod(lambda cls, *args: ("class" + number, cls.__name__, len(args)))
        if kind.startswith("cached"):
            made = functools.cached_property(lambda owner: "cached" + number)
            made.attrname = "alpha"
            return made
        if kind.startswith("partial"):
            return functools.partial(lambda *args: ("partial" + number, len(args)))
        if kind.startswith("builtin"):
            return [len, abs, repr][int(number)]
        if kind.startswith("member"):
            return self.classes["Slots"].__dict__.get("alpha", 1)
        return self.value_classes[kind[:-1]]()

    def read(self, owner, name):
        if self.ops is None:
            return READ[name](owner)
        return self.ops.attr_get(owner, name, self.sites["r", name])

    def call(self, owner, name):
        if self.ops is None:
            return CALL[name](owner)
        function, this = self.ops.method_get(owner, name, self.sites["m", name])
        return function() if this is self.ops.NULL else function(this)

    def store(self, owner, name, value):
        if self.ops is None:
            STORE[name](owner, value)
        else:
            self.ops.attr_set(owner, value, name, self.sites["s", name])

    def change(self, action):
        kind, where, name, value = action
        owner = self.classes[where] if where in self.classes else self.objects[where]
        if kind == "store":
            self.store(owner, name, self.value(value))
        elif kind == "setattr":
            setattr(owner, name, self.value(value))
        elif kind == "delete":
            delattr(owner, name)
        elif kind == "dict":
            owner.__dict__
        elif kind == "new dict":
            owner.__dict__ = {name: self.value(value), "zeta": 1}
        elif kind == "odd dict":
            owner.__dict__[5] = 5
        elif kind == "strange key":
            owner.__dict__["".join(list(name))] = self.value(value)
        elif kind == "clear":
            owner.__dict__.clear()
        elif kind == "class":
            owner.__class__ = self.classes[value] if value in self.classes else self.classes["Child"]
        elif kind == "bases":
            self.classes["Child"].__bases__ = (self.classes["Base"], self.classes["Listed"]) if name == "alpha" else (self.classes["Base"],)
        elif kind == "descriptor":
            cls = self.value_classes["Plain"]
            if name == "alpha":
                cls.__get__ = lambda this, owner, kind: "became a descriptor"
            elif name == "beta":
                cls.__set__ = lambda this, owner, value: LOG.append("became data")
            else:
                for special in ("__get__", "__set__"):
                    if special in vars(cls):
                        delattr(cls, special)
        elif kind == "no longer":
            if "__set__" in vars(self.value_classes["Data"]):
                del self.value_classes["Data"].__set__
        elif kind == "hook":
            cls = self.classes[where] if where in self.classes else self.classes["Child"]
            if name == "alpha":
                cls.__getattr__ = lambda this, attribute: ("late hook", attribute)
            elif name == "beta":
                cls.__getattribute__ = lambda this, attribute: ("all", attribute)
            else:
                cls.__setattr__ = lambda this, attribute, new: LOG.append(("set hook", attribute))
        elif kind == "unhook":
            cls = self.classes[where] if where in self.classes else self.classes["Child"]
            for special in ("__getattr__", "__getattribute__", "__setattr__"):
                if special in vars(cls):
                    delattr(cls, special)

    def observe(self):
        seen = []
        for label, owner in self.objects.items():
            for name in NAMES:
                for reader in (self.read, self.call):
                    seen.append((label, name, reader.__name__, attempt(self, reader, owner, name)))
            seen.append((label, namespace_of(owner)))
        return seen


def namespace_of(owner):
    try:
        names = object.__getattribute__(owner, "__dict__")
    except AttributeError:
        return None
    return [str(name) for name in names if name in NAMES]


LOG = []


def label_of(world, value):
    """A value in words that are the same in both worlds."""
    if isinstance(value, types.MethodType):
        return "method", label_of(world, value.__func__), label_of(world, value.__self__)
    if isinstance(value, types.FunctionType):
        return "function", value.__qualname__, [value.__defaults__]
    for label, owner in world.objects.items():
        if value is owner:
            return label
    if isinstance(value, (int, str, tuple, list, type(None))):
        return repr(value)
    return type(value).__name__


def attempt(world, function, *args):
    try:
        return "returned", label_of(world, function(*args))
    except Exception as error:
        return ("raised", type(error).__name__, [repr(arg) if isinstance(arg, str) else type(arg).__name__ for arg in error.args],
                getattr(error, "name", None), type(getattr(error, "obj", None)).__name__)


values = st.sampled_from([f"{kind}{number}" for number in range(3) for kind in
                          ("number", "number", "function", "function", "property", "static", "classmethod", "cached", "partial",
                           "builtin", "Plain", "Data", "NonData", "member")] + ["Base", "Child", "Other", "Hooked"])
places = st.sampled_from(["base", "base2", "child", "other", "slots", "both", "hooked", "listed", "module", "module2",
                          "submodule", "function", "error", "Base", "Child", "Other", "Meta", "Hooked", "Listed", "Module", "Both"])
kinds = st.sampled_from(["store"] * 8 + ["setattr"] * 8 + ["delete"] * 3 + ["dict", "new dict", "odd dict", "strange key", "clear", "class",
                                                                        "bases", "descriptor", "no longer", "hook", "unhook"])
actions = st.tuples(kinds, places, st.sampled_from(NAMES), values)


def run(ops, changes):
    worlds = World(None), World(ops)
    for world in worlds:
        world.observe()
    for done, action in enumerate(changes):
        results = []
        for world in worlds:
            LOG.clear()
            results.append((attempt(world, world.change, action), list(LOG), world.observe(), world.observe(), list(LOG)))
        if results[0] != results[1]:
            expected, actual = results
            for first, second in zip(flat(expected), flat(actual)):
                assert first == second, f"after {changes[:done + 1]}\nCPython:   {first}\noperation: {second}"
            assert expected == actual


def flat(result):
    return [result[0], result[1], *result[2], *result[3], result[4]]


@pytest.mark.parametrize("ops", [_ops_hot, _ops_cold], ids=["hot", "cold"])
@given(changes=st.lists(actions, min_size=3, max_size=25))
def test_sites_follow_changes(ops, changes):
    run(ops, changes)


@pytest.mark.parametrize("ops", [_ops_hot, _ops_cold], ids=["hot", "cold"])
def test_sites_keep_nothing_alive(ops):
    """What was cached goes away with the class."""
    import gc
    import weakref
    read, call = ops.site(), ops.site()
    for _ in range(50):
        class Short:
            x = type("Value", (), {})()

            def method(self):
                return self
        owner = Short()
        for _ in range(3):
            assert ops.attr_get(owner, "x", read) is Short.x
            assert ops.method_get(owner, "method", call) == (Short.method, owner)
        gone = weakref.ref(Short)
        del Short, owner
        gc.collect()
        assert gone() is None


@pytest.mark.parametrize("ops", [_ops_hot, _ops_cold], ids=["hot", "cold"])
def test_order_of_attributes(ops):
    """Stores through a hot site keep the order in which attributes were made."""
    class Point:
        pass
    sites = [ops.site() for _ in range(3)]
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 1, 2], [2, 0, 1]):
        point = Point()
        for index in order:
            ops.attr_set(point, index, NAMES[index], sites[index])
        assert list(vars(point)) == [NAMES[index] for index in order]
        for index in order:
            ops.attr_set(point, 5, NAMES[index], sites[index])
        assert list(vars(point).values()) == [5, 5, 5]


@pytest.mark.parametrize("ops", [_ops_hot, _ops_cold], ids=["hot", "cold"])
def test_many_shapes_at_one_site(ops):
    """More classes than a site has ways, for long: results stay right."""
    kinds = []
    for number in range(12):
        class Shape:
            kind = number

            def method(self):
                return self.kind
        kinds.append(Shape)
    read, method, store = ops.site(), ops.site(), ops.site()
    objects = [kind() for kind in kinds]
    for turn in range(300):
        for number, owner in enumerate(objects):
            assert ops.attr_get(owner, "kind", read) == (number if turn == 0 else turn - 1)
            function, this = ops.method_get(owner, "method", method)
            assert function is kinds[number].method and this is owner
            ops.attr_set(owner, turn, "kind", store)
