"""What runs at the very end: __del__, weakref callbacks, finalize, generators, unflushed files."""
import atexit
import sys
import tempfile
import weakref


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name, sys.is_finalizing())


class Node:
    pass


def generator():
    try:
        yield 1
    finally:
        print("generator closed")


module_level = Noisy("module level")
cycle = Noisy("in a cycle")
cycle.me = cycle
node = Node()
weakref.finalize(node, print, "finalize at exit")
not_at_exit = weakref.finalize(node, print, "never printed")
not_at_exit.atexit = False
running = generator()
next(running)
atexit.register(print, "atexit")
sys.audit("custom.event")
print("main over")
