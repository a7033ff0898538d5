"""Objects die at the instruction that drops them: destructors say so with the line they interrupt."""
import sys


class Noisy:
    """Says when it dies. Operators make new ones, named after what they were made of."""

    def __init__(self, name):
        self.name = name

    def __del__(self):
        frame = sys._getframe(1)
        line = frame.f_lineno and frame.f_lineno - frame.f_code.co_firstlineno
        print(f"    {self.name} dies in {frame.f_code.co_name} at {line}")

    def __add__(self, other):
        return Noisy(f"({self.name}+{other.name})")

    def __neg__(self):
        return Noisy(f"-{self.name}")

    def __lt__(self, other):
        return True

    def __getitem__(self, key):
        return Noisy(f"{self.name}[]")

    def __setitem__(self, key, value):
        print("    set")

    def __delitem__(self, key):
        print("    del")

    def __iter__(self):
        return Steps(self.name)

    def __enter__(self):
        return Noisy(f"{self.name}.enter")

    def __exit__(self, *args):
        print("    exit", args[0])

    def __contains__(self, item):
        return True

    def __format__(self, spec):
        return self.name

    def method(self, *args):
        print("    method")
        return Noisy(f"{self.name}.method")

    def __call__(self, *args, **kwargs):
        print("    call")
        return Noisy(f"{self.name}()")


class Steps(Noisy):
    left = 2

    def __iter__(self):
        return self

    def __next__(self):
        if self.left == 0:
            raise StopIteration
        self.left -= 1
        return Noisy(f"{self.name}#{self.left}")


N = Noisy


def expressions():
    N("a") + N("b")
    print("    1")
    -N("c") + (N("d") + N("e"))
    print("    2")
    N("f") < N("g") < N("h")
    print("    3")
    N("i") in N("j"), N("k") is N("l"), not N("m")
    print("    4")
    f"{N('n')}{N('o')}"
    print("    5")
    N("p") if N("q") else N("r")
    N("s") and N("t") or N("u")
    N("v") or N("w")
    print("    6")


def subscripts():
    N("a")[N("b")]
    N("c")[N("d")] = N("e")
    del N("f")[N("g")]
    N("h")[N("i"):N("j")]
    N("k")[N("l"):N("m")] = N("n")
    N("o")[N("p"):N("q"):N("r")]
    N("s").attribute = N("t")
    N("u").name
    N("v")[N("w")] += N("x")


def displays():
    [N("a"), N("b")]
    (N("c"), [N("d")])
    {N("e"): N("f"), N("g"): N("h")}
    [*N("i"), N("j")]
    {"a": N("k"), "b": N("l")}
    {N("m")}
    print("    end")


def keeps(a, b=None):
    print("    in keeps")
    del a
    print("    without a")
    c = N("local")
    return b


def calls():
    keeps(N("a"), N("b"))
    print("    1")
    keeps(N("c"), b=N("d"))
    N("e").method(N("f"), N("g"))
    h = N("h")
    h(N("i"), key=N("j"))
    keeps(*[N("k"), N("l")])
    keeps(**{"a": N("m")})
    (lambda *args: print("    lambda"))(N("n"), N("o"))
    print(N("p").name, len([N("q")]))
    str(N("r")) and None


def variables():
    x = N("a")
    x = N("b")
    x, y = N("c"), N("d")
    x, y = y, x
    del x
    print("    1")
    y = None
    x = y = N("e")
    x = x + (x := N("f"))
    print("    2")
    a, *b = N("g")
    (c, d), e = N("h"), N("i")
    for z in N("j"):
        print("    loop")
    print("    3")


def closure():
    x = N("a")

    def inner():
        nonlocal x
        x = N("b")
        return x

    inner()
    print("    1")
    inner()
    del x
    print("    2")


def loops():
    for x in N("a"):
        for y in N("b"):
            break
        print("    inner done")
        continue
    else:
        print("    else")
    for x in N("c"):
        for y in N("d"):
            with N("e") as z:
                return print("    returning")


def handlers():
    try:
        N("a") + N("b") + keeps(N("c"), 1 / 0, N("d"))
    except ZeroDivisionError:
        print("    handler")
    try:
        raise ValueError(N("e"))
    except ValueError as error:
        print("    got", error.args[0].name)
    print("    after")
    try:
        try:
            [N("f"), N("g"), N("h").missing]
        finally:
            N("i")
            print("    finally")
    except AttributeError:
        pass
    print("    end")


def raises_through(x):
    y = N("y")
    for z in N("z"):
        [N("w"), z, x + None]


def unwinding():
    try:
        raises_through(N("x"))
    except AttributeError as error:
        print("    caught")
        del error
    print("    end")


def with_():
    with N("a") as x, N("b"):
        N("c")
    print("    1")
    try:
        with N("d"):
            raise KeyError(N("e"))
    except KeyError:
        print("    2")
    print("    3")


def generator():
    x = N("x")
    got = yield N("y")
    print("    resumed")
    yield [N("z"), (yield N("w")), N("v")]
    with N("u") as t:
        for s in N("s"):
            yield s


def generators():
    for step in range(9):
        print("   step", step)
        g = generator()
        for _ in range(step):
            try:
                next(g)
            except StopIteration:
                print("    stopped")
        if step % 2:
            g.close()
            print("    closed")
        elif step:
            try:
                g.throw(KeyError(N("thrown")))
            except KeyError:
                print("    thrown")
        del g
        print("    deleted")
    list(generator())


def comprehensions():
    [x for x in N("a")]
    print("    1")
    {x.name: x for x in N("b") if x < x}
    print("    2")
    [x + y for x in N("c") for y in [N("d")]]
    print("    3")
    any(x for x in N("e"))
    print("    4")


def matching():
    match [N("a"), N("b")]:
        case [x, N(name="c")]:
            print("    no")
        case [x, N(name="b") as y]:
            print("    yes")
    print("    1")
    match N("d"):
        case str() | int():
            pass
        case _:
            print("    other")
    print("    2")


async def coroutine():
    async def inner(x):
        print("    inner")
        return N("returned")

    await inner(N("a"))
    print("    1")
    keeps(N("b"), await inner(N("c")))
    print("    2")


def main():
    for function in (expressions, subscripts, displays, calls, variables, closure, loops, handlers, unwinding,
                     with_, generators, comprehensions, matching):
        print(function.__name__)
        function()
        print("   out")
    try:
        coroutine().send(None)
    except StopIteration:
        pass


main()
