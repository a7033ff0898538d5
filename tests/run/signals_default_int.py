# /// compare
# status = -2
# ///
"""SIGINT without a handler: traceback of KeyboardInterrupt, then death by the signal."""
import os
import signal


def work():
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(1000):
        pass


try:
    work()
finally:
    print("cleaned up")
