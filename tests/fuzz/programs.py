"""Small programs, drawn by Hypothesis, that run to an end and say much about how they ran.

Each is a module of functions over a few variables. Its objects log every special method that is called on them, and some of these raise;
so order of evaluation, what is evaluated twice or not at all, where exceptions go and what they carry all show in the output.
"""
from __future__ import annotations

from hypothesis import strategies as st

# What all programs of a batch share: the module `prelude`.
PRELUDE = '''\
import traceback


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

    __hash__ = object.__hash__

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
        return False

    async def agen(self):
        self._log("agen")
        yield 1
        yield 2


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


def show(function, *args):
    try:
        result = function(*args)
        print("=", drive(result) if hasattr(result, "send") and hasattr(result, "throw") else repr(result))
    except BaseException as problem:
        text = "".join(traceback.format_exception(problem))
        print(text)
        tb = problem.__traceback__
        while tb is not None:
            if tb.tb_frame.f_code.co_name.startswith("f"):
                print({k: (v if isinstance(v, (int, str, list, dict, tuple)) else type(v).__name__)
                       for k, v in tb.tb_frame.f_locals.items() if k not in ("tb",)})
            tb = tb.tb_next


def helper(x=0, *rest, y=None, **more):
    print("helper", x, rest, y, sorted(map(str, more)))
    return x


async def helper_async(x):
    print("async helper")
    return x


async def collect(source):
    items = []
    async for item in source:
        items.append(item)
    return items
'''

HEAD = "from prelude import *\n\nG = 10\n\n\n"

NAMES = ["a", "b", "c", "d"]
METHODS = ["add", "lt", "eq", "bool", "getitem", "setitem", "iter", "next", "call", "enter", "exit", "getattr", "contains", "format",
           "iadd", "radd", "delitem", "await", "aenter", "aexit", "agen"]


class Shape:
    """What the function being drawn may contain."""

    def __init__(self, kind: str, loops: int = 0, depth: int = 0, handler: bool = False):
        self.kind, self.loops, self.depth, self.handler = kind, loops, depth, handler

    def inner(self, loop: bool = False, handler: bool = False) -> "Shape":
        return Shape(self.kind, self.loops + loop, self.depth + 1, self.handler or handler)


@st.composite
def atom(draw):
    return draw(st.sampled_from([
        "a", "b", "c", "d", "a", "b", "G", "1", "2", "-3", "True", "None", "'x'", "'y'", "1.5", "[]", "[1, 2, 3]", "(1, 2)", "{}", "{'k': 1}", "2 ** 70",
        "T(1)", "T(a)", "Obj('o')", "undefined", "len", "range(3)", "10 ** 3",
        "Obj('bad', %r)" % draw(st.sampled_from(METHODS)),
    ]))


@st.composite
def expression(draw, shape, depth=0):
    if depth >= 3 or draw(st.integers(0, 3)) == 0:
        return draw(atom())

    def sub():
        return draw(expression(shape, depth + 1))

    kinds = ["binary", "binary", "compare", "chain", "bool", "not", "if", "call", "call_kw", "call_star", "attr", "method", "item", "slice",
             "list", "tuple", "dict", "set", "star", "listcomp", "dictcomp", "genexp", "lambda", "fstring", "walrus", "in", "is", "unary", "builtin"]
    if shape.kind in ("generator", "asyncgen"):
        kinds += ["yield"]
    if shape.kind == "generator":
        kinds += ["yield from"]
    if shape.kind in ("coroutine", "asyncgen"):
        kinds += ["await", "asynccomp"]
    kind = draw(st.sampled_from(kinds))
    match kind:
        case "binary":
            return f"({sub()} {draw(st.sampled_from(['+', '-', '*', '//', '%', '&', '|', '<<', '@']))} {sub()})"
        case "compare":
            return f"({sub()} {draw(st.sampled_from(['<', '<=', '==', '!=', '>', '>=']))} {sub()})"
        case "chain":
            return f"({sub()} < {sub()} <= {sub()})"
        case "bool":
            return f"({sub()} {draw(st.sampled_from(['and', 'or']))} {sub()})"
        case "not":
            return f"(not {sub()})"
        case "unary":
            return f"({draw(st.sampled_from(['-', '+', '~']))}{sub()})"
        case "if":
            return f"({sub()} if {sub()} else {sub()})"
        case "call":
            return f"{draw(st.sampled_from(['T', 'str', 'a', 'helper', 'list']))}({sub()})"
        case "call_kw":
            return f"helper({sub()}, y={sub()})"
        case "call_star":
            return f"helper(*{sub()}, **{sub()})"
        case "attr":
            return f"{sub()}.{draw(st.sampled_from(['value', 'name', 'missing', 'real']))}"
        case "method":
            return f"{sub()}.{draw(st.sampled_from(['append', 'upper', 'count', 'get', 'other']))}({sub()})"
        case "item":
            return f"{sub()}[{sub()}]"
        case "slice":
            return f"{sub()}[{sub()}:{draw(st.sampled_from(['', '2', '-1']))}]"
        case "list":
            return f"[{sub()}, {sub()}]"
        case "tuple":
            return f"({sub()}, {sub()})"
        case "dict":
            return f"{{{sub()}: {sub()}, **{sub()}}}"
        case "set":
            return f"{{{sub()}, {sub()}}}"
        case "star":
            return f"[*{sub()}, {sub()}]"
        case "listcomp":
            return f"[{sub()} for {draw(st.sampled_from(NAMES))} in {sub()} if {sub()}]"
        case "dictcomp":
            return f"{{{sub()}: {sub()} for x in {sub()}}}"
        case "genexp":
            return f"list({sub()} for a in {sub()})"
        case "lambda":
            return f"(lambda a=a, *c: {draw(expression(Shape('function'), depth + 1))})({sub()})"
        case "fstring":
            return "f'{%s}{%s!r:>4}'" % (draw(atom()).replace("'", '"'), draw(atom()).replace("'", '"'))
        case "walrus":
            return f"({draw(st.sampled_from(NAMES))} := {sub()})"
        case "in":
            return f"({sub()} {draw(st.sampled_from(['in', 'not in']))} {sub()})"
        case "is":
            return f"({sub()} {draw(st.sampled_from(['is', 'is not']))} {draw(st.sampled_from(['None', 'a', 'b']))})"
        case "builtin":
            return f"{draw(st.sampled_from(['len', 'isinstance', 'sorted', 'sum', 'type', 'abs', 'tuple']))}({sub()})"
        case "yield":
            return f"(yield {sub()})"
        case "yield from":
            return f"(yield from {sub()})"
        case "await":
            return f"(await {draw(st.sampled_from(['Obj(1)', 'helper_async(a)', sub()]))})"
        case "asynccomp":
            return f"[{sub()} async for x in Obj('g').agen()]"
    raise AssertionError(kind)


@st.composite
def target(draw, shape):
    return draw(st.sampled_from(NAMES + ["(a, b)", "[c, *d]", "a, (b, c)", "a.attr", "b[0]", "c['k']", "G", "n"]))


def indent(lines):
    return ["    " + line for line in lines]


@st.composite
def block(draw, shape):
    count = draw(st.integers(1, 4 if shape.depth == 0 else 2))
    lines = []
    for _ in range(count):
        lines += draw(statement(shape))
    return lines


@st.composite
def statement(draw, shape):
    def expr():
        return draw(expression(shape, 1))

    kinds = ["assign", "assign", "assign", "augment", "print", "expr", "del", "assert", "return", "raise", "pass"]
    if shape.loops:
        kinds += ["break", "continue"]
    if shape.depth < 3:
        kinds += ["if", "if", "while", "for", "for", "try", "try", "finally", "with", "match", "def", "class", "star"]
        if shape.kind in ("coroutine", "asyncgen"):
            kinds += ["async with", "async for"]
    kind = draw(st.sampled_from(kinds))

    def body(**more):
        return indent(draw(block(shape.inner(**more))))

    match kind:
        case "assign":
            return [f"{draw(target(shape))} = {expr()}"]
        case "augment":
            return [f"{draw(st.sampled_from(['a', 'b', 'G', 'n', 'a.value', 'b[0]']))} "
                    f"{draw(st.sampled_from(['+=', '-=', '*=', '|=']))} {expr()}"]
        case "print":
            return [f"print({expr()!s}, {draw(atom())})"]
        case "expr":
            return [expr()]
        case "del":
            return [f"del {draw(st.sampled_from(['a', 'b', 'c', 'd', 'a.value', 'b[0]', 'n']))}"]
        case "assert":
            return [f"assert {expr()}, {draw(atom())}"]
        case "return":
            value = "" if shape.kind == "asyncgen" else f" {expr()}"
            return [f"if {draw(atom())}:", f"    return{value}"]
        case "raise":
            choices = ["raise KeyError('k')", "raise Obj", "raise ValueError(a) from KeyError('cause')", "raise TypeError from None",
                       "raise ExceptionGroup('g', [ValueError(1), TypeError(2)])"]
            if shape.handler:
                choices += ["raise", "raise", "raise problem"]
            return [f"if {draw(atom())}:", f"    {draw(st.sampled_from(choices))}"]
        case "pass" | "break" | "continue":
            return [kind] if kind == "pass" else [f"if {draw(atom())}:", f"    {kind}"]
        case "if":
            lines = [f"if {expr()}:", *body()]
            return lines + (["else:", *body()] if draw(st.booleans()) else [])
        case "while":
            lines = ["count = 0", f"while count < 3 and {expr()}:", "    count += 1", *body(loop=True)]
            return lines + (["else:", *body()] if draw(st.booleans()) else [])
        case "for":
            source = draw(st.sampled_from(["range(3)", "[1, 2, 3]", "(4, 5)", "{'k': 1}", "enumerate('xy')", "zip('ab', [1, 2])", expr()]))
            lines = [f"for {draw(target(shape))} in {source}:", *body(loop=True)]
            return lines + (["else:", *body()] if draw(st.booleans()) else [])
        case "try":
            if draw(st.integers(0, 5)) == 0 and not shape.loops:
                return ["try:", *body(), f"except* {draw(st.sampled_from(['ValueError', '(KeyError, TypeError)']))} as problem:",
                        "    print(type(problem), problem.exceptions)"]
            kinds = st.sampled_from(["ValueError", "(KeyError, TypeError)", "Exception", "NameError", "AttributeError", "a"])
            name = draw(st.sampled_from(["", " as problem", " as a"]))
            lines = ["try:", *body(), f"except {draw(kinds)}{name}:"]
            lines += [line.replace("raise problem", "raise") for line in body(handler=True)]
            if draw(st.booleans()):
                lines += ["else:", *body()]
            if draw(st.booleans()):
                lines += ["finally:", *body()]
            return lines
        case "finally":
            return ["try:", *body(), "finally:", *body()]
        case "with":
            manager = draw(st.sampled_from(["Obj('m')", "Obj('swallow')", "Obj('m', 'exit')", "Obj('m', 'enter')", expr()]))
            return [f"with {manager} as {draw(st.sampled_from(['c', 'd', '(a, b)']))}:", *body()]
        case "async with":
            return [f"async with {draw(st.sampled_from(['Obj(1)', 'Obj(2, chr(97))']))} as c:", *body()]
        case "async for":
            return [f"async for {draw(target(shape))} in Obj('g').agen():", *body(loop=True)]
        case "match":
            patterns = draw(st.lists(st.sampled_from(
                ["1", "'x'", "[a, b]", "[a, *d]", "{'k': c}", "{'k': 1, **d}", "Obj(name=b)", "int() | str()", "(1, 2) as a", "None", "int(b)"]),
                min_size=1, max_size=3))
            lines = [f"match {expr()}:"]
            for pattern in patterns:
                guard = f" if {draw(atom())}" if draw(st.integers(0, 3)) == 0 else ""
                lines += [f"    case {pattern}{guard}:", *indent(body())]
            return lines + (["    case _:", *indent(body())] if draw(st.booleans()) else [])
        case "def":
            inner = Shape("function", 0, shape.depth + 1)
            lines = indent(draw(block(inner)))
            captured = draw(st.sampled_from(["", "    nonlocal n", "    global G"]))
            call = draw(st.sampled_from(["inner()", "inner(1)", "inner(y=2)"]))
            return ["def inner(a=1, *c, y=G):", *([captured] if captured else ["    print(n)"]), *lines, f"print({call})"]
        case "class":
            return ["class Local(Obj):", f"    field = {draw(atom())}", "    def method(self):",
                    f"        return super().value, self.name, {draw(expression(Shape('function'), 2))}",
                    f"print({draw(st.sampled_from(['Local(1).field', 'Local(1).method()', 'Local.method']))} is None)"]
        case "star":
            return [f"a, *b = {expr()}"]
    raise AssertionError(kind)


@st.composite
def function(draw, number):
    kind = draw(st.sampled_from(["function", "function", "function", "generator", "coroutine", "asyncgen"]))
    lines = draw(block(Shape(kind)))
    keyword = "async def" if kind in ("coroutine", "asyncgen") else "def"
    if kind in ("generator", "asyncgen"):
        lines = ["yield T('first')", *lines]
    head = [f"{keyword} f{number}(a, b=Obj('default')):", "    global G", "    n = 0"]
    text = "\n".join([*head, *indent(lines)])
    arguments = draw(st.sampled_from(["1, 2", "Obj('x')", "[1, 2, 3], 'text'", "'s', {}", "None", "1.5, (1, 2)"]))
    if kind == "asyncgen":
        call = f"show(lambda: collect(f{number}({arguments})))"
    else:
        call = f"show(f{number}, {arguments})"
    return f"{text}\n\n\n{call}\n{call}\n"


@st.composite
def program(draw):
    count = draw(st.integers(1, 3))
    return HEAD + "\n".join(draw(function(number)) for number in range(count))
