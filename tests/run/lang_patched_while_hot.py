"""Everything that a lookup may have remembered changes after the code that does the lookup has run often."""

import builtins
import sys
import types


def heat(function, *args):
    for _ in range(100):
        result = function(*args)
    return result


def show(label, function, *args):
    try:
        result = function(*args)
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(label, result)


# ---- attributes of objects ----

class Base:
    shared = "base"

    def method(self):
        return "Base.method"

    @property
    def computed(self):
        return "computed"


class Child(Base):
    pass


class Slotted:
    __slots__ = ("x", "y")

    def __init__(self):
        self.x = 1


def read_x(owner):
    return owner.x


def read_shared(owner):
    return owner.shared


def read_computed(owner):
    return owner.computed


def call_method(owner):
    return owner.method()


def store_x(owner, value):
    owner.x = value
    return owner.x


def class_level(cls):
    return cls.shared, cls.method


owner, other, slotted = Child(), Child(), Slotted()
owner.x = "own x"
heat(read_x, owner), heat(read_shared, owner), heat(read_computed, owner), heat(call_method, owner)
heat(store_x, other, 1), heat(read_x, slotted), heat(lambda: class_level(Child)[0])

print("-- instance attribute hides the class's")
owner.shared = "own"
show("shared", read_shared, owner)
show("of another", read_shared, other)
del owner.shared
show("after del", read_shared, owner)
owner.method = lambda: "own method"
show("method", call_method, owner)
show("of another", call_method, other)
del owner.method
show("method again", call_method, owner)

print("-- the class changes")
Base.method = lambda self: "patched in Base"
show("patched base", call_method, owner)
Child.method = lambda self: "defined in Child"
show("overridden", call_method, owner)
del Child.method
show("no longer", call_method, owner)
Child.shared = "child"
show("shared", read_shared, owner)
Base.computed = "plain now"
show("computed", read_computed, owner)
Base.computed = property(lambda self: self.missing)
show("property that fails", read_computed, owner)
Child.x = property(lambda self: "property x", lambda self, value: print("set x", value))
show("data descriptor over a value", read_x, owner)
show("storing", store_x, other, 5)
del Child.x
show("value again", read_x, owner)
show("storing again", store_x, other, 6)
del Base.method
show("method gone", call_method, owner)
Base.method = staticmethod(lambda *args: ("static", len(args)))
show("static", call_method, owner)
Base.method = classmethod(lambda cls: ("class", cls.__name__))
show("class", call_method, owner)
Base.method = types.MethodType(lambda *args: ("bound", len(args)), 5)
show("bound", call_method, owner)

print("-- __class__ and __dict__ change")


class Stranger:
    shared = "stranger"
    computed = 0

    def method(self):
        return "Stranger.method"


owner.__class__ = Stranger
show("shared", read_shared, owner)
show("method", call_method, owner)
show("x", read_x, owner)
owner.__dict__ = {"x": "new dict", "method": lambda: "from the new dict"}
show("x", read_x, owner)
show("method", call_method, owner)
show("store", store_x, owner, "stored")
print(owner.__dict__["x"])
owner.__dict__.clear()
show("x", read_x, owner)
owner.__dict__[1] = 2
show("x", read_x, owner)
show("shared", read_shared, owner)

print("-- hooks arrive")
Stranger.__getattr__ = lambda self, name: "hook " + name
show("x", read_x, owner)
show("shared", read_shared, owner)
Stranger.__getattribute__ = lambda self, name: "all " + name
show("shared", read_shared, owner)
del Stranger.__getattribute__, Stranger.__getattr__
show("x", read_x, owner)
Stranger.__setattr__ = lambda self, name, value: print("setattr", name, value)
show("store", store_x, owner, 1)
del Stranger.__setattr__
show("store", store_x, owner, 1)

print("-- bases change")


class Second:
    shared = "second"

    def method(self):
        return "Second.method"


class First(Child):
    pass


first = First()
heat(read_shared, first)
heat(call_method, first)
First.__bases__ = (Second, Child)
show("shared", read_shared, first)
show("method", call_method, first)

print("-- slots")
show("x", read_x, slotted)
del slotted.x
show("deleted", read_x, slotted)
show("stored", store_x, slotted, 2)
Slotted.x = 5
show("slot replaced", read_x, slotted)
show("storing", store_x, slotted, 3)

print("-- values of the class become descriptors")


class Value:
    pass


class Holder:
    shared = Value()
    shared.name = "value"


def read_name(owner):
    return type(owner.shared).__name__


heat(read_name, Holder())
Value.__get__ = lambda self, instance, kind: 5
show("descriptor now", read_name, Holder())
del Value.__get__
show("no longer", read_name, Holder())

print("-- metaclasses")


class Meta(type):
    pass


class Made(metaclass=Meta):
    shared = "made"

    def method(self):
        return "made"


show("class attribute", lambda: heat(class_level, Made)[0])
Meta.shared = property(lambda cls: "from the metaclass")
show("metaclass wins", lambda: class_level(Made)[0])
del Meta.shared
show("again", lambda: class_level(Made)[0])
Made.shared = "changed"
show("changed", lambda: class_level(Made)[0])

# ---- global variables and builtins ----

variable = 1


def read_variable():
    return variable


def length(value):
    return len(value)


def undefined():
    return not_there


print("-- globals and builtins")
heat(read_variable), heat(length, "abc")
variable = 2
show("variable", read_variable)
del variable
show("deleted", read_variable)
builtins.variable = "builtin"
show("builtin", read_variable)
variable = 3
show("global again", read_variable)
del variable, builtins.variable
show("nowhere", read_variable)
len = lambda value: "shadowed"
show("len", length, "abc")
del len
show("len", length, "abc")
real = builtins.len
builtins.len = lambda value: "replaced"
show("len", length, "abc")
builtins.len = real
show("len", length, "abc")
globals()["variable"] = "by globals()"
show("variable", read_variable)
show("undefined", undefined)
not_there = "there"
show("defined", undefined)
globals().update({f"many{number}": number for number in range(300)})
show("len", length, "abc")
show("variable", read_variable)
elsewhere = types.FunctionType(read_variable.__code__, {"variable": "in other globals"})
show("other globals", elsewhere)
show("variable", read_variable)
special = types.FunctionType(length.__code__, {"__builtins__": {"len": lambda value: "own builtins"}})
show("own builtins", special, "abc")
show("len", length, "abc")

# ---- modules ----

module = types.ModuleType("made")
module.x = 1
heat(read_x, module)
module.x = 2
print("-- modules")
show("x", read_x, module)
del module.x
show("deleted", read_x, module)
module.__getattr__ = lambda name: "module hook " + name
show("hook", read_x, module)


class Module(types.ModuleType):
    @property
    def x(self):
        return "property of the module's class"


module.__class__ = Module
show("class", read_x, module)
show("sys.maxsize", lambda: heat(lambda: sys.maxsize) > 0)

# ---- functions ----


def target():
    return "before"


def call_target():
    return target()


print("-- functions")
heat(call_target)
target.__code__ = (lambda: "new code").__code__
show("code", call_target)
target = lambda: "rebound"
show("rebound", call_target)
target = 5
show("not callable", call_target)


class Called:
    def __init__(self, value=1):
        self.value = value


def make():
    return Called().value


heat(make)
Called.__init__.__defaults__ = (2,)
show("defaults", make)
Called.__init__ = lambda self: setattr(self, "value", "new __init__")
show("__init__", make)
Called.__new__ = lambda cls: types.SimpleNamespace(value="from __new__")
show("__new__", make)


print("-- calls of classes, each kind of change")


class Meta2(type):
    pass


class Grand:
    def __init__(self, value):
        self.value = ("Grand", value)


class Parent(Grand, metaclass=Meta2):
    pass


class Kid(Parent):
    pass


def new_kid(value):
    return Kid(value).value


show("inherited", heat, new_kid, 1)
Parent.__init__ = lambda self, value: setattr(self, "value", ("Parent", value))
show("a base gets one", heat, new_kid, 2)
Kid.__init__ = lambda self, value: setattr(self, "value", ("Kid", value))
show("it gets its own", heat, new_kid, 3)
Kid.__init__.__code__ = (lambda self, value: setattr(self, "value", ("other code", value))).__code__
show("other code", heat, new_kid, 4)
Kid.__init__.__code__ = compile("def f(self, value): self.value = ('compiled', value)", "x", "exec").co_consts[0]
show("code that was compiled now", heat, new_kid, 5)
del Kid.__init__
show("it is gone", heat, new_kid, 6)
Meta2.__call__ = lambda cls, value: types.SimpleNamespace(value=("Meta2", value))
show("the metaclass takes over", heat, new_kid, 7)
del Meta2.__call__
show("and no more", heat, new_kid, 8)
show("wrong number", lambda: Kid())
Kid.__init__ = lambda self, value: 5
show("returns something", new_kid, 10)
Kid.__bases__ = (Grand,)
del Kid.__init__
show("other bases", heat, new_kid, 11)
Kid.__new__ = lambda cls, value: types.SimpleNamespace(value=("__new__", value))
show("__new__", heat, new_kid, 9)
Kid = Grand
show("rebound", heat, new_kid, 12)


print("-- attributes kept in a dict, values of classes")


class Kept:
    pass


def kept_x(owner):
    owner.x = owner.x + 1000
    return owner.x, owner.table[0]


def kept_table(owner):
    return owner.table


kept = Kept()
kept.__dict__["x"] = 1
Kept.table = (1, 2)
show("in a dict", heat, kept_x, kept)
kept.__dict__ = {"y": 1, "x": 5}
show("another dict", heat, kept_x, kept)
kept.__dict__["table"] = (3,)
show("hidden", heat, kept_table, kept)
del kept.table
show("no more", heat, kept_table, kept)
Kept.table = [4]
show("of the class", heat, kept_table, kept)
kept.__class__ = type("Elsewhere", (), {"table": (5,)})
show("another class", heat, kept_table, kept)
del kept.x
show("deleted", kept_x, kept)
