"""Runs the drawn programs of some modules, each in a forked process of its own, and prints how they ended.

    main.py MODULE… [-PROGRAM…]

Both CPython and the executable run this file. For each program: a line `== MODULE NAME STATUS LENGTH`, and so many bytes of output. `-PROGRAM`
leaves one out.
"""
import gc
import importlib
import os
import resource
import signal
import sys
import traceback

SECONDS = 1
LIMITS = ((resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_AS, 8 << 30), (resource.RLIMIT_FSIZE, 1 << 20), (resource.RLIMIT_CORE, 0))


def run(program):
    """In the child: the program, then the end of the process, without what a module's end would do."""
    for kind, value in LIMITS:
        resource.setrlimit(kind, (value, value))
    signal.alarm(600)
    sys.stdout.reconfigure(line_buffering=True)
    status = 0
    try:
        program()
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    os._exit(status)


def output_of(program):
    file = os.memfd_create("output")
    child = os.fork()
    if child == 0:
        os.dup2(file, 1)
        os.dup2(file, 2)
        run(program)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    size = os.lseek(file, 0, os.SEEK_END)
    text = os.pread(file, size, 0)
    os.close(file)
    return status, text


modules = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
left_out = {argument[1:] for argument in sys.argv[1:] if argument.startswith("-")}
for name in modules:
    module = importlib.import_module(name)
    gc.freeze()  # what is there already, no program's collection has to walk
    for function in [value for value in vars(module) if value.startswith("run_") and value not in left_out]:
        status, text = output_of(getattr(module, function))
        sys.stdout.buffer.write(f"== {name} {function} {status} {len(text)}\n".encode() + text + b"\n")
        sys.stdout.buffer.flush()

# Without finalisation: what the modules hold would write to the same stream.
os._exit(0)
