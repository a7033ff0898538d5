# /// compare
# options = ["--python-flag=-Werror"]
# python = ["-Werror"]
# status = 1
# ///
"""--python-flag=-W… sets filters at build time."""
import sys
import warnings

print(sys.warnoptions)
warnings.warn("now an error")
