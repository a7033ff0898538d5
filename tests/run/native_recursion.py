"""Recursion: to the limit exactly, far beyond it when the program raises it, in threads, through C code; signals in it."""
import functools
import signal
import sys
import threading


def down(n):
    return n and down(n - 1)


def depth():
    try:
        return 1 + depth()
    except RecursionError:
        return 1


def endless(seen):
    seen[0] += 1
    return endless(seen)


def through_c(n):
    return sum(map(through_c, [n - 1])) if n else 1


def generate(n):
    if n:
        yield from generate(n - 1)
    yield n


class Deep:
    def __getattr__(self, name):
        return getattr(self, name)


@functools.lru_cache(None)
def cached(n):
    return n if n < 2 else cached(n - 1) + cached(n - 2)


def entries(problem):
    count = 0
    traceback = problem.__traceback__
    while traceback is not None:
        count, traceback = count + 1, traceback.tb_next
    return count


def fails(function, *args):
    try:
        return function(*args)
    except RecursionError as problem:
        return str(problem), entries(problem)


def in_thread():
    print("thread", down(900), fails(down, 5000))
    sys.setrecursionlimit(100_000)
    print("thread", down(90_000))
    sys.setrecursionlimit(1000)


def check_limits():
    print(down(900), fails(down, 2000))
    for limit in (200, 5000):
        sys.setrecursionlimit(limit)
        seen = [0]
        print(fails(endless, seen), seen, depth())
    sys.setrecursionlimit(1000)
    print(fails(through_c, 100), fails(through_c, 10000)[0][:32], fails(lambda: Deep().x)[0][:32])
    print(len(list(generate(200))), fails(lambda: list(generate(5000)))[0][:32], cached(80))


def check_deep():
    sys.setrecursionlimit(1_000_000)
    print(down(300_000))
    seen = [0]
    sys.setrecursionlimit(150_000)
    print(fails(endless, seen)[1] > 100_000, seen[0] > 100_000)
    sys.setrecursionlimit(1000)


class Stop(Exception):
    pass


def handler(number, frame):
    raise Stop(frame.f_code.co_name)


def check_signals():
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    try:
        while True:
            down(50)
    except Stop as stop:
        print("stopped")
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    try:
        while True:
            pass
    except Stop as stop:
        print("stopped in", stop)


check_limits()
check_deep()
check_signals()
thread = threading.Thread(target=in_thread)
thread.start()
thread.join()
