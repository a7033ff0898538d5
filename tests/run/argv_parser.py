# /// compare
# [[run]]
# name = "good"
# argv = ["--level", "3", "file"]
# [[run]]
# name = "help"
# argv = ["--help"]
# [[run]]
# name = "bad-choice"
# argv = ["--level", "9", "file"]
# status = 2
# [[run]]
# name = "missing"
# status = 2
# ///
"""argparse: usage names the program, errors leave with 2."""
import argparse

parser = argparse.ArgumentParser(description="levels")
parser.add_argument("--level", type=int, choices=range(5), default=1, help="how deep")
parser.add_argument("file")
arguments = parser.parse_args()
print(arguments)
