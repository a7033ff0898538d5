"""Small programs, drawn by Hypothesis, that run to an end and say much about how they ran.

Each is a function or a few over some variables, and calls that show what becomes of them. Their objects log every special method that is
called on them, and some of these raise; so order of evaluation, what is evaluated twice or not at all, where exceptions go, what they
carry and what dies when all show in the output.

Drawing is plain functions over one `draw`, of many choices at once: a composite strategy for each costs twenty times as much.
"""
from __future__ import annotations

from hypothesis import strategies as st

NAMES = ("a", "b", "c", "d")
METHODS = ("add", "lt", "eq", "bool", "getitem", "setitem", "iter", "next", "call", "enter", "exit", "getattr",
           "contains", "format", "iadd", "radd", "delitem", "await", "aenter", "aexit", "agen")
ATOMS = ("a", "b", "c", "d", "a", "b", "G", "n", "n", "i", "a", "b", "n", "1", "2", "-3", "7", "0", "255", "2 ** 31",
         "2 ** 62 - 1", "True", "None", "'x'", "'y'", "'é…'", "b'z'", "1.5", "-0.0", "1j", "...", "[]", "[1, 2, 3]",
         "(1, 2)", "()", "{}", "{'k': 1}", "{1, 2}", "2 ** 70", "T(1)", "T(a)", "Obj('o')", "undefined", "len",
         "range(3)", "10 ** 3", "ValueError('v')")
FORMATTED = ("a", "b", "c", "n", "G", "1.5", "2 ** 70", '"x"', "[a, n]", 'Obj("o")', 'Obj("bad", "format")', "T(a)",
             "undefined", "None")
OPERATORS = ("+", "+", "-", "-", "*", "//", "%", "/", "&", "|", "^", "<<", ">>", "@")
ASSIGNING = ("+=", "+=", "-=", "*=", "|=", "//=", "%=", "&=", ">>=", "**=")
CONVERTERS = ("T", "str", "a", "helper", "list", "repr", "iter", "next", "int", "bool", "G", "inner")
BUILTINS = ("len", "sorted", "sum", "type", "abs", "tuple", "max", "any", "dict", "hash", "callable", "reversed")
PATTERNS = ("1", "'x'", "[a, b]", "[a, *d]", "{'k': c}", "{'k': 1, **d}", "Obj(name=b)", "int() | str()", "(1, 2) as a",
            "None", "int(b)", "[1, [c, _], *_]", "-3 | 2", "dict(a)", "Obj(value=3, name=str(c))", "True | False", "{}",
            "[]", "float() as d")
SOURCES = ("range(3)", "[1, 2, 3]", "(4, 5)", "{'k': 1}", "enumerate('xy')", "zip('ab', [1, 2])", "range(5, 0, -2)",
           "{'k': 1}.items()", "a", "b", "reversed([1, 2])", "[[1, (2, 3)], (4, (5, 6))]", "map(T, (1, 2))",
           "iter([1, 2])")
RAISES = ("raise KeyError('k')", "raise Obj", "raise ValueError(a) from KeyError('cause')", "raise TypeError from None",
          "raise ExceptionGroup('g', [ValueError(1), TypeError(2)])", "raise StopIteration(a)", "raise GeneratorExit",
          "raise a")
TARGETS = NAMES + NAMES + ("(a, b)", "[c, *d]", "a, (b, c)", "*a, b", "a.attr", "b[0]", "b[1:]", "c['k']", "G", "n", "a = b", "a = G = c")
DELETED = NAMES + ("a.value", "b[0]", "b[:1]", "n", "a, b", "G")
KINDS = ("function", "function", "function", "function", "generator", "generator", "coroutine", "asyncgen")
SIGNATURES = (
    ("a, b=Obj('default')", ("1, 2", "Obj('x')", "[1, 2, 3], 'text'", "'s', {}", "None", "1.5, (1, 2)", "b={'k': 1}, a='k'", "1, 2, 3", "", "2 ** 63, 7",
                             "*[1], **{'b': 'text'}", "1, a=2", "range(4), Obj('y')", "{}, []")),
    ("a, b=3, *c, d=Obj('default'), **more", ("1, 2, 3", "1, d=4, e=5", "*'xyz', d=[]", "", "1, x=2, *[5, 6, 7]", "Obj('x'), **{'d': 1, 'z': 2}")),
    ("a, /, b, *, c=None, d", ("1, 2, d=3", "1, b=2, d='x'", "a=1, b=2, d=3", "1, 2, 3, 4", "1, 2", "Obj('x'), 'b', c={}, d=(1, 2)")),
    ("a=1, b='text', c=(), d=0.5", ("", "1, 2", "c=Obj('c')", "*range(4)", "*range(5)", "e=1", "'%s %r', ('x', 1)")),
)


class Drawer:
    """Makes choices for a program, by Hypothesis."""

    some = st.binary(min_size=96, max_size=96)

    def __init__(self, draw):
        self.draw = draw
        self.size = 0
        self.drawn = 0
        self.rest = b""

    def number(self, high: int) -> int:
        """From 0 to `high` (a few dozens). Hypothesis likes equal bytes; so what they stand for changes."""
        if not self.rest:
            self.rest = self.draw(self.some)
        value = self.rest[0] + 256 * self.rest[1] + self.drawn
        self.rest = self.rest[2:]
        self.drawn += 7
        return value % (high + 1)

    def pick(self, choices):
        return choices[self.number(len(choices) - 1)]

    def one_in(self, count: int) -> bool:
        return self.number(count - 1) == 0


class Shape:
    """What the place being drawn may contain."""

    def __init__(self, kind: str, loops: int = 0, depth: int = 0, handler: bool = False):
        self.kind, self.loops, self.depth, self.handler = kind, loops, depth, handler

    def inner(self, loop: bool = False, handler: bool = False) -> "Shape":
        return Shape(self.kind, self.loops + loop, self.depth + 1, self.handler or handler)


# ---- expressions ----

EXPRESSIONS = ("binary", "binary", "binary", "compare", "chain", "bool", "bool3", "not", "if", "call", "call_kw",
               "call_star", "call_exact", "attr", "method", "item", "slice", "list", "tuple", "dict", "set", "star",
               "listcomp", "nested comp", "dictcomp", "setcomp", "genexp", "lambda", "fstring", "percent", "walrus",
               "in", "is", "unary", "builtin", "isinstance", "locals")


def atom(d: Drawer) -> str:
    if d.one_in(12):
        return "Obj('bad', %r)" % d.pick(METHODS)
    return d.pick(ATOMS)


def expression(d: Drawer, shape: Shape, depth: int = 0) -> str:
    d.size += 1
    if depth >= 3 or d.size > 60 or d.one_in(4):
        return atom(d)

    def sub():
        return expression(d, shape, depth + 1)

    kinds = EXPRESSIONS
    if shape.kind in ("generator", "asyncgen"):
        kinds += ("yield", "yield")
    if shape.kind == "generator":
        kinds += ("yield from",)
    if shape.kind in ("coroutine", "asyncgen"):
        kinds += ("await", "await", "asynccomp")
    kind = d.pick(kinds)
    match kind:
        case "binary":
            return f"({sub()} {d.pick(OPERATORS)} {sub()})"
        case "compare":
            return f"({sub()} {d.pick(('<', '<=', '==', '!=', '>', '>='))} {sub()})"
        case "chain":
            return f"({sub()} < {sub()} <= {sub()})"
        case "bool":
            return f"({sub()} {d.pick(('and', 'or'))} {sub()})"
        case "bool3":
            return f"({sub()} {d.pick(('and', 'or'))} {sub()} {d.pick(('and', 'or'))} not {sub()})"
        case "not":
            return f"(not {sub()})"
        case "unary":
            return f"({d.pick(('-', '+', '~'))}{sub()})"
        case "if":
            return f"({sub()} if {sub()} else {sub()})"
        case "call":
            return f"{d.pick(CONVERTERS)}({sub()})"
        case "call_kw":
            return f"helper({sub()}, y={sub()})"
        case "call_star":
            return f"helper(*{sub()}, **{sub()})"
        case "call_exact":
            return d.pick(("exact(%s, %s, d=1)", "exact(1, b=%s, d=%s)", "exact(*%s, d=%s)", "exact(%s, 2, **%s)", "exact(%s, 2, 3, e=%s)")) % (sub(), sub())
        case "attr":
            return f"({sub()}).{d.pick(('value', 'name', 'missing', 'real', '__class__', '__doc__'))}"
        case "method":
            return f"({sub()}).{d.pick(('append', 'upper', 'count', 'get', 'other', 'join', 'index', 'pop', 'extend'))}({sub()})"
        case "item":
            return f"{sub()}[{sub()}]"
        case "slice":
            return f"{sub()}[{sub()}:{d.pick(('', '2', '-1', ':2', 'None:-1'))}]"
        case "list":
            return f"[{sub()}, {sub()}]"
        case "tuple":
            return f"({sub()}, {sub()})"
        case "dict":
            return f"{{{sub()}: {sub()}, **{sub()}}}"
        case "set":
            return f"{{{sub()}, {sub()}}}"
        case "star":
            return d.pick(("[*%s, %s]", "(*%s, %s)", "{*%s, %s}")) % (sub(), sub())
        case "listcomp":
            return f"[{sub()} for {d.pick(NAMES)} in {sub()} if {sub()}]"
        case "nested comp":
            return f"[({sub()}, x, y) for x in {d.pick(SOURCES)} for y in {d.pick(('range(2)', 'a', '(x, a)', 'str(x)'))}]"
        case "dictcomp":
            return f"{{{sub()}: {sub()} for x in {sub()}}}"
        case "setcomp":
            return f"sorted({{str({sub()}) for x in {d.pick(SOURCES)}}})"
        case "genexp":
            return f"{d.pick(('list', 'sum', 'any', 'tuple'))}({sub()} for a in {sub()})"
        case "lambda":
            return f"(lambda a=a, *c: {expression(d, Shape('function'), depth + 1)})({sub()})"
        case "fstring":
            return "f'{%s}{%s!r:>4}{%s:{n}}'" % tuple(d.pick(FORMATTED) for _ in range(3))
        case "percent":
            return f"('%s %r' % {sub()})"
        case "walrus":
            return f"({d.pick(NAMES)} := {sub()})"
        case "in":
            return f"({sub()} {d.pick(('in', 'not in'))} {sub()})"
        case "is":
            return f"({sub()} {d.pick(('is', 'is not'))} {d.pick(('None', 'a', 'b'))})"
        case "builtin":
            return f"{d.pick(BUILTINS)}({sub()})"
        case "isinstance":
            return f"isinstance({sub()}, {d.pick(('int', '(int, str)', 'Obj', 'a', 'type(b)'))})"
        case "locals":
            return "sorted(locals())"
        case "yield":
            return f"(yield {sub()})"
        case "yield from":
            return f"(yield from {sub()})"
        case "await":
            return f"(await {d.pick(('Obj(1)', 'helper_async(a)', 'helper_async(b)')) if d.one_in(2) else sub()})"
        case "asynccomp":
            return f"[{sub()} async for x in Obj('g').agen()]"
    raise AssertionError(kind)


# ---- statements ----

SIMPLE = ("assign", "assign", "assign", "assign", "augment", "augment", "print", "expr", "del", "assert", "return",
          "raise", "pass", "import")
COMPOUND = ("if", "if", "while", "for", "for", "for", "try", "try", "finally", "with", "match", "def", "class", "star",
            "count", "text")


def indent(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


def block(d: Drawer, shape: Shape) -> list[str]:
    lines = []
    for _ in range(1 + d.number(3 if shape.depth == 0 else 1)):
        some = statement(d, shape)
        if shape.depth == 0 and d.one_in(2):  # most end in an exception: let the function go on
            some = ["try:", *indent(some), "except Exception as problem:", "    print(repr(problem))"]
        lines += some
    return lines


def statement(d: Drawer, shape: Shape) -> list[str]:
    def expr():
        return expression(d, shape, 1)

    def body(**more):
        return indent(block(d, shape.inner(**more)))

    def otherwise(word="else", one_in=2):
        return [f"{word}:", *body()] if d.one_in(one_in) else []

    kinds = SIMPLE
    if shape.loops:
        kinds += ("break", "continue")
    if shape.depth < 3 and d.size < 60:
        kinds += COMPOUND
        if shape.kind in ("coroutine", "asyncgen"):
            kinds += ("async with", "async for")
    kind = d.pick(kinds)
    match kind:
        case "assign":
            return [f"{d.pick(TARGETS)} = {expr()}"]
        case "augment":
            return [f"{d.pick(('a', 'b', 'c', 'G', 'n', 'n', 'a.value', 'b[0]', 'b[1:]'))} {d.pick(ASSIGNING)} {expr()}"]
        case "print":
            return [f"print({expr()}, {atom(d)})"]
        case "expr":
            return [expr()]
        case "del":
            return [f"del {d.pick(DELETED)}"]
        case "assert":
            return [f"assert {expr()}, {atom(d)}"]
        case "return":
            value = "" if shape.kind == "asyncgen" else f" {expr()}"
            return [f"if {atom(d)}:", f"    return{value}"] if d.one_in(2) or not shape.depth else [f"return{value}"]
        case "raise":
            choices = RAISES + ("raise", "raise", "raise problem") if shape.handler else RAISES
            return [f"if {atom(d)}:", f"    {d.pick(choices)}"] if d.one_in(2) or not shape.depth else [d.pick(choices)]
        case "import":
            return [d.pick(("import os.path as c", "from math import floor as d, missing", "import string, nowhere", "from math import pi as a"))]
        case "pass":
            return ["pass"]
        case "break" | "continue":
            return [f"if {atom(d)}:", f"    {kind}"]
        case "if":
            middle = [f"elif {expr()}:", *body()] if d.one_in(4) else []
            return [f"if {expr()}:", *body(), *middle, *otherwise()]
        case "while":
            return ["count = 0", f"while count < 3 and {expr()}:", "    count += 1", *body(loop=True), *otherwise()]
        case "for":
            source = expr() if d.one_in(3) else d.pick(SOURCES)
            return [f"for {d.pick(TARGETS[:-2])} in {source}:", *body(loop=True), *otherwise()]
        case "count":
            step = d.pick(("n += i", "n = n * 3 + i", "n -= i * i", "n ^= i << 3", "n = (n + 7) % 13", "n += 0.5", "n = i if i < n else -n",
                           "n += 2 ** 30 + i", "n += a", "b += 1", "a = a + i", "n += len(str(n))"))
            return [f"for i in range({d.pick(('4', '9', '40', 'n', 'a'))}):", f"    {step}", *(body(loop=True) if d.one_in(3) else [])]
        case "text":
            return ["text = ''", f"for i in {d.pick(SOURCES)}:", f"    text += {d.pick(('str(i)', 'chr(97 + len(text))', 'repr(a)', 'i', expr()))}",
                    "print(text)"]
        case "try":
            if d.one_in(6) and not shape.loops:
                return ["try:", *body(), f"except* {d.pick(('ValueError', '(KeyError, TypeError)'))} as problem:",
                        "    print(type(problem), problem.exceptions)"]
            kinds = ("ValueError", "(KeyError, TypeError)", "Exception", "Exception", "NameError", "AttributeError", "a", "GeneratorExit", "BaseException")
            lines = ["try:", *body(), f"except {d.pick(kinds)}{d.pick(('', ' as problem', ' as a'))}:", *body(handler=True)]
            return [*lines, *otherwise(one_in=3), *otherwise("finally", 3)]
        case "finally":
            return ["try:", *body(), "finally:", *body()]
        case "with":
            manager = expr() if d.one_in(4) else d.pick(("Obj('m')", "Obj('swallow')", "Obj('m', 'exit')", "Obj('m', 'enter')"))
            return [f"with {manager}{d.pick(('', ' as c', ' as d', ' as (a, b)', ', Obj(2) as d'))}:", *body()]
        case "async with":
            manager = d.pick(("Obj(1)", "Obj('swallow')", "Obj(2, 'aexit')", "Obj(3, 'aenter')", "a"))
            return [f"async with {manager}{d.pick(('', ' as c', ' as (a, b)'))}:", *body()]
        case "async for":
            return [f"async for {d.pick(TARGETS[:-2])} in {d.pick(('Obj(1).agen()', 'Obj(2).agen()', 'a'))}:", *body(loop=True), *otherwise(one_in=4)]
        case "match":
            lines = [f"match {expr()}:"]
            for _ in range(1 + d.number(2)):
                guard = f" if {atom(d)}" if d.one_in(4) else ""
                lines += [f"    case {d.pick(PATTERNS)}{guard}:", *indent(body())]
            return lines + (["    case _:", *indent(body())] if d.one_in(2) else [])
        case "def":
            return inner_function(d, shape)
        case "class":
            return ["class Local(Obj):", f"    field = {atom(d)}", f"    def method(self, x={atom(d)}):",
                    f"        return super().value, self.name, x, {expression(d, Shape('function'), 2)}",
                    f"print({d.pick(('Local(1).field', 'Local(1).method()', 'Local.method', 'Local(2).method(n)', 'Local(3) + Local(4)'))} is None)"]
        case "star":
            return [f"a, *b = {expr()}"]
    raise AssertionError(kind)


def inner_function(d: Drawer, shape: Shape) -> list[str]:
    """A closure over `n`, which may be a generator, and a use of it."""
    kind = d.pick(("function", "function", "generator"))
    lines = block(d, Shape(kind, 0, shape.depth + 1))
    if kind == "generator":
        lines = ["yield n", *lines]
    captured = d.pick(("print(n)", "nonlocal n", "global G", "n = 5", "nonlocal n; n += 1"))
    use = d.pick(("print({})", "n = {}", "a = {}", "print(list({}))", "b = {}, inner"))
    call = d.pick(("inner()", "inner(1)", "inner(y=2)", "inner(1, 2, 3)", "inner(*a)", "inner(z=1)"))
    return ["def inner(a=1, *c, y=G):", f"    {captured}", *indent(lines), use.format(call)]


# ---- programs ----


def function(d: Drawer, number: int) -> str:
    kind = d.pick(KINDS)
    d.size = 0
    lines = block(d, Shape(kind))
    keyword = "async def" if kind in ("coroutine", "asyncgen") else "def"
    if kind in ("generator", "asyncgen"):
        lines = ["yield T('first')", *lines]
    signature, arguments = SIGNATURES[0] if d.one_in(2) else d.pick(SIGNATURES)
    head = [f"{keyword} f{number}({signature}):", "    global G", "    n = 0"]
    calls = []
    for _ in range(2):
        chosen = d.pick(arguments)
        if kind == "asyncgen":
            calls.append(f"show(lambda: collect(f{number}({chosen})))")
        else:
            calls.append(f"show(lambda: f{number}({chosen}))")
    return "\n".join([*head, *indent(lines), "", "", *calls, calls[0], ""])


@st.composite
def program(draw):
    d = Drawer(draw)
    return "\n".join(function(d, number) for number in range(1 + d.one_in(3)))
