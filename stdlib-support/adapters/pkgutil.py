"""Completes pkgutil: the executable is also a directory of modules.

Runs after `pkgutil` was imported, with the module as `module`. sys.path names the executable itself
for the program's own tree; stat() rightly calls that a regular file, so pkgutil would list nothing.
"""

import sys
from importlib.machinery import FileFinder
from types import SimpleNamespace


def _install(list_modules, register):
    def iter_modules_of_finder(importer, prefix=""):
        if importer.path == sys.executable:
            importer = SimpleNamespace(path=importer.path + "/.")
        return list_modules(importer, prefix)

    register(FileFinder, iter_modules_of_finder)


_install(module._iter_file_finder_modules, module.iter_importer_modules.register)
