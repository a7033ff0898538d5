# /// compare
# since = 13
# ///
"""What Python 3.13 added or does by other instructions."""
import copy
import inspect
import sys
import warnings

CALLS = []


def said():
    text = " ".join(CALLS)
    CALLS.clear()
    return text


# ---- variables ----


class Logged:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        CALLS.append(f"del {self.name} at +{sys._getframe(1).f_lineno - sys._getframe(1).f_code.co_firstlineno}")


def stores(pair):
    a, b = pair
    c = a
    a, b, c = b, a, b
    (a,
     b) = Logged("a"), Logged("b")
    a, b = 1, 2
    d = c; e = d
    return a, b, c, d, e


def snapshots(value):
    first = locals()
    first["value"] = "changed"
    second = locals()
    inner = [locals() for _ in range(1)]
    return first["value"], second["value"], first is second, sorted(inner[0]), value


def unset(which):
    if which:
        late = 1
    return which, late


def suspended():
    number, text = 1, "a"
    while True:
        number, text = yield number, text


def frames():
    steps = suspended()
    next(steps)
    variables = steps.gi_frame.f_locals
    variables["number"] = 10
    variables["other"] = 5
    print(dict(variables), steps.gi_frame.f_lasti > 0, steps.gi_frame.f_lineno - suspended.__code__.co_firstlineno)
    print(steps.send((2, "b")), steps.gi_suspended, inspect.getgeneratorstate(steps), steps.gi_yieldfrom)
    steps.close()
    print(inspect.getgeneratorstate(steps), steps.gi_frame)


for _ in range(3):
    print(stores((Logged("x"), 3))[0], said(), snapshots(1))
    try:
        print(unset(True), unset(False))
    except UnboundLocalError as error:
        print(error)
    frames()

# ---- truth ----


class Answer:
    def __init__(self, text):
        self.text = text

    def __bool__(self):
        CALLS.append(f"bool {self.text}")
        if self.text == "never":
            raise ValueError("never")
        return self.text == "yes"


class Asked:
    def __init__(self, text):
        self.text = text

    def __lt__(self, other):
        return Answer(self.text)

    __eq__ = __contains__ = __lt__


def truths(asked):
    results = []
    if asked < 1:
        results.append("if")
    while asked == 1:
        results.append("while")
        break
    results += [not asked < 1, bool(asked == 1), (asked < 1) is (asked < 1), asked < 1 and "and", asked == 1 or "or"]
    results += [x for x in range(3) if asked < x]
    if not (asked < 1 < 2):
        results.append("chained")
    return [getattr(result, "text", result) for result in results]


for _ in range(3):
    for text in ("yes", "no", "never"):
        try:
            print(truths(Asked(text)), said())
        except ValueError as error:
            print(repr(error), said(), error.__traceback__.tb_next.tb_lineno - truths.__code__.co_firstlineno)

# ---- texts ----


class Text(str):
    def __format__(self, spec):
        CALLS.append(f"format {spec}")
        return f"<{spec}>"

    def __str__(self):
        CALLS.append("str")
        return self

    def __repr__(self):
        CALLS.append("repr")
        return self


def texts(value, width):
    return f"{value}", f"{value!s}", f"{value!r:>{width}}", f"{value!a:x}", f"{value:{width}}{value}", f"{value=}", f"{width!r:>5}|{width:<5}|"


for value in (Text("text"), "plain", 7, None):
    try:
        print(texts(value, 4), said())
    except (TypeError, ValueError) as error:
        print(error, said())

# ---- calls ----


def takes(a, *others, b=2, **more):
    return a, others, b, sorted(more.items())


class Callable:
    def method(self, *args, **words):
        return takes(*args, **words)

    def __call__(self, *args, **words):
        return takes(*args, **words)

    plain = staticmethod(takes)


def decorated(*decorators):
    @decorators[0]
    @decorators[1]
    def function(a, b: int = 3, /, *, c: "text" = 4) -> None:
        return a, b, c
    return function


def calls(made, other):
    bound = made.method
    return (made.method(1, b=3), made.method(1, 2, x=4), bound(5, y=6), made(7, b=8), made.plain(9, z=0), takes(1, b=made is other),
            takes(*[1, 2], **{"b": 3}), takes(a=1), made.method(*(1,), **{"b": 2}, c=3), print and max(3, 4, key=abs), dict(a=1))


for _ in range(3):
    made = Callable()
    print(calls(made, made))
    function = decorated(lambda f: f, warnings.deprecated("old", category=None))
    print(function(1), function.__defaults__, function.__kwdefaults__, function.__annotations__, sum(x for x in range(4)))
    for wrong in (lambda: takes(b=1), lambda: takes(1, a=2), lambda: takes(*1), lambda: takes(**1), lambda: takes(1, **{"b": 1}, b=2)):
        try:
            print(wrong())
        except TypeError as error:
            print(error)

# ---- classes ----


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def moved(self):
        self.z = self.x
        return copy.replace(self, x=self.y)

    def __replace__(self, **changes):
        return Point(**{"x": self.x, "y": self.y} | changes)


class Box[T = int]:
    def __init__(self, item: T):
        self.item = item


def shared(point):
    """What the object has, while a dict shows it."""
    names = point.__dict__
    point.x = 5
    point.new = 6
    names["y"] = 7
    del point.z
    before = dict(names)
    point.__dict__ = {"x": 8}
    point.x += 1
    return before, names, vars(point), point.x


print(sorted(Point.__static_attributes__), Point.__firstlineno__, Box.__type_params__[0].__default__, Box(3).item)
for _ in range(4):
    point = Point(1, 2)
    print(point.moved().x, shared(point), hasattr(point, "y"))
