"""Parses TOML files for pyc2c, which reads the result in a fiftieth of the time: FILE… -> FILE.parsed.

A result holds the text that it was made of, so that one that is out of date is not used
(front_read_toml in compiler/front/py_documents.c)."""
import marshal
import sys
import tomllib

for path in sys.argv[1:]:
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    with open(f"{path}.parsed", "wb") as file:
        marshal.dump((text, tomllib.loads(text)), file, 4)
