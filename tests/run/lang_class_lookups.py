"""Special names in unusual namespaces: class creation must find them, however the dict holds them."""


def spelled(*parts):
    """A str that is equal to an identifier and is another object."""
    return "".join(parts)


class Name(str):
    """Equal to a str and hashed alike, and yet not exactly a str."""

    def __eq__(self, other):
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def numbered(count, **more):
    return {**{f"name_{i}": i for i in range(count)}, **more}


length = {spelled("__l", "en__"): lambda self: 7, spelled("__", "call__"): lambda self: "called"}
spelt = type("Spelt", (), dict(length))
print(len(spelt()), spelt()())

for count in (0, 3, 5, 40, 80, 90, 200, 400):
    body = numbered(count, __getitem__=lambda self, key: key * 2, __contains__=lambda self, key: True)
    large = type("Large", (), body)
    below = type("Below", (large,), numbered(count))
    print(count, below()[21], "x" in below(), hasattr(below, "__len__"), len(vars(below)) > count)

odd = type("Odd", (), {Name("__len__"): lambda self: 3, "plain": 1})
try:
    print(len(odd()))
except TypeError as error:
    print(error)


class Namespace(dict):
    def __missing__(self, key):
        raise KeyError(key)


kept = Namespace(__str__=lambda self: "text of it")
print(str(type("Kept", (), kept)()))

mixed = {"__bool__": lambda self: False}
mixed.update({("not", "a", "name")[i]: i for i in range(3)})
for key in list(mixed)[1:]:
    del mixed[key]
print(bool(type("Mixed", (), mixed)()))


class Changing:
    pass


class Child(Changing):
    pass


print(bool(Child()))
Changing.__bool__ = lambda self: False
print(bool(Child()))
del Changing.__bool__
print(bool(Child()))
Changing.__dict__  # the proxy stays usable
for name in ("__add__", "__radd__", "__iadd__", "__eq__", "__hash__", "__repr__"):
    setattr(Changing, spelled(name[:3], name[3:]), lambda self, *others: 5)
print(Child() + 1, 1 + Child(), Child() == 2, hash(Child()))
