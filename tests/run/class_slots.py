"""The slots of classes (tp_repr, nb_add, …) after their creation and after changes: the same functions as under CPython,
seen by which slots hold the same one."""
import ctypes
import random

# Words of PyHeapTypeObject that hold functions of slots: those of the class itself, then its tables.
WORDS = [8, 9, 11, *range(15, 20), 25, 27, 28, 34, 35, 37, 39, 49, *range(51, 104)]
NAMES = """__repr__ __hash__ __call__ __str__ __getattribute__ __getattr__ __setattr__ __delattr__ __lt__ __le__ __eq__
    __ne__ __gt__ __ge__ __iter__ __next__ __get__ __set__ __delete__ __init__ __new__ __del__ __await__ __aiter__
    __anext__ __add__ __radd__ __sub__ __rsub__ __mul__ __rmul__ __mod__ __divmod__ __rdivmod__ __pow__ __rpow__ __neg__
    __pos__ __abs__ __bool__ __invert__ __lshift__ __rand__ __xor__ __or__ __int__ __float__ __iadd__ __isub__ __imul__
    __ipow__ __ior__ __floordiv__ __truediv__ __index__ __matmul__ __len__ __getitem__ __setitem__ __delitem__
    __contains__ __class_getitem__ __init_subclass__ __slots_of_nobody__ __doc__""".split()
FROM = [object, int, list, dict, str, tuple, set, BaseException, float]
VALUES = [lambda self, *arguments: NotImplemented, None, 5, staticmethod(len), classmethod(repr), property(str)]
numbers = {}


def slots(cls):
    words = ctypes.cast(id(cls), ctypes.POINTER(ctypes.c_size_t))
    return [numbers.setdefault(words[at], len(numbers)) for at in WORDS]


def value_of(draw, name):
    owner = draw.choice(FROM)
    return getattr(owner, name) if draw.random() < 0.4 and hasattr(owner, name) else draw.choice(VALUES)


def namespace(draw):
    names = draw.sample(NAMES, draw.choice([0, 0, 0, 1, 1, 2, 4, 12]))
    made = {name: value_of(draw, name) for name in names}
    made.pop("__init_subclass__", None)
    if draw.random() < 0.2:  # names that are not the interned ones
        made = {"".join(list(name)): value for name, value in made.items()}
    return made


def create(draw, classes):
    bases = draw.sample(classes, draw.choice([0, 1, 1, 1, 2])) or [draw.choice(FROM)]
    if draw.random() < 0.1:
        bases.append(draw.choice(FROM))
    made = namespace(draw)
    if draw.random() < 0.1:
        made[1] = "no name"
    return type(f"Class{len(classes)}", tuple(bases), made)


def change(draw, classes):
    cls, name = draw.choice(classes), draw.choice(NAMES)
    if name == "__init_subclass__":
        return
    if draw.random() < 0.4 and name in vars(cls):
        delattr(cls, name)
    else:
        setattr(cls, name, value_of(draw, name))


def rebase(draw, classes):
    cls = draw.choice(classes)
    cls.__bases__ = (draw.choice(classes), *cls.__bases__[1:])


def main():
    draw = random.Random(20)
    classes, refused = [type("Empty", (), {})], 0
    for _ in range(1500):
        action = draw.choice([create, create, create, change, change, rebase])
        try:
            made = action(draw, classes)
        except (TypeError, AttributeError, ValueError):
            refused += 1
            continue
        if made is not None:
            classes.append(made)
            print(made.__name__, *slots(made))
    print(refused, "refused")
    for cls in classes:
        print(cls.__name__, hash(tuple(slots(cls))))


class Meta(type):
    def __call__(cls, *arguments):
        return super().__call__(*arguments), "called"

    def __getattr__(cls, name):
        return name


class Made(metaclass=Meta):
    def __len__(self):
        return 7

    def __getattribute__(self, name):
        return object.__getattribute__(self, name)


class Later(Made):
    pass


main()
print(len(Made()[0]), len(Later()[0]), Later.anything, slots(Meta), slots(Later))
Made.__getattr__ = lambda self, name: "by __getattr__ " + name
Made.__setattr__ = lambda self, name, value: print("set", name, value)
made = Later()[0]
made.place = 3
print(made.other)
del Made.__getattr__, Made.__setattr__
made.place = 4
print(made.place, getattr(made, "other", "none"))
