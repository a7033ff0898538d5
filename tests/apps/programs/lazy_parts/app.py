"""Finds its services, connectors and plugins by folder and by name, as grown applications do."""
import importlib
import os
import pkgutil
import sys

from config import SERVICES


def load_services():
    for name in SERVICES:
        module = importlib.import_module(f"services.{name}")
        print(name, module.Service().run())


def load_connectors():
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "connectors")
    for entry in sorted(os.listdir(folder)):
        name, extension = os.path.splitext(entry)
        if extension == ".py" and not name.startswith("_"):
            print(__import__("connectors." + name, fromlist=["connect"]).connect())


def load_plugins():
    import plugins

    for info in pkgutil.iter_modules(plugins.__path__):
        module = importlib.import_module("." + info.name, "plugins")
        print(info.name, info.ispkg, module.register())


load_services()
load_connectors()
load_plugins()
print(sorted(name for name in sys.modules if name.split(".")[0] in ("services", "connectors", "plugins", "helpers")))
