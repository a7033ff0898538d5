"""isinstance() and class patterns: who answers, also when that changes while the code is hot."""
import abc
import builtins
import collections.abc
import enum
import sys
import types
import typing
import unittest.mock
import weakref


class Meta(type):
    """Has nothing to say about instances."""


class Asking(type):
    def __instancecheck__(cls, instance):
        print("asked", cls.__name__, type(instance).__name__)
        return getattr(instance, "claims", False)


class Plain:
    pass


class Base(metaclass=Meta):
    pass


class Derived(Base):
    pass


class Asked(metaclass=Asking):
    pass


class AskedChild(Asked):
    pass


class Claiming:
    claims = 3


class Pretending:
    @property
    def __class__(self):
        return Derived


class PretendingByAttribute:
    __class__ = Base


class Refusing:
    @property
    def __class__(self):
        raise RuntimeError("no class")


class Shy:
    @property
    def __class__(self):
        raise AttributeError("no class")


class Hooked:
    def __getattr__(self, name):
        print("hook", name)
        raise AttributeError(name)


class Intercepting:
    def __getattribute__(self, name):
        print("intercepted", name)
        return Derived if name == "__class__" else object.__getattribute__(self, name)


class Slots:
    __slots__ = ("value",)


class Abstract(abc.ABC):
    pass


Abstract.register(Plain)


class Color(enum.Enum):
    RED = 1


@typing.runtime_checkable
class Sized(typing.Protocol):
    def __len__(self): ...


def function():
    pass


def generator():
    yield 1


def subjects():
    hidden = Plain()
    hidden.__dict__["__class__"] = Derived
    yield from [1, True, 1.5, "text", b"", None, [], (), {}, Plain(), hidden, Base(), Derived()]
    yield from [Asked(), AskedChild(), Claiming(), Pretending(), PretendingByAttribute()]
    yield from [Shy(), Hooked(), Intercepting(), Slots(), Color.RED, Color, Plain, Base, Derived]
    yield from [Asked, type, Meta, function, generator, generator(), len, [].append, sys, object()]
    yield from [super(Derived, Derived()), unittest.mock.Mock(spec=Derived), types.SimpleNamespace()]


CLASSES = (
    int, str, bool, object, type, list, Plain, Base, Derived, Meta, Asked, AskedChild, Slots, Color,
    Abstract, collections.abc.Sized, collections.abc.Callable, Sized, types.FunctionType,
    types.BuiltinFunctionType, types.ModuleType, types.GeneratorType, int | str, typing.Any,
    (), (int, str), (Base, Plain), ((Derived, int), str), (Asked, Plain), (Plain, Asked),
    (Abstract, Derived), (int, (str, (bytes, (Base,)))), 7, "int", (int, 7), list[int], None,
)


def check(subject, classes):
    try:
        return isinstance(subject, classes)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def table():
    for subject in subjects():
        answers = [check(subject, classes) for classes in CLASSES]
        print(type(subject).__name__, *answers, sep=" ")


def pattern(subject):
    match subject:
        case Derived():
            return "derived"
        case Base() | int():
            return "base or int"
        case Asked():
            return "asked"
    return "else"


def patterns():
    for subject in subjects():
        try:
            print(type(subject).__name__, pattern(subject))
        except TypeError as error:
            print(type(subject).__name__, error)


def errors():
    for classes in (Base, Asked, (int, Base), Abstract):
        try:
            print(isinstance(Refusing(), classes))
        except RuntimeError as error:
            print(error)
    try:
        isinstance(1)
    except TypeError as error:
        print(error)
    proxied = Derived()
    proxy = weakref.proxy(proxied)
    print(isinstance(proxy, Derived), isinstance(proxy, weakref.ProxyType), isinstance(proxy, int))


class Turning(type):
    pass


class Turned(metaclass=Turning):
    pass


class TurnedChild(Turned):
    pass


class Pretender:
    __class__ = property(lambda self: TurnedChild)


class Honest:
    pass


class Movable(Honest):
    pass


def is_turned(value):
    return isinstance(value, Turned)


def changes():
    """The same check, while classes, metaclasses and the builtin change."""
    values = [TurnedChild(), Plain(), Movable()]

    def all_of(title):
        print(title, [is_turned(value) for value in values])

    for _ in range(50):
        all_of("hot") if _ == 49 else [is_turned(value) for value in values]
    Turning.__instancecheck__ = lambda cls, instance: "yes"
    all_of("metaclass asked")
    del Turning.__instancecheck__
    all_of("no more")
    Plain.__getattribute__ = lambda self, name: TurnedChild
    all_of("objects pretend")
    del Plain.__getattribute__
    all_of("no more")
    Movable.__bases__ = (Pretender,)
    all_of("bases pretend")
    TurnedChild.__bases__ = (Base,)
    all_of("other bases")
    TurnedChild.__bases__ = (Turned,)
    values[1].__class__ = type("Moved", (Turned,), {})
    all_of("other class")
    original = builtins.isinstance
    builtins.isinstance = lambda value, classes: "patched"
    all_of("other builtin")
    builtins.isinstance = original
    all_of("the builtin again")


def nested(depth):
    classes = (int,)
    for _ in range(depth):
        classes = (classes,)
    return classes


def recursion():
    try:
        isinstance("", nested(100_000))
    except RecursionError as error:
        print(error)

    def deeper():
        return isinstance("", (int, Base, (Abstract, bytes))) or deeper()

    try:
        deeper()
    except RecursionError as error:
        print(type(error).__name__)


table()
patterns()
errors()
changes()
recursion()
