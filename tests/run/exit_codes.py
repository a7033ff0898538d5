# /// compare
# [[run]]
# name = "none"
# argv = ["None"]
# [[run]]
# name = "zero"
# argv = ["0"]
# [[run]]
# name = "number"
# argv = ["7"]
# status = 7
# [[run]]
# name = "text"
# argv = ["'something failed: grün'"]
# status = 1
# [[run]]
# name = "true"
# argv = ["True"]
# status = 1
# [[run]]
# name = "negative"
# argv = ["-1"]
# status = 255
# [[run]]
# name = "wraps"
# argv = ["256 + 9"]
# status = 9
# [[run]]
# name = "large"
# argv = ["2 ** 40 + 5"]
# status = 5
# [[run]]
# name = "tuple"
# argv = ["(1, 2)"]
# status = 1
# [[run]]
# name = "object"
# argv = ["SystemExit(SystemExit(5))"]
# status = 1
# [[run]]
# name = "float"
# argv = ["3.0"]
# status = 1
# ///
"""sys.exit with every kind of argument."""
import sys

print("leaving")
sys.exit(eval(sys.argv[1]))
