"""Loops over range(...): the iterator without a range object, and everything that range may be besides."""
import sys


def loops(*args):
    seen = []
    for i in range(*args):
        seen.append(i)
    return seen


def of_one(stop):
    return [i for i in range(stop)], {i for i in range(stop)}, list(i for i in range(stop))


def of_two(start, stop):
    seen = []
    for i in range(start, stop):
        seen.append(i)
        if len(seen) > 3:
            break
    return seen, next((i for i in range(start, stop)), "none")


def of_three(start, stop, step):
    seen = []
    for i in range(start, stop, step):
        seen.append(i)
        if len(seen) > 3:
            break
    return seen


class Index:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        print("index", self.value)
        return self.value


class Whole(int):
    pass


NUMBERS = [0, 1, 3, -1, -4, 7, 2**30 - 1, 2**30, -(2**30) + 1, -(2**30), 2**62, 2**63, -(2**63), True, Whole(2), Index(2),
           1.5, "3", None]


def attempt(function, *args):
    try:
        return function(*args)
    except Exception as error:
        trace = error.__traceback__
        while trace.tb_next is not None:
            trace = trace.tb_next
        return type(error).__name__, str(error), trace.tb_lineno, trace.tb_frame.f_code.co_name


def iterators():
    for _ in range(2):
        result = []
        for i in range(300, 306, 2):
            result.append((i, sys._getframe().f_locals["i"]))
        generator = (i * i for i in range(1, 4))
        result.append((next(generator), type(generator.gi_frame.f_locals[".0"]).__name__,
                       generator.gi_frame.f_locals[".0"].__reduce__()))
        result.append(generator.gi_frame.f_locals[".0"].__length_hint__())
        result.append(list(generator))
        downward = (i for i in range(10, 0, -3))
        result.append((next(downward), downward.gi_frame.f_locals[".0"].__reduce__(), list(downward)))
        empty = (i for i in range(3, 1))
        result.append((empty.gi_frame.f_locals[".0"].__reduce__(), list(empty)))
        print(result)


def other_uses():
    for _ in range(2):
        r = range(3)
        print(r, list(r), r[1], type(iter(range(2))).__name__, len(range(5)), sum(range(4)), 2 in range(3), *range(2))


class Fake:
    def __init__(self, *args):
        self.args = args

    def __iter__(self):
        return iter(self.args[::-1])


def patched():
    global range
    genuine = range
    for _ in genuine(2):
        print([i for i in range(1, 2, 3)], end=" ")
        for i in range(4, 5):
            print(i, end=" ")
        range = Fake
    del range
    print([i for i in range(2)])
    range = int
    print(attempt(of_one, 3))
    del range


def shadowed(range):
    return [i for i in range(3)]


def nested(n):
    total = 0
    for i in range(n):
        for j in range(i, n):
            for k in range(j, i - 1, -1):
                total += k
    return total


def replaced_arguments():
    values = [1000, 2000]
    for i in range(values.pop(0), 1002):
        values.append(i)
    print(values)


def main():
    for a in NUMBERS:
        if not isinstance(a, int) or a < 100:
            print(a if not isinstance(a, Index) else "Index", attempt(of_one, a))
        for b in NUMBERS:
            if not (isinstance(a, int) and isinstance(b, int) and abs(b - a) > 100):
                print(attempt(of_two, a, b))
            print([attempt(of_three, a, b, c) for c in NUMBERS[:9]])
    print(attempt(loops), attempt(loops, 1, 2, 3, 4), attempt(loops, 3))
    iterators()
    print(isinstance(range(3), range))
    other_uses()
    patched()
    print(shadowed(lambda n: "abc"[:n]), nested(6))
    replaced_arguments()


main()
