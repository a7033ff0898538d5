"""Global variables and builtins are found by their place in dicts that change in every way: copies,
subclasses, names that come and go, other layouts."""
import builtins
import types


def heat(function):
    for _ in range(50):
        function()


def show(label, function):
    try:
        print(label, function())
    except Exception as error:
        print(label, type(error).__name__, error)


def read():
    return variable


def sizes():
    return [len(word) for word in ("a", "bc")]


def recursive(depth):
    return depth if depth == 0 else recursive(depth - 1) + step


class Asked(dict):
    def __missing__(self, key):
        return f"missing {key}"

    def __getitem__(self, key):
        return f"asked for {key}" if key == "variable" else super().__getitem__(key)


variable, step = "first", 1
heat(read), heat(sizes)
show("recursive", lambda: recursive(20))

# A copy has the same keys and other values; then either of them changes.
copied = dict(globals())
other = types.FunctionType(read.__code__, copied)
show("copy", other)
copied["variable"] = "of the copy"
show("copy", other)
show("original", read)
del copied["variable"]
show("copy without it", other)
show("original", read)
copied["variable"] = "again"
show("copy with it", other)
copied.clear()
show("copy cleared", other)
copied.update(variable="refilled")
show("copy refilled", other)
while copied:
    copied.popitem()
show("copy emptied", other)

# A subclass made from the same dict: its methods are asked.
heat(read)
asked = Asked(globals())
show("subclass", types.FunctionType(read.__code__, asked))
show("original", read)

# Builtins: a copy, a changed one, one that goes away, one that a global hides.
space = {"__builtins__": dict(vars(builtins))}
alone = types.FunctionType(sizes.__code__, space)
show("builtins copied", alone)
space["__builtins__"]["len"] = lambda value: "copied builtin"
show("builtins changed", alone)
show("original", sizes)
del space["__builtins__"]["len"]
show("builtin deleted", alone)
space["len"] = lambda value: "global"
show("builtin hidden", alone)
del space["len"]
show("no longer hidden", alone)
builtins.brand_new = 1
show("another builtin", sizes)
del builtins.brand_new
show("gone", sizes)

# Names come and go while a loop runs.
def churn(count):
    found = []
    for number in range(count):
        globals()[f"fresh_{number}"] = number
        found.append((variable, len(found)))
        del globals()[f"fresh_{number}"]
    return found[-1]


show("churn", lambda: churn(500))

# Keys that are no strings give the dict another layout, and back.
globals()[7] = "no name"
show("mixed keys", read)
show("mixed keys", sizes)
del globals()[7]
variable = "last"
show("after", read)

# The attributes of an object as globals.
class Owner:
    def __init__(self):
        self.variable = "attribute"


owner, second = Owner(), Owner()
of_owner = types.FunctionType(read.__code__, vars(owner))
for _ in range(3):
    show("attributes", of_owner)
owner.variable = "changed attribute"
show("attributes", of_owner)
show("of another object", types.FunctionType(read.__code__, vars(second)))
del owner.variable
show("deleted", of_owner)
