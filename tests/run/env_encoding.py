# /// compare
# [[run]]
# name = "default"
# [[run]]
# name = "c-locale"
# env = {LC_ALL = "C"}
# unset = ["LANG"]
# [[run]]
# name = "posix-locale"
# env = {LC_ALL = "POSIX"}
# [[run]]
# name = "c-utf8"
# env = {LC_ALL = "C.UTF-8"}
# [[run]]
# name = "c-ctype-only"
# env = {LC_CTYPE = "C"}
# unset = ["LANG"]
# [[run]]
# name = "absent-locale"
# env = {LC_ALL = "xx_YY.UTF-8"}
# [[run]]
# name = "no-locale-variable"
# unset = ["LANG"]
# [[run]]
# name = "empty-environment"
# unset = ["*"]
# [[run]]
# name = "no-coercion"
# env = {PYTHONCOERCECLOCALE = "0", LC_CTYPE = "C"}
# unset = ["LANG"]
# [[run]]
# name = "warn-coercion"
# env = {PYTHONCOERCECLOCALE = "warn", LC_CTYPE = "C"}
# unset = ["LANG"]
# [[run]]
# name = "utf8-on"
# env = {PYTHONUTF8 = "1"}
# [[run]]
# name = "utf8-off"
# env = {PYTHONUTF8 = "0", LC_ALL = "C", PYTHONCOERCECLOCALE = "0"}
# [[run]]
# name = "io-encoding"
# env = {PYTHONIOENCODING = "latin-1:replace"}
# [[run]]
# name = "io-errors"
# env = {PYTHONIOENCODING = ":backslashreplace"}
# [[run]]
# name = "legacy"
# env = {PYTHONIOENCODING = "ascii", LC_ALL = "C"}
# ///
"""Encodings that follow from locale and environment."""
import locale
import os
import sys

for stream in (sys.stdin, sys.stdout, sys.stderr):
    print(stream.encoding, stream.errors)
print(sys.getfilesystemencoding(), sys.getfilesystemencodeerrors(), sys.flags.utf8_mode)
print(locale.getpreferredencoding(False), locale.getlocale(), locale.setlocale(locale.LC_CTYPE))
with open(os.devnull) as file:
    print(file.encoding)
print(os.environ.get("LC_CTYPE"), os.environ.get("LC_ALL"))
print(ascii(os.fsdecode(b"gr\xc3\xbcn \xff")), os.fsencode("x"))
try:
    print("grün 日本")
except UnicodeEncodeError as problem:
    print(problem.reason)
