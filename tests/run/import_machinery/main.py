"""importlib: specs, loaders, reload, hooks, lazy loading, modules made by hand."""
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import types

import part
import part.leaf

for module in (part, part.leaf):
    spec = module.__spec__
    print(spec.name, spec.origin, spec.has_location, spec.parent, module.__package__, module.__file__)
    print(spec.submodule_search_locations, spec.loader is module.__loader__, module.__loader__.name)
    print(module.__loader__.is_package(spec.name), module.__loader__.get_filename(spec.name))
    print(repr(module.__loader__.get_source(spec.name)), module.__loader__.get_code(spec.name).co_name)
    print(module.__loader__.get_data(module.__file__), repr(module))
print(isinstance(part.__loader__, importlib.abc.InspectLoader), isinstance(part.__loader__, importlib.abc.ResourceLoader))
print(part.__spec__.cached is not None, part.__cached__ == part.__spec__.cached, os.path.basename(part.__cached__))

part.STATE = "changed"
part.leaf.COUNT = 99
print(importlib.reload(part.leaf).COUNT, part.STATE)
print(importlib.util.find_spec("part.leaf").name, importlib.util.find_spec("part.none"), importlib.util.find_spec("nope"))
print(importlib.util.find_spec("json").origin, importlib.util.find_spec("sys").origin, importlib.util.find_spec("os").name)
try:
    importlib.util.find_spec("nope.inner")
except ModuleNotFoundError as problem:
    print(problem)
importlib.invalidate_caches()


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        if name.startswith("virtual"):
            return importlib.util.spec_from_loader(name, self, is_package=name == "virtual")

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.made = f"by hook for {module.__name__}"


sys.meta_path.insert(0, Finder())
import virtual.inner

print(virtual.inner.made, virtual.__path__, virtual.__spec__)

spec = importlib.util.spec_from_file_location("again", part.leaf.__file__)
again = importlib.util.module_from_spec(spec)
spec.loader.exec_module(again)
print(again.COUNT, again.__name__, again is not part.leaf)

spec = importlib.util.find_spec("part.lazy")
loader = importlib.util.LazyLoader(spec.loader)
spec.loader = loader
lazy = importlib.util.module_from_spec(spec)
sys.modules["part.lazy"] = lazy
loader.exec_module(lazy)
print("before use")
print(lazy.VALUE)

sys.modules["forged"] = types.ModuleType("forged", "doc")
import forged

print(forged.__doc__)
sys.modules["blocked"] = None
try:
    import blocked
except ImportError as problem:
    print(problem)
del sys.modules["part.leaf"]
print(importlib.import_module("part.leaf") is part.leaf)
print(importlib.util.resolve_name(".leaf", "part"), importlib.machinery.SOURCE_SUFFIXES)
print(importlib.util.cache_from_source("/a/b.py"), importlib.util.MAGIC_NUMBER[2:])
print([type(finder).__name__ if not isinstance(finder, type) else finder.__name__ for finder in sys.meta_path][0])
for name in ("string\0", "part.leaf\0x", "\udc80"):
    try:
        __import__(name)
    except (ImportError, UnicodeError) as problem:
        print(type(problem).__name__, ascii(str(problem)))
