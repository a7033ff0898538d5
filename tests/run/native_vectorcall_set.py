# /// compare
# since = 12
# ///
"""Functions that were given another vectorcall (PyFunction_SetVectorcall) are called by it from then on, also where calls are hot."""
import sys

import _testcapi


def plus(number):
    return number + 1


class Row:
    def __init__(self, size):
        self.size = size

    def __getitem__(self, key):
        return key

    def __call__(self, value):
        return value

    def method(self, value):
        return value


def calls(function):
    results = []
    for number in range(4):
        results += [function(number), function(*(number,)), function(*(number,), **{})]
    return results


def looked_up(row):
    return [row[i] for i in range(3)], [row.method(i) for i in range(3)], [row(i) for i in range(3)]


def made():
    try:
        return [Row(i).size for i in range(3)]
    except TypeError as error:
        return str(error)


for _ in range(2):
    print(calls(plus), looked_up(Row(1)), made())
_testcapi.function_setvectorcall(plus)
print(calls(plus))
# From 3.13 on CPython's interpreter enters __init__ without looking at it, once the call is specialised.
INIT = [Row.__init__] if sys.version_info < (3, 13) else []
for changed in [Row.__getitem__, Row.method, Row.__call__] + INIT:
    row = Row(2)
    _testcapi.function_setvectorcall(changed)
    print(changed.__name__, looked_up(row), made())
