"""Functions with native code are functions: their type, arguments, attributes, frames."""
import copy
import functools
import gc
import inspect
import pickle
import sys
import traceback
import types
import warnings

set_trace_function = getattr(sys, "set" + "trace")
set_profile_function = getattr(sys, "set" + "profile")


def add(a, b=1):
    """Adds."""
    return helper(a, b)


def helper(a, b):
    return a + b


def call(function, *args, **kwargs):
    return function(*args, **kwargs)


def everything(a, /, b, c=3, *args, d, e=5, **rest):
    return sorted(locals().items())


def closure(value):
    def inner(key=lambda: value):
        return key(), value

    return inner


def attempt(function, *args, **kwargs):
    try:
        print("->", function(*args, **kwargs))
    except Exception:
        print(traceback.format_exc().replace("^", "").replace("~", ""))


def caller_names():
    frame = sys._getframe(1)
    names = []
    while frame is not None:
        names.append((frame.f_code.co_name, frame.f_lineno, sorted(frame.f_locals)[:3]))
        frame = frame.f_back
    return names[:-1]


class Key(str):
    """Equal to a parameter's name, but another object."""

    __hash__ = str.__hash__

    def __eq__(self, other):
        return str.__eq__(self, other)


def check_types():
    for _ in range(30):
        assert type(add) is types.FunctionType, type(add)
    print(type(add), add.__class__, list(map(type, [add, call])), isinstance(add, types.FunctionType))
    print(isinstance(lambda: 0, type(add)), inspect.isfunction(add), repr(add)[:13], add.__doc__)
    print(pickle.loads(pickle.dumps(add)) is add, copy.copy(add) is add, copy.deepcopy([add])[0] is add)
    attempt(pickle.dumps, closure(1))
    attempt(setattr, add, "__class__", int)
    attempt(type, "Function", (type(add),), {})
    made = types.FunctionType(add.__code__, globals(), "made", (7,))
    print(made(1), made.__name__, inspect.signature(everything), functools.partial(add, 1)())


def check_arguments():
    attempt(everything, 1, 2, d=4)
    attempt(everything, 1, 2, 3, 4, 5, d=6, e=7, a=8)
    attempt(everything, 1, b=2, d=4, **{"x y": 1})
    attempt(everything, 1, **{Key("b"): 2, Key("d"): 3, Key("z"): 4})
    attempt(everything, *[1, 2], **dict(d=1))
    for args, kwargs in [((), {}), ((1,), {}), ((1, 2), {}), ((1, 2), {"a": 1}), ((1, 2), {"b": 1, "d": 2})]:
        attempt(everything, *args, **kwargs)
    attempt(add)
    attempt(add, 1, 2, 3)
    attempt(add, 1, a=1)
    attempt(add, 1, c=1)
    attempt(lambda: add(*5))
    attempt(lambda: add(**5))
    attempt(lambda: add(1, **{"b": 1}, **{"b": 2}))
    attempt(lambda: call(add, 1, **{1: 2}))
    attempt(add, 1, "x")


def check_attributes():
    add.__defaults__ = (10,)
    print(add(1))
    add.__defaults__ = (1,)
    everything.__kwdefaults__ = {"d": 40}
    attempt(everything, 1, 2, e=6)
    everything.__kwdefaults__ = {"e": 5}
    code = add.__code__
    add.__code__ = (lambda a, b=1: ("replaced", a, b)).__code__
    print(add(1), call(add, 2))
    add.__code__ = code
    print(add(1), closure(3)(), closure(4)(lambda: 5))


class Meta(type):
    def __new__(mcls, name, bases, namespace, **kwargs):
        namespace["__init_subclass__"] = noted
        return super().__new__(mcls, name, bases, namespace, **kwargs)


def noted(cls, **kwargs):
    print("subclass", cls.__name__, kwargs)


def make(cls, *args):
    return cls, args


class Base(metaclass=Meta):
    __class_getitem__ = make
    normal = make

    if True:

        @functools.wraps(make)
        def __new__(cls, *args):
            return make(cls, *args)


def check_classes():
    class Derived(Base, flag=1):
        pass

    print([type(vars(Base)[name]).__name__ for name in
           ("__new__", "__init_subclass__", "__class_getitem__", "normal")])
    print(Derived(1), Derived[2], Base.normal(3))
    kinds = type("Made", (), {"__new__": make, "x": 1})
    print(type(vars(kinds)["__new__"]), kinds(2))
    group = ExceptionGroup("group", [ValueError(1), KeyError(2)])
    print(group.split(lambda e: isinstance(e, KeyError)), group.subgroup(is_value_error))


def is_value_error(error):
    return isinstance(error, ValueError)


def check_frames():
    print(call(caller_names))
    kept = call(sys._getframe)
    print(kept.f_code.co_name, kept.f_back.f_code.co_name, sorted(kept.f_locals))
    kept.clear()
    print(kept.f_locals)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call(warnings.warn, "here", stacklevel=2)
    print(caught[0].lineno)
    attempt(call, lambda: 1 / 0)


def check_tracing():
    events = []

    def tracer(frame, event, arg):
        if frame.f_code.co_name in ("add", "helper"):
            events.append((event, frame.f_code.co_name, frame.f_lineno))
        return tracer

    set_trace_function(tracer)
    add(1, 2)
    set_trace_function(None)
    print(events)
    events.clear()
    set_profile_function(lambda frame, event, arg: events.append((event, frame.f_code.co_name)))
    add(1, 2)
    set_profile_function(None)
    print(events[:4])


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("gone", self.name)


def drop(first, second):
    del first
    print("dropped")
    return second.name


def check_lifetimes():
    print(drop(Noisy("first"), Noisy("second")))
    call(drop, Noisy("third"), second=Noisy("fourth"))
    gc.collect()


def make_inner():
    """A function each time."""

    def inner(a=1):
        "Documented."
        return [len(str(number)) for number in range(8, 12)], a

    return inner


def check_globals():
    """What a new function takes from its globals, whatever happened to them."""
    namespace = globals()
    builtins = namespace["__builtins__"]
    for change in (
        lambda: None,
        lambda: namespace.update(__name__="renamed"),
        lambda: namespace.update(__name__=5),
        lambda: namespace.update(__builtins__=vars(builtins) if hasattr(builtins, "__dict__") else builtins),
        lambda: namespace.update(__builtins__={"len": lambda text: "length of " + text, "str": str, "range": range}),
        lambda: namespace.pop("__name__"),
        lambda: namespace.pop("__builtins__"),
        lambda: namespace.update({str(number): number for number in range(300)}),
        lambda: namespace.update(__name__="again", __builtins__=builtins),
        lambda: namespace.update(__name__="__main__"),
    ):
        change()
        function = make_inner()
        print(function.__module__, function.__doc__, function.__qualname__, "print" in function.__builtins__)
        print(call(function, 2), function.__defaults__, function.__globals__ is namespace)
    for number in range(300):
        del namespace[str(number)]


check_types()
check_globals()
check_arguments()
check_attributes()
check_classes()
check_frames()
check_tracing()
check_lifetimes()
