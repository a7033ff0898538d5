# /// compare
# [[run]]
# name = "bad-str"
# argv = ["bad_str"]
# status = 1
# [[run]]
# name = "unicode"
# argv = ["unicode"]
# status = 1
# [[run]]
# name = "multi-line"
# argv = ["lines"]
# status = 1
# [[run]]
# name = "module-attribute"
# argv = ["attribute"]
# status = 1
# [[run]]
# name = "name-suggestion"
# argv = ["name"]
# status = 1
# [[run]]
# name = "key"
# argv = ["key"]
# status = 1
# [[run]]
# name = "os-error"
# argv = ["system"]
# status = 1
# [[run]]
# name = "assert"
# argv = ["check"]
# status = 1
# [[run]]
# name = "star-import"
# argv = ["imports"]
# status = 1
# [[run]]
# name = "foreign-module"
# argv = ["foreign"]
# status = 1
# ///
"""Exceptions whose printed form has a special case."""
import json
import os
import sys


class Bad(Exception):
    def __str__(self):
        raise ValueError("no text")


def bad_str():
    raise Bad


def unicode():
    raise ValueError("grün \ud800 日本 \x1b[0m")


def lines():
    raise ValueError("first\nsecond\n")


def attribute():
    os.getcwdd()


def name():
    number_of_things = 3
    print(number_of_thing)


def key():
    {"a": 1}["b\n"]


def system():
    open("/does/not/exist")


def check():
    assert 1 == 2, "arithmetic"


def imports():
    from os.path import joinn


def foreign():
    json.loads('{"a": }')


globals()[sys.argv[1]]()
