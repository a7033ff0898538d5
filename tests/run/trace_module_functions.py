"""traceback, linecache and sys.exc_info see source lines, names and positions."""
import io
import linecache
import os
import sys
import traceback


def fail(value):
    return [1, 2, 3][value]


def call():
    fail(7)  # the comment is part of the line


try:
    call()
except IndexError as problem:
    print(traceback.format_exc())
    for frame in traceback.extract_tb(problem.__traceback__):
        print(os.path.basename(frame.filename), frame.lineno, frame.name, frame.line, frame.colno)
    print(traceback.format_exception_only(problem))
    inner = problem.__traceback__.tb_next
    summary = traceback.TracebackException(type(problem), problem, inner, capture_locals=True)
    print("".join(summary.format()))
    sink = io.StringIO()
    traceback.print_tb(problem.__traceback__, limit=1, file=sink)
    print(sink.getvalue())
print(linecache.getline(__file__, 1), end="")
print(linecache.getline(os.__file__, 1), end="")
print("".join(traceback.format_stack()))
linecache.checkcache()
print(len(linecache.getlines(__file__)) > 20)
print(sys.exc_info())
