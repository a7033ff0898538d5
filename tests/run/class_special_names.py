"""Special methods that classes gain and lose between the creation of their subclasses."""
import gc


def made(number, *bases, **names):
    return type(f"C{number}", bases, names)


class Base:
    pass


for number in range(300):
    child = made(number, Base, own=number)
    print(number, hasattr(child(), "__len__"), bool(child()), end=" ")
    match number % 6:
        case 0:
            Base.__len__ = lambda self: 0
        case 1:
            made(number, child, __bool__=lambda self: True)
        case 2:
            del Base.__len__
        case 3:
            Base.__call__ = lambda self, number=number: number
        case 4:
            print(made(number, Base)()(), end=" ")
        case 5:
            del Base.__call__
            Base.padding = number
            setattr(Base, f"name{number}", None)
            gc.collect()
    print(callable(child()), callable(made(number, Base)()))


class Odd(str):
    """A key that equals a special name without being one."""

    def __hash__(self):
        return hash("__len__")

    def __eq__(self, other):
        return other == "__len__"


odd = type("Odd", (), {Odd("other"): lambda self: 7})
print(len(odd()), len(type("Child", (odd,), {})()))
many = type("Many", (), {f"m{i}": i for i in range(200)} | {"__len__": lambda self: 200})
print(len(type("Child", (many,), {})()), [len(type("Grandchild", (many, Base), {})()) for _ in range(3)])
