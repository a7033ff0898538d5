"""A package with `__main__`: `python -m report` and `pyc2c build report/` are the same program."""

__version__ = "1.0.0"
