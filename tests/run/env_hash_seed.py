# /// compare
# [[run]]
# name = "zero"
# env = {PYTHONHASHSEED = "0"}
# [[run]]
# name = "number"
# env = {PYTHONHASHSEED = "12345"}
# ///
"""A given PYTHONHASHSEED gives CPython's own hashes and set order."""
print([hash(text) for text in ("", "a", "text", b"bytes")])
print(list({"apple", "pear", "plum", "fig", "cherry", "kiwi"}))
