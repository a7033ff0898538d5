"""`a[i]` and `a[i] = x` where the class says what that means: methods of every kind, changed meanwhile."""
import functools
import sys
import traceback
import types


class Plain:
    def __init__(self):
        self.items = {}

    def __getitem__(self, key):
        return self.items[key]

    def __setitem__(self, key, value):
        self.items[key] = value


class Derived(Plain):
    pass


class Slotted:
    __slots__ = ("last",)

    def __getitem__(self, key, more="more"):
        return key, more

    def __setitem__(self, *args):
        self.last = args


class KeywordOnly:
    def __getitem__(self, key, *, flag=True):
        return key, flag

    def __setitem__(self, key, value, *, flag=False):
        print("set", key, value, flag)


class Generating:
    def __getitem__(self, key):
        yield key
        yield self


class Odd:
    __getitem__ = staticmethod(lambda key: ("static", key))
    __setitem__ = classmethod(lambda cls, key, value: print(cls.__name__, key, value))


class Partial:
    __getitem__ = functools.partial(lambda *args: len(args))
    __setitem__ = functools.partialmethod(lambda self, *args: print("partial", args), "first")


class Wrong:
    def __getitem__(self):
        return None

    def __setitem__(self, key):
        return None


class Closed:
    def __getitem__(self, key):
        raise KeyError(key)

    __setitem__ = None


class Bytes(dict):
    def __missing__(self, key):
        return f"missing {key}"


class Numbers(list):
    def __getitem__(self, key):
        return super().__getitem__(key) * 2


class Result:
    def __del__(self):
        print("result gone")


class Returning:
    def __setitem__(self, key, value):
        return Result()


class Meta(type):
    def __getitem__(cls, key):
        return cls.__name__, key

    def __setitem__(cls, key, value):
        setattr(cls, key, value)


class Generic(metaclass=Meta):
    def __class_getitem__(cls, key):
        return "unused"


class Aliased:
    def __class_getitem__(cls, key):
        return "alias", key


def attempt(function, *args):
    for _ in range(1):
        for _ in range(1):
            try:
                return function(*args)
            except Exception as error:
                lines = [entry.name for entry in traceback.extract_tb(error.__traceback__)]
                return type(error).__name__, str(error), lines


def read(container, key):
    for _ in range(2):
        for _ in range(2):
            found = container[key]
    return found if not isinstance(found, types.GeneratorType) else len(list(found))


def write(container, key, value):
    for _ in range(1):
        for _ in range(2):
            container[key] = value


def compute(container, number):
    for _ in range(2):
        for _ in range(2):
            container[number + 1] = number * 2.5
            container[number * 1] = container[number + 1] + 1
    return container[number]


def all_classes():
    numbers = Numbers([1, 2, 3])
    for container in (Plain(), Derived(), Slotted(), KeywordOnly(), Generating(), Odd(), Partial(), Wrong(), Closed(),
                      Bytes(a=1), numbers, Returning(), Generic, Aliased, types.MappingProxyType({1: 2})):
        name = getattr(container, "__name__", type(container).__name__)
        for key in (1, "name", -1):
            print(name, key, attempt(write, container, key, 5), attempt(read, container, key))
        print(name, attempt(compute, container, 300))


def changed():
    """The class loses its methods, gets them, gets others."""
    a = Derived()
    write(a, 1, "one")
    print(read(a, 1))
    Derived.__getitem__ = lambda self, key: ("patched", key)
    print(read(a, 1))
    Derived.__getitem__ = dict.get
    print(attempt(read, a, 1))
    Derived.__getitem__ = len
    print(attempt(read, a, 1))
    del Derived.__getitem__
    print(read(a, 1))
    kept = Plain.__getitem__
    del Plain.__getitem__
    print(attempt(read, a, 1))
    Plain.__getitem__ = kept
    print(read(a, 1))
    kept.__code__ = (lambda self, key: ("other code", key)).__code__
    print(read(a, 1))
    a.__class__ = Plain
    print(read(a, 1))


def removed_while_running():
    class Fleeting:
        def __getitem__(self, key):
            del Fleeting.__getitem__
            return [key for _ in range(3)]

        def __setitem__(self, key, value):
            self.__class__ = Plain
            return self

    for _ in range(1):
        a = Fleeting()
        for _ in range(1):
            print(a[1])
            print(attempt(lambda: a[1]))
            a[1] = 2
            print(type(a).__name__)


def frames():
    class Looking:
        def __getitem__(self, key):
            return sys._getframe(1).f_code.co_name, sys._getframe().f_locals["key"]

        def __setitem__(self, key, value):
            raise ValueError(sys._getframe(1).f_code.co_name, key, value)

    print(read(Looking(), 1), attempt(write, Looking(), 1, 2))


def deep():
    class Deep:
        def __getitem__(self, key):
            return self[key + 1]

        def __setitem__(self, key, value):
            self[key] = value

    print(attempt(read, Deep(), 0)[0], attempt(write, Deep(), 0, 1)[0])


all_classes()
changed()
removed_while_running()
frames()
deep()
