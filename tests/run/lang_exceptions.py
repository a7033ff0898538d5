"""try in all its forms: else, finally, return and break inside, re-raise, nesting, context."""


def order(kind):
    steps = []
    for turn in range(3):
        try:
            steps.append(f"try {turn}")
            if kind == "continue":
                continue
            if kind == "break":
                break
            if kind == "return":
                return steps
            if kind == "raise":
                raise ValueError(turn)
        except ValueError as problem:
            steps.append(f"except {problem}")
            if turn == 1:
                raise KeyError("second") from problem
        else:
            steps.append("else")
        finally:
            steps.append("finally")
    else:
        steps.append("loop else")
    return steps


for kind in ("plain", "continue", "break", "return"):
    print(kind, order(kind))
try:
    order("raise")
except KeyError as problem:
    print(repr(problem), repr(problem.__cause__), problem.__suppress_context__)


def swallow():
    try:
        raise ValueError
    finally:
        return "finally wins"


print(swallow())


class Manager:
    def __init__(self, swallow):
        self.swallow = swallow

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        print("exit", kind and kind.__name__, value)
        return self.swallow


with Manager(True) as one, Manager(False) as two:
    raise OSError(2, "message", "name")
try:
    with (Manager(False)):
        raise Exception("a", 1)
except Exception as problem:
    print(problem, problem.args)
try:
    raise [1]
except TypeError as problem:
    print(problem)
try:
    try:
        1 / 0
    except "not a class":
        pass
except TypeError as problem:
    print(problem, repr(problem.__context__))
steps_taken = [1]
try:
    assert not steps_taken, {"detail": 1}
except AssertionError as problem:
    print(problem.args)
group = ExceptionGroup("g", [ValueError(1), TypeError(2), ExceptionGroup("h", [ValueError(3)])])
matching, rest = group.split(ValueError)
print(repr(matching), repr(rest), group.derive([KeyError()]), group.subgroup(lambda e: isinstance(e, TypeError)))
error = ImportError("m", name="n", path="p")
print(error.name, error.path, UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), StopIteration(4).value)


class MakesNone(BaseException):
    def __new__(cls, *args):
        return None


class MakesNumber(Exception):
    def __new__(cls, *args):
        return 3


def with_cause(cause):
    raise IndexError("caused") from cause


for cause in MakesNone, MakesNumber, ValueError, ValueError("made"), None, 3, int:
    try:
        with_cause(cause)
    except BaseException as problem:
        print(repr(problem), repr(problem.__cause__), problem.__suppress_context__)
    try:
        raise cause
    except BaseException as problem:
        print(repr(problem), repr(problem.__cause__))
