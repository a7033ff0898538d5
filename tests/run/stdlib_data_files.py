# /// compare
# until = 12
# ///
"""Files of the standard library that are not Python."""
import lib2to3.pgen2.driver
import lib2to3.pygram
import lib2to3.pytree
import os
import pydoc_data

driver = lib2to3.pgen2.driver.Driver(lib2to3.pygram.python_grammar, convert=lib2to3.pytree.convert)
print(repr(driver.parse_string("x = 1\n")))
print(len(open(os.path.join(os.path.dirname(pydoc_data.__file__), "_pydoc.css")).read()))
