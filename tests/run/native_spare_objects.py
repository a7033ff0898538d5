"""Functions and iterators of lists that die and come again: nothing of the last one is left in the next."""
import gc
import sys
import weakref


def made(*given):
    def inner(a=given, *, b=3) -> int:
        """doc"""
        return a, b, given
    return inner


def plain():
    def inner():
        pass
    return inner


def described(function):
    return (function.__name__, function.__qualname__, function.__doc__, function.__defaults__, function.__kwdefaults__,
            function.__annotations__, function.__dict__, function.__closure__ and len(function.__closure__),
            function.__module__, type(function).__name__, gc.is_tracked(function), sys.getrefcount(function))


def functions():
    for _ in range(4):
        first = made(1, 2)
        first.attribute = "set"
        first.__doc__ = "changed"
        first.__name__ = "changed"
        died = []
        watch = weakref.ref(first, lambda ref: died.append("died"))
        print(described(first), first())
        del first
        second = plain()
        print(died, watch() is None, described(second), second())
        del second
        third = eval("lambda x=1: x")
        print(described(third), third())
        del third


def comprehensions(rows):
    kept = []
    for row in rows:
        kept.append([x for x in row])
        kept.append({x: [y for y in row if y > x] for x in row})
        kept.append({x for x in row for _ in row})
        kept.append([(lambda: (x, row))() for x in row])
        kept.append([z for z in [[y for y in row] for x in row]])
    return kept


def raises(row):
    try:
        return [1 // x for x in row]
    except ZeroDivisionError as error:
        inner = error.__traceback__.tb_next or error.__traceback__
        return sorted(set(inner.tb_frame.f_locals) - {".0", "error", "row"})


def many():
    functions = [made(i) for i in range(100)]
    total = sum(function()[0][0] for function in functions)
    del functions[::2]
    total += sum(function()[0][0] for function in functions)
    functions.clear()
    return total, [plain()() for _ in range(50)]


def iterators():
    items = [1, 2, 3]
    held = [iter(items) for _ in range(40)]
    for it in held:
        next(it)
    del held[::3]
    seen = [x for x in items]
    seen += [next(it) for it in held]
    held = None
    for i in (y for y in items):
        seen += [x * i for x in items]
    used = iter(items)
    list(used)
    items.append(4)
    return seen, list(used), used.__length_hint__(), sys.getrefcount(items)


def cycle():
    def inner():
        return inner
    watch = weakref.ref(inner)
    it = iter([])
    lists = [it]
    it = iter(lists)
    lists.append(it)
    del inner, it, lists
    gc.collect()
    return watch() is None


functions()
for _ in range(3):
    print(comprehensions([[1, 2], [], [3]]), raises([1, 0]), raises([2]))
    print(many(), iterators(), cycle())
