"""Functions: defaults, closures, decorators, keyword-only, unpacking, recursion, annotations."""
import functools
import inspect


def every(a, b=1, /, c=2, *args, d, e=5, **rest):
    return a, b, c, args, d, e, sorted(rest.items())


print(every(0, d=4), every(0, 1, 2, 3, 4, d=5, z=1), every(*[1, 2], **{"d": 3, "c": 9}))
for call in (lambda: every(), lambda: every(1, 2, b=3, d=1), lambda: every(1, d=2, **{"d": 3}), lambda: every(a=1, d=1)):
    try:
        call()
    except TypeError as problem:
        print(problem)


def counter():
    count = 0

    def step(by=1):
        nonlocal count
        count += by
        return count

    return step


one, two = counter(), counter()
print(one(), one(5), two(), one.__closure__[0].cell_contents)


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(90), fib.cache_info())
print([f() for f in [lambda: i for i in range(3)]], [f() for f in [lambda i=i: i for i in range(3)]])


def annotated(a: int, b: "list[str]" = None) -> None: ...


print(annotated.__annotations__, inspect.get_annotations(annotated, eval_str=True))
print(annotated.__defaults__, every.__kwdefaults__, every.__code__.co_varnames)
annotated.attribute = 1
print(annotated.__dict__, annotated.__name__, annotated.__module__, counter().__qualname__)
print((lambda *a, **k: (a, k))(1, x=2), max(*[3, 9], key=lambda v: -v))
every.__defaults__ = (10, 20)
print(every(0, d=1))
partial = functools.partial(every, 1, d=2)
print(partial(e=3), partial)


@functools.singledispatch
def show(value):
    return "object"


@show.register
def _(value: int):
    return "int"


@show.register(list)
def _(value):
    return "list"


print(show(1), show([]), show(""), show(True))
