"""Modules that no interpreter can compile: importing them fails as it does under CPython, with the same error and the same line."""
import importlib
import traceback

for attempt in range(2):
    try:
        import bad_indent
    except IndentationError as error:
        print(type(error).__name__, error.msg, error.lineno, error.offset, error.text)
try:
    import bad_paren
except SyntaxError as error:
    print(type(error).__name__, error)
try:
    importlib.import_module("bad_paren")
except SyntaxError:
    traceback.print_exc()
