"""ast, dis, tokenize, symtable, code, codeop, compileall, py_compile, timeit, trace, doctest, unittest."""
import ast
import code
import codeop
import contextlib
import dis
import doctest
import io
import os
import py_compile
import symtable
import sys
import timeit
import tokenize
import unittest


def sample(a):
    """
    >>> sample(1)
    2
    >>> sample('x')
    Traceback (most recent call last):
        ...
    TypeError: can only concatenate str (not "int") to str
    """
    return a + 1


print(ast.dump(ast.parse("x = [i for i in y if i]"), indent=1), ast.unparse(ast.parse("a  =  (1)")))
dis.dis(sample)
print([token.string for token in tokenize.generate_tokens(io.StringIO("a = 'b' # c\n").readline)])
print(symtable.symtable("def f(a): return b", "x", "exec").get_children()[0].lookup("b").is_global())
print(codeop.compile_command("if x:"), type(codeop.compile_command("x = 1")).__name__)
interpreter = code.InteractiveInterpreter({"y": 5})
with contextlib.redirect_stderr(io.StringIO()) as errors:
    interpreter.runsource("print(y + 1)")
    interpreter.runsource("1 / 0")
    interpreter.runsource("a b")
print(errors.getvalue())
print(doctest.testmod(sys.modules[__name__]), timeit.timeit("pass", number=3) >= 0)
with open("made.py", "w") as file:
    file.write("VALUE = 4\n")
print(os.path.basename(py_compile.compile("made.py", cfile="made.pyc")), open("made.pyc", "rb").read(4)[2:])


class Test(unittest.TestCase):
    def setUp(self):
        self.value = 3

    def test_good(self):
        self.assertEqual(self.value, 3)

    def test_bad(self):
        with self.subTest(part=1):
            self.assertEqual([1, 2], [1, 3])

    @unittest.skip("not now")
    def test_skipped(self): ...


stream = io.StringIO()
result = unittest.TextTestRunner(stream, verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(Test))
print("".join(line for line in stream.getvalue().splitlines(True) if not line.startswith("Ran")))
print(result)
