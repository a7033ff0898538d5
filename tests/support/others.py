"""Prints the interpreters of further Python versions for which pyc2c can be built here, one a line.

That takes headers and a libpython, static or shared. `make test` builds a command for each of them, so that the
tests of versions run wherever such a Python is; 3.11 is not listed, it is always there.
"""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.targets import oracle_for

MINORS = ("3.12", "3.13")
QUESTION = """
import os, sysconfig
version = sysconfig.get_config_var("LDVERSION")
archive = os.path.join(sysconfig.get_config_var("LIBPL"), f"libpython{version}.a")
shared = os.path.join(sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("INSTSONAME"))
header = os.path.join(sysconfig.get_path("include"), "Python.h")
raise SystemExit(not (os.path.exists(header) and (os.path.exists(archive) or os.path.exists(shared))))
"""

if __name__ == "__main__":
    for minor in MINORS:
        try:
            python = oracle_for(minor)
        except LookupError:
            continue
        if subprocess.run([python, "-I", "-c", QUESTION]).returncode == 0:
            print(python)
