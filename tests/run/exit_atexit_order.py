# /// compare
# status = 0
# ///
"""atexit: last in, first out; failures are printed, later functions still run; unregister."""
import atexit
import threading


def say(*words, **named):
    print(*words, named)


def fail():
    raise RuntimeError("in atexit")


def removed():
    print("never")


atexit.register(say, 1, a=2)
atexit.register(removed)
atexit.register(fail)
atexit.register(lambda: atexit.register(say, "registered while leaving"))
atexit.register(say, 3)
atexit.unregister(removed)


def late():
    import time

    time.sleep(0.1)
    print("thread before atexit")


threading.Thread(target=late).start()
print("main over", atexit._ncallbacks())
