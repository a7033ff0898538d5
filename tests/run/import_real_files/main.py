"""Modules written at run time and found through sys.path, zip files included."""
import importlib
import json
import os
import sys
import zipfile

os.makedirs("extra/made")
with open("extra/made/__init__.py", "w") as file:
    file.write("from . import inner\nimport json\nVALUE = inner.VALUE\n")
with open("extra/made/inner.py", "w") as file:
    file.write("VALUE = __file__\ndef fail():\n    raise KeyError('made')\n")
sys.path.insert(0, os.path.abspath("extra"))
importlib.invalidate_caches()
import made

print(os.path.relpath(made.VALUE), made.json.dumps([1]))
try:
    made.inner.fail()
except KeyError:
    import traceback

    print(traceback.format_exc())
with zipfile.ZipFile("lib.zip", "w") as archive:
    archive.writestr("zipped/__init__.py", "from .part import NAME\n")
    archive.writestr("zipped/part.py", "NAME = __name__\n")
    archive.writestr("zipped/data.txt", "data in zip")
sys.path.append(os.path.abspath("lib.zip"))
import zipped

print(zipped.NAME, os.path.relpath(zipped.__file__), type(zipped.__loader__).__name__)
import pkgutil

print(pkgutil.get_data("zipped", "data.txt"))
sys.path.remove(os.path.abspath("extra"))
del sys.modules["made"]
try:
    import made
except ImportError as problem:
    print(problem)
