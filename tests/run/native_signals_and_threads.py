"""Native loops are interrupted as the interpreter's are: signals, exceptions set by other threads, other threads' turns."""
import ctypes
import signal
import sys
import threading
import time


class Stop(Exception):
    pass


# ---- loops of every kind, none of which ends by itself ----
def while_true():
    while True:
        pass


def while_counting():
    n = 0
    while n >= 0:
        n += 1
    return n


def for_over_range():
    for i in range(1 << 60):
        if i < 0:
            return i


def for_over_generator():
    def numbers():
        while True:
            yield 1

    for i in numbers():
        if i < 0:
            return i


def for_over_calls():
    for i in iter(int, 1):
        pass


def nested():
    while True:
        for i in (1, 2, 3):
            for j in range(3):
                continue


def with_try():
    while True:
        try:
            pass
        finally:
            continue


def with_handler():
    while True:
        try:
            raise KeyError
        except KeyError:
            pass


def comprehension():
    return [i for i in iter(int, 1) if i]


def calls():
    while True:
        callee()


def callee(n=5):
    return n and callee(n - 1)


def strings():
    text = ""
    while True:
        text += "x"
        if len(text) > 1000:
            text = ""


def walk(tree):
    while tree:
        tree = tree[0]


def cyclic():
    tree = []
    tree.append(tree)
    walk(tree)


LOOPS = [while_true, while_counting, for_over_range, for_over_generator, for_over_calls, nested, with_try, with_handler,
         comprehension, calls, strings, cyclic]


# ---- signals ----
def handler(number, frame):
    raise Stop(frame.f_code.co_name in ("numbers", "callee", "<listcomp>", "walk") or frame.f_code.co_name)


def check_signals():
    signal.signal(signal.SIGALRM, handler)
    for loop in LOOPS:
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        try:
            loop()
        except Stop as stop:
            print("signal", loop.__name__, stop.args[0] in (True, loop.__name__))
    count = [0]
    signal.signal(signal.SIGALRM, lambda number, frame: count.__setitem__(0, count[0] + 1))
    signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)
    n = 0
    while count[0] < 5:
        n += 1
    signal.setitimer(signal.ITIMER_REAL, 0)
    time.sleep(0.001)  # valgrind delivers signals late, where the process waits: the last one is this handler's, too
    print("handlers that return", count[0] >= 5, n > 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGALRM, lambda number, frame: signal.raise_signal(signal.SIGINT))
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    try:
        while True:
            pass
    except KeyboardInterrupt:
        print("KeyboardInterrupt")


# ---- exceptions from other threads ----
set_async = ctypes.pythonapi.PyThreadState_SetAsyncExc
set_async.argtypes = ctypes.c_ulong, ctypes.py_object


def check_async_exceptions():
    for loop in LOOPS:
        entered, seen = threading.Event(), []

        def run():
            try:
                entered.set()
                loop()
            except Stop as stop:
                names = []
                traceback = stop.__traceback__
                while traceback:
                    names.append(traceback.tb_frame.f_code.co_name)
                    traceback = traceback.tb_next
                seen.append(names[:1])
                seen.append(loop.__name__ in names or names)

        thread = threading.Thread(target=run)
        thread.start()
        entered.wait()
        time.sleep(0.01)
        while thread.is_alive():
            # In `entered.set()` it would be the same exception, which `run` catches, too.
            print("async", loop.__name__, set_async(thread.ident, Stop))
            thread.join(5)
        print(seen)


def check_async_in_frames():
    """A thread that is caught between handlers: they all run."""
    entered, steps = threading.Event(), []

    def run():
        try:
            try:
                entered.set()
                while True:
                    pass
            finally:
                steps.append("finally")
        except Stop:
            steps.append("except")
            try:
                raise KeyError
            except KeyError as problem:
                steps.append(type(problem.__context__).__name__)

    thread = threading.Thread(target=run)
    thread.start()
    entered.wait()
    time.sleep(0.02)
    set_async(thread.ident, Stop)
    thread.join()
    print(steps)


# ---- turns ----
def check_turns():
    """Busy threads do not keep others from their turns."""
    stop = []

    def busy():
        n = 0
        while not stop:
            n += 1
        return n

    threads = [threading.Thread(target=busy) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        time.sleep(0.001)
    stop.append(1)
    for thread in threads:
        thread.join()
    print("20 turns")


def check_switch_interval():
    sys.setswitchinterval(1e-5)
    shared, total = [0], 20000

    def add():
        for _ in range(total):
            shared.append(shared[-1] + 1)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(0.005)
    print("appended", len(shared) == 4 * total + 1)


check_signals()
check_async_exceptions()
check_async_in_frames()
check_turns()
check_switch_interval()
