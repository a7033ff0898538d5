"""Daemon threads do not keep the process; non-daemon threads do."""
import threading
import time


def forever():
    while True:
        time.sleep(0.01)


def short(name):
    time.sleep(0.05)
    print(name, "done")


threading.Thread(target=forever, daemon=True).start()
thread = threading.Thread(target=short, args=("waited for",))
thread.start()
print("main over", threading.active_count())
