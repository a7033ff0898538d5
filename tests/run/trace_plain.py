# /// compare
# status = 1
# ///
"""A traceback through functions, methods, comprehensions and lambdas, with carets."""
import functools


class Shape:
    def area(self, sizes):
        return sum(size["w"] * size["h"] for size in sizes)


def through(function, *arguments):
    return function(
        *arguments,
    )


table = {"key": lambda value: through(Shape().area, [value, {"w": 1}])}
functools.reduce(lambda left, right: table[left](right), ["key", {"w": 2, "h": 3}])
