"""A package that runs as `python -m tool`."""
__version__ = "1.2"
from . import helpers
