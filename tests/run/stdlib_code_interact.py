# /// compare
# stdin = "print(value + 1)\n1 / 0\nvalue = 10\ndef f():\n    return value\n\nf()\nimport sys\nsys.ps1\n"
# ///
"""code.interact: banner, prompts on stderr or stdout, tracebacks, end of input."""
import code

value = 4
code.interact(banner="welcome", local=locals(), exitmsg="bye")
print("after", value)
