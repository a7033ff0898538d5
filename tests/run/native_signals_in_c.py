"""Signals that arrive, or are let through, while C code runs: it asks for them itself."""
import os
import signal
import threading
import time

seen = []


def note(number, frame):
    seen.append((signal.Signals(number).name, frame.f_code.co_name))


def refuse(number, frame):
    raise LookupError(signal.Signals(number).name)


class Killing:
    """Its repr sends a signal, and asks for others in the middle."""

    def __init__(self, number):
        self.number = number

    def __repr__(self):
        os.kill(os.getpid(), self.number)
        return "killing"


def several(numbers):
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    for number in numbers:
        os.kill(os.getpid(), number)
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
    except LookupError as error:
        print("raised", error)


def shown():
    print(seen)
    seen.clear()


both = [signal.SIGUSR1, signal.SIGUSR2]
for handlers in ((note, note), (refuse, note), (note, refuse), (note, note)):
    for number, handler in zip(both, handlers):
        signal.signal(number, handler)
    several(both)
    text = repr([1, "a", {2: 3}]) + str(3 ** 500)[:5]
    print(text)
    shown()

# In the middle of a repr, with a handler that raises and one that does not.
for handler in (note, refuse, note):
    signal.signal(signal.SIGUSR1, handler)
    try:
        print(repr([1, Killing(signal.SIGUSR1), 2]))
    except LookupError as error:
        print("raised", error)
    shown()


# A long multiplication, a sleep and a wait that a timer ends.
def raise_in(seconds, function, *args):
    signal.signal(signal.SIGALRM, refuse)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        function(*args)
        print("not interrupted")
    except LookupError as error:
        print("interrupted by", error)


def powers(limit):
    while time.monotonic() < limit:
        number = 7 ** 20000


raise_in(0.05, powers, time.monotonic() + 60)
raise_in(0.05, time.sleep, 60)
raise_in(0.05, threading.Event().wait, 60)
shown()
