# /// compare
# stdin = "line one\r\nline two\r\u0000\u0001end"
# ///
"""Bytes of standard input are untouched; text mode translates newlines."""
import os
import sys

print(sys.stdin.buffer.readline())
print(sys.stdin.buffer.peek(1)[:1])
print(os.read(0, 0), sys.stdin.buffer.read())
