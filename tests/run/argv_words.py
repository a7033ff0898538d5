# /// compare
# [[run]]
# name = "none"
# [[run]]
# name = "plain"
# argv = ["one", "two three", "--flag=x", "-v"]
# [[run]]
# name = "unicode"
# argv = ["grün", "日本", "emoji 🎈"]
# [[run]]
# name = "interpreter-options"
# argv = ["-c", "print(1)", "-m", "json.tool", "-", "-V", "--help", "--version"]
# [[run]]
# name = "empty-words"
# argv = ["", " ", "--"]
# ///
"""Words of the command line arrive unchanged, whatever they look like."""
import os
import sys

print(len(sys.argv), [ascii(word) for word in sys.argv[1:]])
print(os.path.basename(sys.argv[0]))
print(sys.argv[1:] == sys.orig_argv[2:])
