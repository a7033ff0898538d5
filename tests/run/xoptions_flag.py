# /// compare
# options = ["--python-flag=-Xdev", "--python-flag=-Xutf8"]
# python = ["-Xdev", "-Xutf8"]
# ///
"""--python-flag=-X…: development mode and UTF-8 mode."""
import faulthandler
import sys
import warnings

print(sys.flags.dev_mode, sys.flags.utf8_mode, sys._xoptions, faulthandler.is_enabled())
warnings.warn("shown in development mode", DeprecationWarning)
