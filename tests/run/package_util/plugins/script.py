import sys

result = ("script", __name__, given if "given" in globals() else None, sys.modules.get(__name__) is not None)
