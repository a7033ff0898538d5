"""Imports the modules named on standard input and tells which modules that loaded.

Run by pyc2c with the interpreter of the environment that is built from. Answers on the original
standard output, one line each: "module NAME", "failed NAME: ERROR", "text JSON" (texts.py), "end". What the
imported packages print goes to standard error.
"""
import os
import sys

answers = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
os.dup2(2, 1)
sys.path[:1] = []  # the directory of this script
known = set(sys.modules)
texts = {"__name__": "_pyc2c_texts"}
with open(os.path.join(os.path.dirname(__file__), "texts.py"), encoding="utf-8") as file:
    exec(compile(file.read(), file.name, "exec"), texts)
texts["watch"](answers.write)


def tell_new_modules():
    for name in sorted(set(sys.modules) - known):
        known.add(name)
        if "\n" not in name:
            answers.write(f"module {name}\n")


names = sys.stdin.read().split()
sys.argv[:] = [""]
for name in names:
    try:
        __import__(name)
    except BaseException as error:  # SystemExit too: packages may refuse to be imported
        if "\n" not in name:
            text = " ".join(f"{type(error).__name__}: {error}".split())
            answers.write(f"failed {name}: {text}\n")
    tell_new_modules()
    answers.flush()
answers.write("end\n")
answers.flush()
os._exit(0)  # no atexit handlers, no waiting for threads
