# /// compare
# until = 12
# ///
"""Deep recursion where the program asked for it: many levels, large frames, generators, threads with small and large stacks."""
import sys
import threading


def down(n):
    return n and down(n - 1)


def even(n):
    return n == 0 or odd(n - 1)


def odd(n):
    return n != 0 and even(n - 1)


def large(n, *, key="k"):
    """Many variables, handlers and temporaries: a large C frame."""
    items = [n, key]
    try:
        for i in range(1):
            with memoryview(b"x") as view:
                text = f"{n} {key!r:>5}" if n % 1000 == 0 else ""
                below = large(n - 1, key=key) if n else 0
        return below + len(items) + i
    except KeyError as problem:
        return problem, text, view
    finally:
        items = text = None


class Node:
    __slots__ = "next", "value"

    def __init__(self, depth):
        self.value = depth
        self.next = None

    def total(self):
        return self.value + (self.next.total() if self.next else 0)


def chain(n):
    node = None
    for i in range(n):
        above = Node(i)
        above.next = node
        node = above
    return node


def drop(node):
    while node:
        node.next, node = None, node.next


def endless(n):
    return endless(n + 1)


def attempt(function, *args):
    try:
        return function(*args)
    except RecursionError as problem:
        return str(problem)[:32]


def deep(levels):
    node = chain(levels // 20)
    print(down(levels), even(levels), large(levels // 2), node.total(), attempt(endless, 0))
    drop(node)


def in_thread(size, levels):
    threading.stack_size(size)
    thread = threading.Thread(target=deep, args=(levels,))
    thread.start()
    print("stack size", threading.stack_size())
    thread.join()
    threading.stack_size(0)


sys.setrecursionlimit(60_000)
deep(50_000)
for size in (0, 256 << 10, 1 << 20, 128 << 20):
    in_thread(size, 50_000)
sys.setrecursionlimit(250_000)
deep(200_000)
in_thread(256 << 20, 200_000)

# Many threads at once with small stacks.
sys.setrecursionlimit(1000)
threading.stack_size(64 << 10)
results = []
threads = [threading.Thread(target=lambda: results.append((down(900), attempt(endless, 0)))) for _ in range(40)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(results), set(results))
