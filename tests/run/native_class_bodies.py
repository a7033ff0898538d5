# /// compare
# options = ["--native=program,all-bodies"]
# ///
"""Bodies of classes as native code: what they see, in which namespaces they run, how they end."""
import gc
import inspect
import sys
import threading
import traceback
import types
import weakref

hidden = "global"


def attempt(function, *args):
    try:
        return function(*args)
    except BaseException as problem:
        return f"{type(problem).__name__}: {problem}"


# ---- statements and names ----

class Plain:
    """Its docstring."""
    table = {}
    for number in range(5):
        if number == 1:
            continue
        table[number] = number * number
        if number == 3:
            break
    else:
        table["else"] = True
    while number:
        number -= 1
    try:
        table["missing"]
    except KeyError as error:
        kept = repr(error)
    finally:
        table["finally"] = True
    with open("/dev/null") as file:
        table["closed"] = file.closed
    match len(table):
        case 5 | 6 as size:
            pass
        case _:
            size = None
    squares = [n * n for n in table if isinstance(n, int)]
    pairs = {(a, b): a for a in range(2) for b in (squares[0] for squares in [[3]])}
    if (walrus := len(squares)) > 1:
        first, *others, last = squares
    number += 10
    count = number
    text = f"{number!r:>4}{hidden}"
    annotated: int = 3
    only: str
    del file, number
    hidden = hidden + " and own"
    __mangled = "mangled"
    assert size is not None, "no size"
    from sys import maxsize as greatest
    import os.path as path

    def method(self, default=annotated, *, key=walrus):
        return __class__.__mangled, default, key, super().__repr__ is not None

    @property
    def squared(self):
        return self.annotated ** 2

    @staticmethod
    def plain(x=hidden):
        return x

    lazy = lambda self, x=size: (self is not None, x)  # noqa: E731
    frame_names = sorted(name for name in sys._getframe().f_locals if not name.startswith("__static"))
    same = locals() is vars() and "table" in dir()
    seen = sys._getframe().f_code.co_name, sys._getframe().f_lineno, __qualname__, __module__


def plain():
    one = Plain()
    names = [name for name in vars(Plain) if not name.startswith(("__static", "__first", "__dict", "__weak"))]
    return (Plain.table, Plain.kept, Plain.size, Plain.squares, Plain.pairs, Plain.first, Plain.others, Plain.last,
            Plain.text, Plain.__annotations__, Plain.hidden, Plain.__doc__, names, one.method(), one.squared, Plain.plain(),
            one.lazy(), Plain.frame_names, Plain.same, Plain.seen, inspect.getsource(Plain)[:12])


# ---- names of functions around, of globals and of builtins ----

def around(n):
    value = "cell"
    unset = None
    del unset

    class Inner:
        before = value, hidden
        hidden = "own"
        after = hidden
        for _ in range(n):
            after += hidden
        try:
            unset
        except NameError as error:
            message = type(error).__name__, str(error)

        def get(self):
            return value, n

        class Deeper:
            nonlocal value
            value = "changed"
            seen = value, n, hidden, len

        global made_global
        made_global = Deeper

    return Inner.before, Inner.hidden, Inner.after, Inner.message, Inner().get(), Inner.Deeper.seen, value, made_global.__qualname__


def names_that_are_not():
    def undefined():
        class C:
            for x in range(2):
                nothing_of_the_kind
    def late():
        class C:
            x = later
        later = 1
        return C
    def deleted():
        class C:
            x = 1
            del x
            x
    def twice():
        class C:
            del x
    return [attempt(f) for f in (undefined, late, deleted, twice)]


# ---- namespaces ----

class Logged(dict):
    def __init__(self, log):
        self.log = log

    def __getitem__(self, name):
        self.log.append(("get", name))
        return super().__getitem__(name)

    def __setitem__(self, name, value):
        self.log.append(("set", name))
        super().__setitem__(name, value)

    def __delitem__(self, name):
        self.log.append(("del", name))
        super().__delitem__(name)


class Meta(type):
    log = []

    @classmethod
    def __prepare__(mcs, name, bases, **named):
        return named.get("given", Logged(mcs.log))

    def __new__(mcs, name, bases, space, **named):
        return super().__new__(mcs, name, bases, {key: space[key] for key in space.keys()})

    def __init__(cls, name, bases, space, **named):
        super().__init__(name, bases, space)


class Strange:
    """A mapping that is no dict, and fails for some names."""

    def __init__(self):
        self.names = {}

    def __getitem__(self, name):
        if name == "refused":
            raise ValueError(name)
        if name == "answer":
            return 42
        return self.names[name]

    def __setitem__(self, name, value):
        if name == "locked":
            raise AttributeError(name)
        self.names[name] = value

    def __delitem__(self, name):
        del self.names[name]

    def keys(self):
        return self.names.keys()


def namespaces():
    class Made(metaclass=Meta):
        x = 1
        for i in range(2):
            x += i
        y: int = x
        del i
        z = hidden
    log = [entry for entry in Meta.log if not entry[1].startswith("__")]
    space = Strange()

    def with_space(body):
        return attempt(body)

    def answers():
        class C(metaclass=Meta, given=space):
            got = answer
            twice = got * 2
        return C.got, C.twice

    def refuses():
        class C(metaclass=Meta, given=space):
            got = refused

    def locks():
        class C(metaclass=Meta, given=space):
            locked = 1

    def deletes():
        class C(metaclass=Meta, given=space):
            del nothing
    return Made.x, Made.y, Made.z, log, [with_space(body) for body in (answers, refuses, locks, deletes)]


# ---- the cell of the class, and what __build_class__ makes of it ----

def cells():
    seen = []

    class Base:
        def __init_subclass__(cls, **named):
            super().__init_subclass__()
            seen.append((cls.__name__, named))

        def who(self):
            return "base"

    class Derived(Base, key=1):
        def who(self):
            return super().who() + " " + __class__.__name__

        def early():
            return __class__
        try:
            early()
        except NameError as error:
            message = str(error)

    class_code = [c for c in cells.__code__.co_consts if isinstance(c, types.CodeType) and c.co_name == "Base"][0]
    again = __build_class__(types.FunctionType(class_code, {**globals(), "__name__": "elsewhere"}, closure=(types.CellType(seen),)), "Again")
    space = {"__name__": "plain"}
    module_like = attempt(lambda: exec(class_code, space))
    return (seen, Derived().who(), Derived.message, again.__module__, again.__qualname__,
            module_like)


# ---- how bodies end: tracebacks, frames, references ----

def failing():
    class Broken:
        items = [1, 2]
        for item in items:
            ratio = item / (item - 1)


def nested_failure():
    class Outer:
        class Inner:
            def method(self):
                pass
            value = undefined_name + 1


def tracebacks():
    seen = []
    for function in (failing, nested_failure):
        try:
            function()
        except Exception as error:
            seen.append("".join(traceback.format_exception(error)))
            frame = error.__traceback__
            while frame.tb_next:
                frame = frame.tb_next
            seen.append(sorted(n for n in frame.tb_frame.f_locals if not n.startswith("__")))
    return seen


def frames():
    stack = []

    def look():
        stack.append([(f.function, f.lineno - f.frame.f_code.co_firstlineno) for f in inspect.stack()[1:4]])
        return sys._getframe(1).f_locals

    class A:
        space = look()
        inside = "inside" in space

        class B:
            for _ in range(2):
                space = look()
    return stack, A.space is not A.B.space, A.inside


class Counted:
    pass


def references():
    gone = []

    def make(fails):
        one = Counted()
        gone.append(weakref.ref(one))

        class C:
            held = one
            for _ in range(3):
                again = held
            del held, again
            if fails:
                raise ValueError
            kept = weakref.ref(one)
        del one
        return C.kept() is None

    results = [attempt(make, fails) for fails in (False, True, False)]
    gc.collect()
    return results, [ref() for ref in gone]


def recursion():
    def deep(n):
        class C:
            if n:
                inner = deep(n - 1)
        return C

    def endless():
        class C:
            inner = endless()
    made, depth = deep(50), 0
    while hasattr(made, "inner"):
        made, depth = made.inner, depth + 1
    return depth, attempt(endless).split(":")[0]


def threads():
    results = []

    def work():
        for k in range(50):
            class C:
                total = 0
                for i in range(20):
                    total += i * k
            results.append(C.total)
    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return len(results), sum(results)


print(*plain(), sep="\n")
print(around(2))
print(*names_that_are_not(), sep="\n")
print(*namespaces(), sep="\n")
print(*cells(), sep="\n")
print(*tracebacks(), sep="\n")
print(frames(), references(), recursion(), threads(), sep="\n")
