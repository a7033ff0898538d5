"""Modules under names that no import statement can hold: numbered migrations, plugins with dashes."""
import importlib
import pkgutil

import shop.migrations

for info in sorted(pkgutil.iter_modules(shop.migrations.__path__)):
    module = importlib.import_module(f"{shop.migrations.__name__}.{info.name}")
    print(info.name, info.ispkg, module.__name__, module.operations)
print(importlib.import_module("shop.2nd").value, importlib.import_module(".plug-in", "shop").value)
try:
    importlib.import_module("shop.0003_missing")
except ModuleNotFoundError as error:
    print(error)
