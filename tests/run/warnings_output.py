# /// compare
# [[run]]
# name = "default"
# [[run]]
# name = "always"
# env = {PYTHONWARNINGS = "always"}
# [[run]]
# name = "ignore"
# env = {PYTHONWARNINGS = "ignore"}
# [[run]]
# name = "error"
# env = {PYTHONWARNINGS = "error::DeprecationWarning"}
# status = 1
# [[run]]
# name = "bad-filter"
# env = {PYTHONWARNINGS = "nonsense"}
# ///
"""Warnings: filters of the environment, source line, stacklevel, once per place."""
import warnings


def old():
    warnings.warn("old is old", DeprecationWarning, stacklevel=2)


for _ in range(2):
    old()
    warnings.warn("careful")
warnings.warn_explicit("explicit", UserWarning, "some-file.py", 12)
warnings.warn("not shown by default", PendingDeprecationWarning)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    old()
    print([str(each.message) for each in caught], caught[0].lineno)
print("bytes" == b"bytes")
