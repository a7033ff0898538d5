"""threading.excepthook gets what escapes a thread."""
import threading


def hook(info):
    print(info.exc_type.__name__, info.exc_value, info.thread.name)


def fail():
    {}["missing"]


threading.excepthook = hook
thread = threading.Thread(target=fail, name="T")
thread.start()
thread.join()
threading.excepthook = threading.__excepthook__
thread = threading.Thread(target=fail, name="U")
thread.start()
thread.join()
