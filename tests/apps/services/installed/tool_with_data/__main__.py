"""A package that asks for its own metadata, entry points and data."""
import sys
from importlib import metadata, resources

from . import __version__
from .core import run
from .parts.names import NAMES

print(__name__, __package__, __spec__.name, __version__, NAMES)
information = metadata.metadata("tool-with-data")
print(information["Name"], information["Summary"], metadata.requires("tool-with-data"))
for point in sorted(metadata.entry_points(group="tool_with_data.parts"), key=lambda point: point.name):
    print(point.name, point.value, point.load()())
files = metadata.files("tool_with_data")
print(sorted(str(path) for path in files if "__pycache__" not in str(path) and path.name != "INSTALLER"))
print(resources.files("tool_with_data").joinpath("data/words.txt").read_text())
print(metadata.distribution("tool-with-data").read_text("entry_points.txt"))
sys.exit(run(sys.argv[1:]))
