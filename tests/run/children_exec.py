# /// compare
# [[run]]
# name = "first"
# [[run]]
# name = "given"
# argv = ["given", "word"]
# ///
"""os.execv of the program itself, as reloaders do; the environment says which turn it is."""
import os
import sys

turn = int(os.environ.get("TURN", "0"))
print("turn", turn, sys.argv[1:], os.environ.get("MARK"), flush=True)
os.environ["TURN"] = str(turn + 1)
if turn == 0:
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
if turn == 1:
    os.execve(sys.executable, [sys.executable] + sys.argv + ["added"], {**os.environ, "MARK": "set"})
if turn == 2:
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", "print('spawned', end='')"], os.environ)
    print(os.waitpid(pid, 0)[1])
