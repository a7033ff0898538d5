"""Modules whose names no import statement can name: they begin with a digit, as Django's migrations and the shared parts of
mypyc do, or have other characters in them."""
import importlib
import pkgutil

import migrations
import plugins

first = importlib.import_module("migrations.0001_initial")
print(first.__name__, first.depends, first.__spec__.name)
for module in pkgutil.iter_modules(plugins.__path__):
    print(module.name, module.ispkg, importlib.import_module(f"plugins.{module.name}").NAME)
print(importlib.import_module("3rd_party").NAME)
print([module.name for module in pkgutil.iter_modules(migrations.__path__)])
print(__import__("dash-module").NAME, importlib.import_module("plus+module").NAME)
