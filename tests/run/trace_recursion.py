# /// compare
# status = 1
# ///
"""RecursionError: repeated lines are folded, deep recursion never crashes, also in threads."""
import sys
import threading


def down(number):
    return down(number + 1)


def in_thread():
    try:
        down(0)
    except RecursionError as problem:
        print(type(problem).__name__, problem)


class Endless:
    def __repr__(self):
        return repr(self)


thread = threading.Thread(target=in_thread)
thread.start()
thread.join()
try:
    repr(Endless())
except RecursionError as problem:
    print(problem)
nested = []
for _ in range(100_000):
    nested = [nested]
try:
    repr(nested)
except RecursionError as problem:
    print(problem)
nested = None
sys.setrecursionlimit(200)
down(0)
