from importlib import metadata

__version__ = metadata.version("tool-with-data")
