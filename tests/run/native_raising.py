"""Raising, passing on and catching, again and again: traceback entries, how exceptions are made, what is handled."""
import sys
import traceback


class Plain(Exception):
    pass


class WithInit(Exception):
    def __init__(self, code, *more, name=None):
        super().__init__(code, *more)
        self.code = code
        self.name = name


class WithNew(ValueError):
    def __new__(cls, *args):
        made = super().__new__(cls, "new", *args)
        made.mark = len(args)
        return made


class NoSuper(KeyError):
    def __init__(self, text="none"):
        self.text = text


class Returns(Exception):
    def __init__(self):
        return 5


class Meta(type):
    def __call__(cls, *args):
        made = super().__call__("meta", *args)
        made.by = cls.__name__
        return made

    def __subclasscheck__(cls, other):
        checked.append(other.__name__)
        return super().__subclasscheck__(other)


class ByMeta(Exception, metaclass=Meta):
    pass


class Other(Exception):
    def __new__(cls):
        return Plain("instead")


checked = []


def lines(problem):
    return [(entry.tb_frame.f_code.co_name, entry.tb_lineno, entry.tb_lasti >= 0)
            for entry in entries(problem.__traceback__)]


def entries(entry):
    while entry is not None:
        yield entry
        entry = entry.tb_next


def where(number):
    if number == 0:
        raise Plain
    if number == 1:
        raise Plain("one")
    if number == 2:
        [][number]
    if number == 3: {}[number]
    if number == 4:
        where(
            number - 4
        )
    try:
        where(number - 5)
    finally:
        number += 1


def classes():
    for made in (lambda: Plain, lambda: Plain(), lambda: Plain(1, 2), lambda: WithInit(3), lambda: WithInit(3, 4, name=5),
                 lambda: WithInit(), lambda: WithNew(6), lambda: NoSuper(), lambda: NoSuper("seven"), lambda: Returns,
                 lambda: ByMeta, lambda: ByMeta(8), lambda: Other, lambda: OSError(2, "gone"), lambda: StopIteration(9),
                 lambda: UnicodeDecodeError("a", b"b", 0, 1, "c"), lambda: Plain(key=1), lambda: SystemExit(3),
                 lambda: int, lambda: 5, lambda: ExceptionGroup("g", [ValueError(1)]), lambda: ImportError("i", name="n")):
        try:
            raise made()
        except BaseException as problem:
            yield type(problem).__name__, problem.args, sorted(vars(problem).items()), lines(problem)[0][1]


def chained(count):
    try:
        try:
            raise WithInit(count)
        except WithInit as first:
            first.__traceback__ = None
            raise Plain(count) from first
    except Plain as second:
        try:
            raise second
        except Plain as again:
            context = again.__context__
            return again is second, type(context).__name__, again.__cause__ is context, len(lines(again))


def handled():
    try:
        raise KeyError("outer")
    except KeyError:
        try:
            raise IndexError("inner")
        except IndexError as inner:
            return repr(inner.__context__), sys.exc_info()[1] is inner


def deep(depth):
    if depth == 0:
        raise WithInit("bottom")
    deep(depth - 1)


def at_the_limit():
    """A class is called a level deeper than `raise` stands."""
    def go(depth):
        try:
            go(depth + 1)
        except RecursionError:
            raise
    try:
        go(0)
    except RecursionError as problem:
        return type(problem).__name__


def interpreted_places():
    """Functions that have no native code, called by one that has."""
    names = {}
    source = "".join(f"def f{i}(x):\n    y = x\n    if y: raise KeyError({i})\n" for i in range(20))
    exec(source, names)
    seen = []
    for _ in range(3):
        for i in range(20):
            try:
                names[f"f{i}"](1)
            except KeyError as problem:
                seen.append(lines(problem)[1][1])
    return seen[:20] == seen[20:40] == seen[40:], sum(seen)


def with_trace():
    seen = []

    def tracer(frame, event, argument):
        if event == "exception":
            seen.append((frame.f_code.co_name, frame.f_lineno))
        return tracer

    sys.settrace(tracer)
    try:
        where(5)
    except Plain as problem:
        seen.append(lines(problem))
    finally:
        sys.settrace(None)
    return seen


for turn in range(3):
    for number in range(10):
        try:
            where(number)
        except Exception as problem:
            print(number, repr(problem), lines(problem))
    for each in classes():
        print(*each)
    print(checked[:3], len(checked))
    print(chained(turn), handled(), at_the_limit())
try:
    deep(40)
except WithInit as problem:
    print(len(lines(problem)), {line for _, line, _ in lines(problem)}, problem.code)
print(interpreted_places(), with_trace())
try:
    where(9)
except Exception:
    traceback.print_exc()
before = sys.getrefcount(Plain), sys.getrefcount(WithInit), sys.getrefcount(None)
for _ in range(200):
    for number in range(6):
        try:
            where(number)
        except (Exception, WithInit):
            pass
    for _ in classes():
        pass
after = sys.getrefcount(Plain), sys.getrefcount(WithInit), sys.getrefcount(None)
print([abs(b - a) < 3 for a, b in zip(before, after)])
