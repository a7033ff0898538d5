"""Methods found through super(), again and again: what may change between two calls, and errors."""
import gc
import sys
import traceback
import weakref


class Base:
    def name(self, mark="-"):
        return "Base" + mark

    def fail(self):
        raise ValueError("in Base")

    @classmethod
    def build(cls):
        return "Base.build of " + cls.__name__

    @staticmethod
    def free(value=1):
        return value

    value = property(lambda self: "property")


class Middle(Base):
    def name(self, mark="-"):
        return "Middle/" + super().name(mark)

    def fail(self):
        return super().fail()

    def missing(self):
        return super().missing()

    @classmethod
    def build(cls):
        return "Middle/" + super().build()

    def free(self, value=2):
        return super().free(value)

    def call_property(self):
        return super().value()

    def named(self):
        return "2/" + super(Middle, self).name("2")

    def in_cell(self):
        first = (lambda: self)() is self
        return first, super().name("cell")

    def init_object(self):
        return super().__init__(), super().__repr__() == object.__repr__(self)

    def of_class(self):
        return super().__class__ is super

    def kept(self):
        return (found := super()).name("kept"), type(found), found.name("again")


class Left(Middle):
    def name(self, mark="-"):
        return "Left/" + super().name(mark)


class Right(Base):
    def name(self, mark="-"):
        return "Right/" + super().name(mark)


class Diamond(Left, Right):
    def name(self, mark="-"):
        return "Diamond/" + super().name(mark)


def report(function, *args):
    try:
        return function(*args)
    except Exception as error:
        text = "".join(traceback.format_exception(error)).splitlines()
        return [line for line in text if "File" not in line]


def hot():
    objects = [Middle(), Left(), Diamond(), Middle(), Diamond()]
    return {object.name() for _ in range(50) for object in objects}


def classes_made_again():
    def make(number):
        class Inner(Base):
            def name(self, mark="-"):
                return f"Inner{number}/" + super().name(mark)

        return Inner

    return [make(i)().name() for i in range(6)]


def errors():
    middle = Middle()
    for function in (middle.fail, middle.missing, middle.call_property):
        for _ in range(3):
            result = report(function)
        print("\n".join(map(str, result)))
    wrong = Middle.named
    for _ in range(2):
        print("\n".join(report(wrong, 3)))
        print("\n".join(report(Middle.name, 3)))
        print("\n".join(report(Middle.name, None)))

    def deleted(self):
        del self
        return super().name()

    print("\n".join(map(str, report(deleted, middle))))


class Deleting(Base):
    def name(self, mark="-"):
        if mark == "d":
            del self
        return super().name(mark)

    def other_self(self):
        self = Diamond()
        return super().name()


def patched():
    print(Diamond().name())
    Base.name, old = (lambda self, mark="-": "patched" + mark), Base.name
    print(Diamond().name(), Middle().named())
    Base.name = old
    Left.__bases__ = (Right,)
    print(Left().name())
    Left.__bases__ = (Middle,)
    print(Left().name(), Diamond().name())
    middle = Middle()
    middle.__class__ = Left
    print(middle.name(), middle.named())
    middle.name = lambda: "own"
    print(middle.name(), Left.name(middle))
    Base.name = classmethod(lambda cls, mark="-": "class" + mark)
    print(Diamond().name())
    del Base.name
    print("\n".join(report(Diamond().name)))
    Base.name = old
    print(Diamond().name())


def replaced():
    global super
    middle = Middle()
    print(middle.name())

    class Other:
        def __init__(self, *args):
            self.args = args

        def name(self, mark):
            return "other" + mark + str(len(self.args))

    super = Other
    print(middle.name(), middle.named())
    super = lambda *args: Base()
    print(middle.name(), middle.named())
    del super
    print(middle.name(), middle.named())


class Sees(Base):
    """What is alive while the method runs, and after it."""

    def name(self, mark="-"):
        return super().name(mark) + str(sys.getrefcount(self))

    def __del__(self):
        print("died", super().name("!"))


class Remover(Base):
    def name(self, mark="-"):
        type(self).name = Base.name
        return super().name(mark)


class Deep(Base):
    def dive(self, depth):
        return depth if depth == 0 else self.again(depth)

    def again(self, depth):
        return self.dive(depth - 1)


class Deeper(Deep):
    def dive(self, depth):
        return super().dive(depth)


def endless():
    class Endless(Deep):
        def again(self, depth):
            return super().again(depth)

    try:
        Endless().dive(10**6)
    except RecursionError as error:
        return str(error)


def traced():
    seen = []

    def trace(frame, event, arg):
        seen.append((event, frame.f_code.co_name))
        return trace

    middle = Middle()
    sys.settrace(trace)
    try:
        middle.name()
    finally:
        sys.settrace(None)
    return [item for item in seen if item[1] == "name"][:4]


class Coroutine(Base):
    def items(self):
        for _ in range(3):
            yield super().name("yield")

    async def wait(self):
        return super().name("await")


def suspended():
    found = list(Coroutine().items())
    try:
        Coroutine().wait().send(None)
    except StopIteration as stop:
        found.append(stop.value)
    return found


class Meta(type):
    def __call__(cls, *args):
        return super().__call__(*args)

    def mro(cls):
        return super().mro()


class WithMeta(metaclass=Meta):
    def __new__(cls, *args):
        return super().__new__(cls)

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)

    def __getattribute__(self, name):
        return super().__getattribute__(name)

    def __setattr__(self, name, value):
        super().__setattr__(name, value)


def main():
    print(sorted(hot()))
    print(classes_made_again())
    errors()
    print(Deleting().name())
    print("\n".join(report(Deleting().name, "d")))
    print("\n".join(map(str, report(Deleting().other_self))))
    patched()
    replaced()
    sees = Sees()
    print([sees.name() for _ in range(3)])
    died = weakref.ref(sees)
    del sees
    print(died())
    print(Remover().name(), Remover().name())
    print(Deeper().dive(50), endless())
    print(traced())
    print(suspended())
    for _ in range(3):
        print(Middle.build(), Left.build(), Middle().free(), Middle().in_cell(), Middle().kept())
        print(Middle().init_object(), Middle().of_class(), Middle().named(), Diamond().named())
        thing = WithMeta(1)
        thing.x = 5
        print(thing.x, type("Sub", (WithMeta,), {})(2).__class__.__name__)
    counts = []
    for _ in range(4):
        gc.collect()
        before = len(gc.get_objects())
        middle = Middle()
        for _ in range(200):
            middle.name()
            report(middle.missing)
        del middle
        gc.collect()
        counts.append(len(gc.get_objects()) - before)
    print(counts[1:] == [0, 0, 0] or counts)


main()
