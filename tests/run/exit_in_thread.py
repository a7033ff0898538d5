"""SystemExit in a thread ends the thread only; other exceptions are printed."""
import sys
import threading


def leave():
    sys.exit(3)


def fail():
    raise ValueError("in a thread")


for target in (leave, fail):
    thread = threading.Thread(target=target, name=f"worker-{target.__name__}")
    thread.start()
    thread.join()
print("main goes on")
