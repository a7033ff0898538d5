"""Generators that nobody wants to the end: what dies when they do, in which order, and who looks on."""
import gc
import sys
import weakref


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        frame = sys._getframe(1)
        print("gone", self.name, "in", frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno,
              sys.exc_info()[0])


class Items:
    """Its iterator dies with the generator's stack."""

    def __init__(self, name, count):
        self.name, self.count = name, count

    def __iter__(self):
        return Iterator(self.name, self.count)


class Iterator(Noisy):
    def __init__(self, name, count):
        super().__init__(name)
        self.count = count

    def __iter__(self):
        return self

    def __next__(self):
        if self.count == 0:
            raise StopIteration
        self.count -= 1
        return Noisy(f"{self.name} {self.count}")


def expressions():
    captured = Noisy("captured")
    print(any(item.name for item in Items("any", 3)))
    print(all(not item.name for item in Items("all", 3)))
    print(next((item.name + captured.name for item in Items("next", 3) if item is not captured), None))
    print("nested", any(a.name + b.name for a in Items("outer", 2) for b in Items("inner", 2)))
    first = (item.name for item in Items("held", 2))
    print(next(first))
    del first
    print("end")


def plain(first, second):
    local = Noisy("local")
    for item in Items(second.name, 3):
        yield item
        yield local


def catching(name):
    item = Noisy(name)
    try:
        yield item
    except GeneratorExit:
        print("asked to go", sys.exc_info()[0])
        raise
    finally:
        print("finally", name)


def stubborn():
    for number in range(2):
        try:
            yield number
        except GeneratorExit:
            yield "more"


def delegating(inner):
    local = Noisy("delegating")
    yield from inner
    print(local)


def generators():
    for count in range(4):
        generator = plain(Noisy("first"), Noisy("second"))
        for _ in range(count):
            next(generator)
        print("drop after", count)
        del generator
    for make in (lambda: catching("catching"), lambda: delegating(catching("inner")),
                 lambda: delegating(plain(Noisy("x"), Noisy("y"))), lambda: delegating(Items("items", 2))):
        generator = make()
        next(generator)
        print("drop")
        del generator
    for hook in (lambda info: print("unraisable", repr(info.exc_value)),):
        sys.unraisablehook = hook
        generator = stubborn()
        next(generator)
        del generator
        sys.unraisablehook = sys.__unraisablehook__


def watched():
    """Somebody else knows it, or its frame."""
    generator = plain(Noisy("a"), Noisy("b"))
    next(generator)
    reference = weakref.ref(generator, lambda _: print("told"))
    del generator
    print(reference())
    generator = plain(Noisy("c"), Noisy("d"))
    next(generator)
    frame = generator.gi_frame
    del generator
    # CPython 3.13.0 reads variables there that were never written, after its short way to close a generator.
    print(frame.f_code.co_name, sys.version_info[:2] == (3, 13) or sorted(frame.f_locals))
    del frame
    generator = plain(Noisy("e"), Noisy("f"))
    next(generator)
    generator.close()
    print(generator.gi_frame)
    kept = [item for item in [plain(Noisy("g"), Noisy("h"))]]
    next(kept[0])
    kept.append(kept)
    del kept
    gc.collect()


class Looking(Noisy):
    """Sees the frames of those that it dies with."""

    def __iter__(self):
        return self

    def __next__(self):
        return 1

    def __del__(self):
        frame, names = sys._getframe(), []
        while frame is not None and len(names) < 3:
            names.append((frame.f_code.co_name, sorted(map(str, frame.f_locals))[:3]))
            frame = frame.f_back
        print(names)
        any(number for number in Items("within", 1))


def looked_at():
    generator = (number for number in Looking("looking"))
    next(generator)
    del generator
    try:
        raise ValueError("kept")
    except ValueError as error:
        print(any(number for number in Looking("handled")), error)


def raising():
    """An exception is on its way."""
    try:
        for item in plain(Noisy("one"), Noisy("two")):
            raise KeyError(item.name)
    except KeyError as error:
        print("caught", error)
    print(error_of(lambda: any(1 / 0 for item in Items("failing", 2))))
    print(error_of(lambda: any(item / 0 for item in [plain(Noisy("three"), Noisy("four"))])))


def error_of(function):
    try:
        return function()
    except Exception as error:
        return repr(error)


def chained(count):
    """Each holds the one before, all suspended."""
    generator = iter([1, 2])
    for _ in range(count):
        generator = (item for item in generator)
    next(generator)
    del generator


def remembering(before, number, died):
    item = Numbered(number, died)
    yield before
    yield item


class Numbered:
    def __init__(self, number, died):
        self.number, self.died = number, died

    def __del__(self):
        self.died.append(self.number)


def deep(count):
    """CPython frees fifty frames within each other, no more: the others wait, which their variables show."""
    died, generator = [], None
    for number in range(count):
        generator = remembering(generator, number, died)
        next(generator)
    del generator
    print(died)


def main():
    for _ in range(2):
        expressions()
    generators()
    watched()
    looked_at()
    raising()
    chained(100)
    deep(20)
    deep(170)
    print(gc.get_count()[0] >= 0, sum(any(n > 2 for n in range(5)) for _ in range(3000)))


main()
