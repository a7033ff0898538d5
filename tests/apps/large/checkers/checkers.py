"""Formatters and checkers of sources: modules compiled by mypyc, plugins by entry points and by listing folders, stubs as data."""
import contextlib
import io
import os
import re
import sys
import tempfile

import black
import isort
import mypy.api
from flake8.main.cli import main as flake8
from pylint.lint import Run

SOURCE = """\
import sys, os
def f( a: int,b = 2 ) -> str:
    x = {  "a":1 }
    return a
class A: pass
names: list[int] = os.listdir(".")
"""


def show(title, text, folder):
    print("---", title)
    print(re.sub(r"0x[0-9a-f]+", "0x0", text.replace(folder, "")).strip())


def captured(function, *words):
    """What it prints, and its exit status."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(out):
        try:
            status = function(*words)
        except SystemExit as end:
            status = end.code
    return f"{out.buffer.getvalue().decode()}{status}"


def main():
    folder = tempfile.mkdtemp() + os.sep
    os.chdir(folder)
    with open("sample.py", "w", encoding="utf-8") as file:
        file.write(SOURCE)
    with open("other.py", "w", encoding="utf-8") as file:
        file.write("y=1\n")
    show("isort", isort.code(SOURCE), folder)
    show("black", black.format_str(SOURCE, mode=black.Mode()), folder)
    show("flake8", captured(flake8, ["sample.py"]), folder)
    show("pylint", captured(lambda: Run(["sample.py", "--persistent=n"], exit=False).linter.msg_status), folder)
    show("mypy", "".join(map(str, mypy.api.run(["sample.py", "--no-incremental"]))), folder)
    sys.stdout.flush()
    try:
        black.main(["-q", "sample.py", "other.py"])  # in processes of its own
    except SystemExit as end:
        print("black", end.code)
    for name in ("sample.py", "other.py"):
        with open(name, encoding="utf-8") as file:
            print(file.read())


if __name__ == "__main__":
    main()
