# /// compare
# [[run]]
# name = "lines"
# stdin = "first\nsecond\nwithout newline"
# [[run]]
# name = "empty"
# stdin = ""
# [[run]]
# name = "unicode"
# stdin = "grün\n日本\n"
# ///
"""Lines of standard input, text and what is left for the buffer."""
import sys

for number, line in enumerate(sys.stdin, 1):
    print(number, ascii(line))
print(repr(sys.stdin.read()), repr(sys.stdin.buffer.read()))
print(sys.stdin.encoding, sys.stdin.errors, sys.stdin.name, sys.stdin.isatty())
