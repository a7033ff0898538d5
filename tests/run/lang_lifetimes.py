"""When temporaries are made, used and destroyed, also when an expression fails halfway."""

log = []


class Tracked:
    def __init__(self, name):
        self.name = name
        log.append(f"+{name}")

    def __del__(self):
        log.append(f"-{self.name}")

    def __add__(self, other):
        log.append("add")
        return Tracked(f"{self.name}{other.name}")

    def __getitem__(self, key):
        log.append("get")
        return Tracked("item")

    def __setitem__(self, key, value):
        log.append("set")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        log.append(f"attr {name}")
        return Tracked(name)

    def __iter__(self):
        log.append("iter")
        return iter([Tracked("first"), Tracked("last")])

    def __bool__(self):
        log.append("bool")
        return True

    def __eq__(self, other):
        log.append("eq")
        return Tracked("equal")

    def __lt__(self, other):
        log.append("lt")
        return Tracked("less")

    def __contains__(self, other):
        log.append("in")
        return False

    def __format__(self, spec):
        log.append("format")
        return "formatted" + spec

    def __enter__(self):
        log.append("enter")
        return Tracked("entered")

    def __exit__(self, *exc_info):
        log.append("exit")


class Receiver:
    def __del__(self):
        log.append("-receiver")

    def method(self, first, second):
        log.append("method")
        return Tracked("result")


def operators():
    a = Tracked("a")
    b = a + Tracked("b")
    log.append(".")
    a = Tracked("c")
    log.append(".")
    less = Tracked(1) < Tracked(2) < Tracked(3)
    log.append(".")
    Tracked(4) in Tracked(5)
    Tracked(6) == Tracked(7)
    not Tracked(8)
    log.append(".")
    b = b + b
    log.append(".")
    return Tracked("yes") if Tracked("condition") else less


def places():
    Tracked("a")[Tracked("b")] = Tracked("c")
    log.append(".")
    Tracked("d")[Tracked("e")].attribute = Tracked("f")
    log.append(".")
    first, last = Tracked("unpacked")
    log.append(".")
    first, last = last, first
    log.append(".")
    del first
    log.append(".")


def displays():
    [Tracked(1), Tracked(2)][0]
    log.append(".")
    (Tracked(3), *Tracked(4))
    log.append(".")
    {Tracked("key").name: Tracked("value")}
    log.append(".")
    f"{Tracked('x'):{Tracked('spec')}} {Tracked('y')!r:.2}"
    log.append(".")


def calls():
    Receiver().method(Tracked(1), Tracked(2))
    log.append(".")

    def function(default=Tracked("default"), *, key=Tracked("key")) -> Tracked("annotation"):
        return default

    del function
    log.append(".")
    return (lambda value: value)(Tracked("argument")).name


def blocks():
    with Tracked("manager") as entered, Tracked("other"):
        log.append("body")
        del entered
    log.append(".")
    for item in Tracked("looped"):
        log.append("turn")
        if item.name == "last":
            break
    log.append(".")
    for item in Tracked("returned from"):
        return Tracked("value").name


def failing(case):
    a = Tracked("a")
    if case == "list":
        return [Tracked(1), Tracked(2), a.method(Tracked(3), 1 / 0)]
    if case == "sum":
        return Tracked(1) + (Tracked(2) + (Tracked(3) + 1 / 0))
    if case == "loop":
        for item in Tracked("looped"):
            raise ValueError(item.name)
    if case == "unpack":
        x, y, z = Tracked("short")
    if case == "name":
        return undefined_name(Tracked(1))
    if case == "dict":
        return {"a": Tracked(1), **Tracked(2)}
    if case == "raise":
        raise Tracked("no exception")
    if case == "assert":
        assert not Tracked("condition"), Tracked("message").name


for function in (operators, places, displays, calls, blocks):
    result = function()
    print(function.__name__, getattr(result, "name", result), log)
    log.clear()
    del result
    log.clear()
for case in ("list", "sum", "loop", "unpack", "name", "dict", "raise", "assert"):
    try:
        failing(case)
    except Exception as problem:
        print(case, repr(problem), log)
        log.clear()
    print(log)
    log.clear()
