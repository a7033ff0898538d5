#!/usr/bin/env python3
"""Sources in other encodings, with a BOM, with other line ends, with form feeds."""
import inspect

import bom
import crlf
import latin

print(latin.TEXT, bom.TEXT, crlf.TEXT)
print(inspect.getsource(latin.text), inspect.getsource(crlf.text).count("\n"), inspect.getsource(bom).startswith("TEXT"))
try:
    latin.text()
except ValueError as problem:
    import traceback

    traceback.print_exc()
