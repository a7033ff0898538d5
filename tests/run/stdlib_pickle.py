"""pickle, copyreg, shelve, marshal, dbm: all protocols, program classes, errors."""
import copyreg
import io
import marshal
import pickle
import pickletools
import shelve


class Plain:
    def __init__(self, value):
        self.value = value


class Reduced:
    def __reduce__(self):
        return Plain, ("from reduce",)


class State:
    __slots__ = ("a",)

    def __getstate__(self):
        return {"a": 1}

    def __setstate__(self, state):
        self.a = state["a"] + 1


def function():
    return "function"


for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    again = pickle.loads(pickle.dumps([Plain(3), Reduced(), function, len, {1: (2, {3})}, 2 ** 70, "é"], protocol))
    print(protocol, again[0].value, again[1].value, again[2](), again[3:])
print(pickle.loads(pickle.dumps(State(), 4)).a)
copyreg.pickle(complex, lambda value: (complex, (value.real, 99)))
print(pickle.loads(pickle.dumps(1 + 2j)))
for broken in (lambda: pickle.dumps(lambda: 0), lambda: pickle.loads(b"nonsense"), lambda: pickle.loads(b""), lambda: pickle.dumps(open("/dev/null"))):
    try:
        broken()
    except Exception as problem:
        print(type(problem).__name__, problem)


class Restricted(pickle.Unpickler):
    def find_class(self, module, name):
        raise pickle.UnpicklingError(f"{module}.{name} is forbidden")


try:
    Restricted(io.BytesIO(pickle.dumps(Plain(1)))).load()
except pickle.UnpicklingError as problem:
    print(problem)
pickletools.dis(pickle.dumps((1, "a"), 0))
with shelve.open("store") as store:
    store["key"] = [1, Plain(2)]
with shelve.open("store") as store:
    print(store["key"][1].value, list(store))
code = marshal.loads(marshal.dumps(function.__code__))
print(eval(code), marshal.loads(marshal.dumps({"a": [1, None]})), code == function.__code__)
