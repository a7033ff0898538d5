"""What all drawn programs share: objects that log what is done to them, and ways to run functions and to show how they ended."""
import gc
import itertools
import os
import sys

VALUES = (int, str, list, dict, tuple, float, bool, set, bytes, type(None))


class Obj:
    """Logs what is done to it. `bad` names the method that raises."""

    def __init__(self, name, bad=None):
        self.name, self.bad = name, bad
        self.value = 3

    def _log(self, what):
        print(what, self.name)
        if what == self.bad:
            raise ValueError(f"{what} of {self.name}")

    def __repr__(self):
        return f"<{self.name}>"

    def __add__(self, other):
        self._log("add")
        return 1

    def __radd__(self, other):
        self._log("radd")
        return 2

    def __iadd__(self, other):
        self._log("iadd")
        return self

    def __lt__(self, other):
        self._log("lt")
        return True

    def __eq__(self, other):
        self._log("eq")
        return self is other

    def __hash__(self):
        return hash(self.name)  # not by its address, which would decide about the order in sets

    def __bool__(self):
        self._log("bool")
        return self.bad is None

    def __contains__(self, item):
        self._log("contains")
        return item == 1

    def __getitem__(self, key):
        self._log("getitem")
        return key

    def __setitem__(self, key, value):
        self._log("setitem")

    def __delitem__(self, key):
        self._log("delitem")

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        self._log("getattr")
        return 5

    def __iter__(self):
        self._log("iter")
        yield 1
        self._log("next")
        yield 2

    def __call__(self, *args, **kwargs):
        self._log("call")
        return len(args) + len(kwargs)

    def __enter__(self):
        self._log("enter")
        return self

    def __exit__(self, kind, value, tb):
        self._log("exit")
        return self.name == "swallow"

    def __format__(self, spec):
        self._log("format")
        return f"[{self.name}{spec}]"

    def __del__(self):
        print("del", self.name)

    def __await__(self):
        self._log("await")
        result = yield self.name
        print("sent", result)
        return 4

    async def __aenter__(self):
        self._log("aenter")
        return self

    async def __aexit__(self, kind, value, tb):
        self._log("aexit")
        return self.name == "swallow"

    async def agen(self):
        self._log("agen")
        try:
            yield 1
            yield 2
        finally:
            print("agen ends", self.name)


def T(value):
    print("T", value)
    return value


def drive(coroutine):
    """Runs a coroutine or walks a generator with sends, throws, a close."""
    sends = [None, "s1", "s2", ValueError("thrown"), "s3", "s4"]
    for send in sends:
        try:
            if isinstance(send, Exception):
                print("got", coroutine.throw(send))
            else:
                print("got", coroutine.send(send))
        except StopIteration as stop:
            return print("returned", stop.value)
    print("closed", coroutine.close())


def show_traceback(tb):
    """The places of a traceback, to the column, and the variables of drawn functions. Module traceback would cost more than all the rest."""
    while tb is not None:
        frame = tb.tb_frame
        place = next(itertools.islice(frame.f_code.co_positions(), tb.tb_lasti // 2, None))
        print(" ", frame.f_code.co_qualname, tb.tb_lineno, place)
        if frame.f_code.co_name.startswith("f"):
            print({name: value if isinstance(value, VALUES) else type(value).__name__
                   for name, value in frame.f_locals.items() if name != "tb"})
        tb = tb.tb_next


def show_exception(problem, how="raised", seen=()):
    """The exception and all that it carries."""
    print(how, type(problem).__name__, repr(problem.args), problem.__suppress_context__, getattr(problem, "__notes__", None))
    show_traceback(problem.__traceback__)
    if isinstance(problem, AttributeError | NameError | ImportError | StopIteration):
        print(" ", *(f"{name}={getattr(problem, name)!r}" for name in ("name", "value", "path") if hasattr(problem, name)))
    if len(seen) > 10 or any(problem is other for other in seen):
        return print("and so on")
    for how, other in [("cause", problem.__cause__), ("context", problem.__context__),
                       *(("of group", other) for other in getattr(problem, "exceptions", ()))]:
        if other is not None:
            show_exception(other, how, (*seen, problem))


def show(function, *args, **keywords):
    try:
        result = function(*args, **keywords)
        print("=", drive(result) if hasattr(result, "send") and hasattr(result, "throw") else repr(result))
    except BaseException as problem:
        show_exception(problem)
    if sys.exc_info() != (None, None, None):
        print("left behind:", sys.exc_info())
    gc.collect()


def helper(x=0, *rest, y=None, **more):
    print("helper", x, rest, y, sorted(map(str, more)))
    return x


def exact(a, /, b, c=3, *, d, e=5):
    return (a, b, c, d, e)


async def helper_async(x):
    print("async helper")
    return x


async def collect(source):
    items = []
    async for item in source:
        items.append(item)
    return items


# ---- what stands for the names of programs of pysource-codegen ----


class Any:
    """Takes part in everything. A program that does too much with it ends."""

    left = 400

    def __init__(self, name):
        self.__dict__["own_name"] = name

    def _step(self, what):
        Any.left -= 1
        print(what, self)
        if Any.left < 0:
            print("enough")
            sys.stdout.flush()
            os._exit(0)

    def __repr__(self):
        return f"<{self.own_name}>"

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self._step("getattr " + name)
        return Any(name)

    def __setattr__(self, name, value):
        self._step("setattr " + name)

    def __delattr__(self, name):
        self._step("delattr " + name)

    def __call__(self, *args, **keywords):
        self._step("call")
        return args[0] if len(args) == 1 else Any("result")

    def __getitem__(self, key):
        self._step("getitem")
        return Any("item")

    def __setitem__(self, key, value):
        self._step("setitem")

    def __delitem__(self, key):
        self._step("delitem")

    def __iter__(self):
        self._step("iter")
        yield self
        self._step("next")
        yield 2

    def keys(self):
        self._step("keys")
        return ["name_0", "other"]

    def __contains__(self, item):
        self._step("contains")
        return True

    def __bool__(self):
        self._step("bool")
        return Any.left % 3 != 0

    def __eq__(self, other):
        self._step("eq")
        return self is other

    def __hash__(self):
        self._step("hash")
        return 7

    def __index__(self):
        self._step("index")
        return 1

    def __enter__(self):
        self._step("enter")
        return self

    def __exit__(self, kind, value, tb):
        self._step("exit")
        return False

    def __await__(self):
        self._step("await")
        return (yield "awaited")

    async def __aenter__(self):
        self._step("aenter")
        return self

    async def __aexit__(self, kind, value, tb):
        self._step("aexit")
        return False

    async def __aiter__(self):
        self._step("aiter")
        yield self
        yield 3

    def __mro_entries__(self, bases):
        self._step("bases")
        return ()

    def __del__(self):
        print("del", self)


def _operators():
    def binary(name):
        def method(self, other):
            self._step(name)
            return self
        return method

    def unary(name):
        def method(self):
            self._step(name)
            return self
        return method

    for name in "add sub mul matmul truediv floordiv mod lshift rshift and xor or".split():
        for prefix in ("", "r", "i"):
            setattr(Any, f"__{prefix}{name}__", binary(prefix + name))
    for name in ("lt", "le", "gt", "ge"):
        setattr(Any, f"__{name}__", binary(name))
    for name in ("neg", "pos", "invert"):
        setattr(Any, f"__{name}__", unary(name))


_operators()
POKES = 20


def poke(thing):
    """Calls what a program has defined, with what it may want to have."""
    global POKES
    POKES -= 1
    if POKES < 0:
        return
    code = getattr(thing, "__code__", None)
    count = code.co_argcount + code.co_kwonlyargcount if code is not None else 0
    try:
        if code is not None:
            names = code.co_varnames[:count]
            positional = code.co_posonlyargcount
            result = thing(*[Any(name) for name in names[:positional]],
                           **{name: Any(name) for name in names[positional:]})
        else:
            result = thing()
        if hasattr(result, "send") and hasattr(result, "throw"):
            result = drive(result)
        elif hasattr(result, "__anext__"):
            result = drive(collect(result))
        print("poked:", result if isinstance(result, VALUES) else type(result).__name__)
    except BaseException as problem:
        show_exception(problem, "poked:")
