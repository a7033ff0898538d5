# /// compare
# [[run]]
# name = "exec"
# argv = ["exec"]
# status = 1
# [[run]]
# name = "eval"
# argv = ["eval"]
# status = 1
# [[run]]
# name = "indentation"
# argv = ["indentation"]
# status = 1
# [[run]]
# name = "compile"
# argv = ["compile"]
# status = 1
# [[run]]
# name = "literal"
# argv = ["literal"]
# status = 1
# ///
"""SyntaxError and its relatives raised at run time."""
import ast
import sys

texts = {
    "exec": lambda: exec("x = (1,\ny = 2"),
    "eval": lambda: eval("1 +* 2"),
    "indentation": lambda: exec("if True:\nprint(1)"),
    "compile": lambda: compile("def f(a, a): pass", "given-name.py", "exec"),
    "literal": lambda: ast.literal_eval("open('x')"),
}
texts[sys.argv[1]]()
