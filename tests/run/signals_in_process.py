"""signal handlers, masks, timers and wakeups inside one process."""
import _thread
import os
import signal
import sys
import threading
import time

got = []
for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD):
    signal.signal(number, lambda received, frame: got.append((received, frame.f_code.co_name)))


def send(number):
    os.kill(os.getpid(), number)


for number in (signal.SIGUSR1, signal.SIGHUP, signal.SIGTERM):
    send(number)
print(got)
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
print(signal.getsignal(signal.SIGPIPE), signal.getsignal(signal.SIGXFSZ))
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
send(signal.SIGUSR2)
print(signal.sigpending(), len(got))
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR2})
print(len(got))
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TimeoutError("alarm")))
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    time.sleep(5)
except TimeoutError as problem:
    print(problem)
print(signal.strsignal(15), signal.Signals(1), signal.valid_signals() >= {signal.SIGKILL})
threading.Thread(target=lambda: os.kill(os.getpid(), signal.SIGUSR1)).start()
time.sleep(0.05)
print(len(got))


def interrupted_at_once():
    steps = []
    try:
        with open(os.devnull):
            try:
                _thread.interrupt_main()
                steps.append("behind the call")
            except KeyboardInterrupt:
                steps.append("at the call")
            try:
                _thread.interrupt_main(*[signal.SIGINT])
                steps.append("behind the call")
            except KeyboardInterrupt:
                steps.append("at the call")
    except KeyboardInterrupt:
        steps.append("behind the block")
    return steps


print(interrupted_at_once())
