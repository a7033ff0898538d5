"""Imports every extension module that the executable carries in place; run by python_harness."""

import importlib.machinery
import importlib.util
import os
import sys

import inplace

EXE = os.readlink("/proc/self/exe")
loaded = []


class Loader:
    def __init__(self, path):
        self.path = path

    def create_module(self, spec):
        loaded.append(spec.name)
        return inplace.load(spec.name, self.path, spec)

    def exec_module(self, module):
        inplace.execute(module)


class Finder:
    """Extension modules come from <exe>/…, found by their place on the real disk."""

    def find_spec(self, name, path=None, target=None):
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.ExtensionFileLoader):
            return None
        virtual = EXE + spec.origin
        return importlib.util.spec_from_loader(name, Loader(virtual), origin=virtual)


sys.meta_path.insert(0, Finder())
