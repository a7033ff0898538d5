"""Modules that import each other: what works, and the message when it does not."""
import sys

import one
import pack.left

print(one.two.one is one, one.value(), pack.left.right.left is pack.left, pack.left.get())
if "fail" in sys.argv:
    import three
