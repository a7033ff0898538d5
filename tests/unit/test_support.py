"""Runs the C unit tests (support, front end) and compares the front end with CPython."""

import json
import marshal
import os
import pathlib
import subprocess
import sys

import pytest

from front_client import Front, FrontError, code_difference

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ["path_test", "support_test", "fs_test", "proc_test", "front_test", "tree_test", "passes_test"]
CLIENT = ROOT / "tests" / "unit" / "front_client.py"


def make_variable(name):
    """The value of a variable of the Makefile, with the settings of this run."""
    result = subprocess.run(
        ["make", "-s", "--no-print-directory", "-C", ROOT, f"--eval=print:;@echo $({name})", "print"],
        capture_output=True, text=True, check=True)
    return result.stdout.strip()


@pytest.fixture(scope="session")
def built():
    """Directory of the built test programs, the standard library, the interpreter."""
    subprocess.run(["make", "-s", "-C", ROOT, "unit"], check=True)
    return ROOT / make_variable("UNIT_DIR"), make_variable("PY_STDLIB"), make_variable("PYTHON")


@pytest.fixture(scope="session")
def front(built):
    directory, stdlib, _ = built
    client = Front(directory / "front_tool", stdlib)
    yield client
    assert client.close() == 0


@pytest.mark.parametrize("program", PROGRAMS)
def test_program(built, program):
    directory, stdlib, _ = built
    result = subprocess.run([directory / program], capture_output=True, text=True,
                            env={**os.environ, "PYC2C_STDLIB": stdlib})
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("optimize", [0, 2])
def test_equals_cpython_over_the_standard_library(built, optimize):
    """marshal.loads(ours) equals compile()'s result in every field, recursively."""
    directory, stdlib, python = built
    roots = [os.path.join(stdlib, name) for name in
             ("asyncio", "collections", "concurrent", "email", "encodings", "importlib", "json",
              "logging", "multiprocessing", "unittest", "xml")]
    result = subprocess.run([python, CLIENT, directory / "front_tool", stdlib, str(optimize), *roots],
                            capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": "0"})
    assert result.returncode == 0, result.stdout + result.stderr


def test_constants(front, built):
    """Kinds of constants that are easily confused, in one program."""
    source = (
        "a = 0.0, -0.0, 0, False, 1, True, 1.0, 1j, -1j, 0j, complex, None, ...\n"
        "b = 2**31-1, 2**31, -2**31, -2**31-1, 2**200, -2**200, 10**100, 1e400, 5, 257\n"
        "c = b'', b'x', '', 'x', 'a b', 'ä', '\\udc80', '\\x00', 'x' * 300, '\\U0001F600'\n"
        "d = x in {1, 2.0, 'a', None, (1, 'b'), b'c', frozenset}\n"
        "e = ((), ((),), (((),),), (1, (2, (3, ('deep',)))))\n"
        "def f(ä, *, größe='x', **kw): return g(größe=1, ä=2)\n")
    check = ("import marshal, sys; sys.path.insert(0, sys.argv[1])\n"
             "from front_client import code_difference\n"
             "source = sys.stdin.buffer.read()\n"
             "ours = marshal.loads(open(sys.argv[2], 'rb').read())\n"
             "print(code_difference(ours, compile(source, 'x.py', 'exec', optimize=0)))\n")
    data = front.compile(source)
    path = pathlib.Path(built[0]) / "constants.marshal"
    path.write_bytes(data)
    result = subprocess.run([built[2], "-c", check, CLIENT.parent, path], input=source.encode(),
                            capture_output=True, check=True)
    assert result.stdout.decode().strip() == "None"


def test_same_bytes_in_another_process(front, built):
    source = "x = {'b', 'a'}\ny = z in {'q', 'r', 's', 1, (2, 't')}\ndef f(a, b=x): return a.b + 'q'\n"
    first = front.compile(source)
    for seed in ("1", "2"):
        os.environ["PYTHONHASHSEED"] = seed
        other = Front(built[0] / "front_tool", built[1])
        other.compile("unrelated = 'q', 'r', x.b")
        assert other.compile(source) == first
        other.close()
    os.environ.pop("PYTHONHASHSEED")


FN, COND, TRY, NEVER, DYN, STAR, FROM = 1, 2, 4, 8, 16, 32, 64

IMPORTS = [
    ("import a.b as c, d", [("a.b", 0, 0), ("d", 0, 0)]),
    ("from ..a import *", [("a", 2, STAR)]),
    ("from . import x", [("", 1, FROM)]),
    ("def f():\n import a", [("a", 0, FN)]),
    ("class C:\n import a", [("a", 0, 0)]),
    ("if x: import a\nelse: import b", [("a", 0, COND), ("b", 0, COND)]),
    ("for i in x: import a", [("a", 0, COND)]),
    ("while True: import a", [("a", 0, 0)]),
    ("match x:\n case 1: import a", [("a", 0, COND)]),
    ("try: import a\nexcept ImportError: import b\nelse: import c\nfinally: import d",
     [("a", 0, TRY), ("b", 0, COND), ("c", 0, COND), ("d", 0, 0)]),
    ("try: import a\nexcept (OSError, ModuleNotFoundError): pass", [("a", 0, TRY)]),
    ("try: import a\nexcept: pass", [("a", 0, TRY)]),
    ("try: import a\nexcept builtins.Exception: pass", [("a", 0, TRY)]),
    ("try: import a\nexcept OSError: pass", [("a", 0, 0)]),
    ("try: import a\nexcept ImportError: raise SystemExit", [("a", 0, 0)]),
    ("try:\n def f(): import a\nexcept ImportError: pass", [("a", 0, FN)]),
    ("with suppress(ImportError): import a", [("a", 0, TRY)]),
    ("if TYPE_CHECKING: import a\nelse: import b", [("a", 0, NEVER), ("b", 0, 0)]),
    ("import typing as t\nif not t.TYPE_CHECKING: import a\nelse: import b",
     [("typing", 0, 0), ("a", 0, 0), ("b", 0, NEVER)]),
    ("import sys\nif sys.version_info >= (3, 8): import a\nelse: import b",
     [("sys", 0, 0), ("a", 0, 0), ("b", 0, NEVER)]),
    ("import sys\nif sys.version_info[0] < 3: import a", [("sys", 0, 0), ("a", 0, NEVER)]),
    ("import sys\nif sys.version_info[:2] == (2, 7): import a", [("sys", 0, 0), ("a", 0, NEVER)]),
    ("from os import name\nif name == 'nt': import a", [("os", 0, FROM), ("a", 0, NEVER)]),
    ("import sys\nif sys.platform in ('win32', 'cygwin'): import a",
     [("sys", 0, 0), ("a", 0, NEVER)]),
    ("import sys\nif sys.platform.startswith('linux') and x: import a",
     [("sys", 0, 0), ("a", 0, COND)]),
    ("import_module('a.b')", [("a.b", 0, DYN)]),
    ("import_module('.b', package='p')", [("p.b", 0, DYN)]),
    ("import_module('..b', 'p.q')", [("p.b", 0, DYN)]),
    ("import_module('.b', __package__)", [("b", 1, DYN)]),
    ("import_module(f'services.{n}')", [("services.*", 0, DYN)]),
    ("import_module('services.' + n + '.main')", [("services.*", 0, DYN)]),
    ("import_module('services.x_%s' % n)", [("services.*", 0, DYN)]),
    ("import_module('services.{}'.format(n))", [("services.*", 0, DYN)]),
    ("import_module('.'.join(('services', n)))", [("services.*", 0, DYN)]),
    ("import_module(f'.{n}', __package__)", [("*", 1, DYN)]),
    ("import_module(f'{__name__}.{n}')", [("*", 1, DYN)]),
    ("import_module(__package__ + '.sub.' + n)", [("sub.*", 1, DYN)]),
    ("P = 'services'\nimport_module(f'{P}.{n}')", [("services.*", 0, DYN)]),
    ("path = f'services.{n}'\nimport_module(path)", [("services.*", 0, DYN)]),
    ("import_module(n)", []),
    ("import_module(f'{n}.x')", []),
    ("import_module('not a name')", []),
    ("for m in ('a', 'b.c'): import_module(m)", [("a", 0, COND | DYN), ("b.c", 0, COND | DYN)]),
    ("M = ['a']\n[import_module(m) for m in M]", [("a", 0, DYN)]),
    ("M = {'k': 'a'}\nimport_module(M[x])", [("a", 0, DYN)]),
    ("M = {'k': 'a'}\nfor k, m in M.items(): import_module(m)",
     [("k", 0, COND | DYN), ("a", 0, COND | DYN)]),
    ("import_module('a' if x else 'b')", [("a", 0, DYN), ("b", 0, DYN)]),
    ("from importlib import import_module as im\nim('a')", [("importlib", 0, FROM), ("a", 0, DYN)]),
    ("f = lambda: __import__('a')", [("a", 0, FN | DYN)]),
    ("__import__('a', fromlist=['b'])", [("a", 0, FROM | DYN)]),
    ("__import__('', globals(), locals(), ['b'], 1)", [("", 1, FROM | DYN)]),
    ("import runpy\nrunpy.run_module('a')",
     [("runpy", 0, 0), ("a", 0, DYN), ("a.__main__", 0, DYN)]),
    ("import pkgutil\npkgutil.get_data('a', 'x.txt')", [("pkgutil", 0, 0), ("a", 0, DYN)]),
    ("loader.get_data('a')", []),
    ("import pkgutil\npkgutil.resolve_name('a.b:c')", [("pkgutil", 0, 0), ("a.b", 0, DYN)]),
    ("from importlib.resources import files\nfiles('a')",
     [("importlib.resources", 0, FROM), ("a", 0, DYN)]),
    ("from . import plugins\niter_modules(plugins.__path__)",
     [("", 1, FROM), ("plugins.*", 1, DYN)]),
    ("iter_modules([os.path.dirname(__file__)])", [("*", 1, DYN)]),
    ("import uvicorn\nuvicorn.run('app.main:app')", [("uvicorn", 0, 0), ("app.main", 0, DYN)]),
    ("run([sys.executable, '-u', '-m', 'a.b'])", [("a.b", 0, DYN), ("a.b.__main__", 0, DYN)]),
    ("run(['git', '-m', 'test'])", []),
]


@pytest.mark.parametrize("source, expected", IMPORTS)
def test_imports(front, source, expected):
    found = [(i["module"], i["level"], i["flags"]) for i in front.facts(source)["imports"]]
    assert found == expected


def test_names_of_from_imports(front):
    (fact,) = front.facts("\n\nfrom a import (b,\n  c as d)")["imports"]
    assert fact["names"] == ["b", "c"] and fact["line"] == 3


@pytest.mark.parametrize("source, expected", [
    ("x = 1", None),
    ("__all__ = []", []),
    ("__all__ = ['a', 'b']", ["a", "b"]),
    ("__all__: list = ('a',)", ["a"]),
    ("__all__ = ['a']\n__all__ += ['b']\n__all__.append('c')\n__all__.extend(('d',))",
     ["a", "b", "c", "d"]),
    ("__all__ = other.__all__ + ['a']", ["a"]),
    ("def f():\n __all__ = ['a']", None),
])
def test_all(front, source, expected):
    assert front.facts(source)["all"] == expected


@pytest.mark.parametrize("source, expected", [
    ("entry_points(group='g')", ["g"]),
    ("G = 'g'\nentry_points(group=G)", ["g"]),
    ("entry_points().select(group='g')", ["g"]),
    ("entry_points()['g']", ["g"]),
    ("entry_points().get('g', ())", ["g"]),
    ("eps = entry_points()\neps['g']\neps.get('h')\neps.select(group='g')", ["g", "h"]),
    ("pkg_resources.iter_entry_points('g')", ["g"]),
    ("DriverManager(namespace='g', name='x')", ["g"]),
    ("d = {}\nd['g']\nd.get('h')", None),
])
def test_entry_groups(front, source, expected):
    assert front.facts(source)["groups"] == expected


def test_strings(front):
    source = ("a = 'x.y', 'x.y', 'm:attr', 'a.b:c.d', 'single', 'two words', 'a.b.', '.a.b', '1.2',\n"
              "b = {'key.k': 'value.v'}; f'f.string{x}'\n"
              "def f(p: 'an.notation' = 'de.fault') -> 'an.other': 'doc.string'\n")
    assert front.facts(source)["strings"] == [
        "x.y", "m:attr", "a.b:c.d", "key.k", "value.v", "de.fault", "doc.string"]


@pytest.mark.parametrize("source, message, place", [
    ("x = (\n", "'(' was never closed", (1, 5, 0)),
    ("é = 1; def f(:\n", "invalid syntax", (1, 8, 11)),
    ("é = 'abc'; break\n", "'break' outside loop", (1, 12, 17)),
    ("if x = 1: pass", "invalid syntax. Maybe you meant '==' or ':=' instead of '='?", (1, 4, 9)),
    (b"a\nx = '\xe9'\n", "Non-UTF-8 code starting with '\\xe9' in file x.py on line 2, but no encoding "
     "declared; see https://peps.python.org/pep-0263/ for details", (2, 6, 0)),
    (b"x = 1\nb\0c", "source code cannot contain null bytes", (2, 2, 0)),
    (b"#!x\n# coding: nope\n", "unknown encoding: nope", (2, 0, 0)),
    ("-" * 100000 + "1", "the code is nested too deeply for Python's compiler", (0, 0, 0)),
    ("a" + "+a" * 100000, "the code is nested too deeply for Python's compiler", (0, 0, 0)),
])
def test_errors(front, source, message, place):
    with pytest.raises(FrontError) as caught:
        front.compile(source)
    error = caught.value
    assert (error.line, error.column, error.end_column) == place
    assert error.message == message


@pytest.mark.parametrize("source", [
    b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
    b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n",
    b"\xef\xbb\xbfx = '\xc3\xa9'\n",
    b"x = 1\r\ny = '''a\r\nb'''\rz = 2\r",
    b"# caf\xe9 in a comment only\nx = 1\n",
    b"\x0c\n",
    b"",
    b"x = '\\d'; x is 1\n",
    b"from __future__ import annotations\ndef f(a: b) -> c: pass\n",
])
def test_encodings(front, built, source):
    if built[2] and pathlib.Path(built[2]).resolve() == pathlib.Path(sys.executable).resolve():
        import warnings
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = compile(source, "x.py", "exec", dont_inherit=True)
        assert code_difference(marshal.loads(front.compile(source)), expected) is None
    else:
        assert front.compile(source)


def test_documents(front):
    toml = "a = 1\n[b]\nc = 'é'\nd = [1, 2.5, true]\ne = 2020-01-01\n"
    assert json.loads(front.ask_text("toml", toml)) == {
        "a": 1, "b": {"c": "é", "d": [1, 2.5, True], "e": "2020-01-01"}}
    for kind, text, place in [("toml", "a = 1\na = 2\n", (2, 6)), ("toml", "x = [1,\n", (1, 0)),
                              ("json", '{"a":\n}', (2, 1)), ("json", "", (1, 1)),
                              ("json", "[" * 100000, (0, 0)), ("toml", b"a = '\xff'", (0, 0))]:
        with pytest.raises(FrontError) as caught:
            front.ask_text(kind, text)
        assert (caught.value.line, caught.value.column) == place
