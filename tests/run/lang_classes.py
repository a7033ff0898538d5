"""Classes: inheritance, super, descriptors, metaclasses, slots, properties, operators."""
import abc
import enum


class Meta(type):
    def __prepare__(name, bases, **named):
        print("prepare", name, named)
        return {"prepared": True}

    def __new__(meta, name, bases, body, **named):
        return super().__new__(meta, name, bases, body)

    def __init__(cls, name, bases, body, **named):
        super().__init__(name, bases, body)

    def __call__(cls, *arguments):
        print("call", cls.__name__)
        return super().__call__(*arguments)


class Base(metaclass=Meta, flag=1):
    registry = []

    def __init_subclass__(cls, /, tag=None, **named):
        super().__init_subclass__(**named)
        Base.registry.append((cls.__name__, tag))

    def hello(self):
        return "base"


class Field:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        return self if instance is None else instance.__dict__.get(self.name, "unset")

    def __set__(self, instance, value):
        instance.__dict__[self.name] = value * 2


class Left(Base, tag="l"):
    field = Field()

    def hello(self):
        return "left " + super().hello()


class Right(Base, tag="r"):
    def hello(self):
        return "right " + super().hello()


class Both(Left, Right):
    def hello(self):
        return "both " + super().hello()

    @property
    def size(self):
        return self._size

    @size.setter
    def size(self, value):
        self._size = value

    @classmethod
    def make(cls):
        return cls()

    @staticmethod
    def still():
        return "static"


both = Both.make()
both.field = 4
both.size = 3
print(both.hello(), both.field, Both.field.name, both.size, both.still(), Base.registry, Both.prepared)
print([cls.__name__ for cls in Both.__mro__])
try:
    del both.size
except AttributeError as problem:
    print(problem)


class Slotted:
    __slots__ = ("a", "__weakref__")

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return f"dynamic {name}"

    def __eq__(self, other):
        return NotImplemented

    __hash__ = object.__hash__

    def __matmul__(self, other):
        return ("matmul", other)

    def __class_getitem__(cls, item):
        return (cls.__name__, item)

    def __format__(self, spec):
        return f"<{spec}>"


slotted = Slotted()
print(slotted.a, slotted @ 2, Slotted[int], f"{slotted:spec}", slotted == 3, slotted != 3)
try:
    slotted.new = 1
except AttributeError as problem:
    print(problem)


class Abstract(abc.ABC):
    @abc.abstractmethod
    def needed(self): ...


try:
    Abstract()
except TypeError as problem:
    print(problem)


class Colour(enum.Enum):
    RED = 1
    GREEN = enum.auto()

    @property
    def bright(self):
        return self is Colour.GREEN


print(Colour.RED, Colour(2), Colour["RED"].bright, list(Colour))
print(type("Made", (Base,), {"x": 1}).x, isinstance(both, Base), issubclass(Both, Right))


class Wrong:
    def method(self):
        super(int, self).method()


try:
    Wrong().method()
except TypeError as problem:
    print(problem)
