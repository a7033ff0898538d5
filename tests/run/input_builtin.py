# /// compare
# [[run]]
# name = "answers"
# stdin = "Ann\n42\n"
# [[run]]
# name = "end-of-file"
# stdin = "Ann\n"
# status = 1
# ///
"""input(): prompt on stdout, EOFError with a traceback at the end of input."""
name = input("name? ")
age = int(input("age? "))
print(f"\n{name!r} is {age}")
