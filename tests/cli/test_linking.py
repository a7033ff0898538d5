"""Executables that need a link of their own, and those that start the host's Python."""
from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.emptyroot import run_in_empty_root
from support.running import environment
from support.running import run as run_command

ADD = """
#include <Python.h>
#include "numbers.h"
static PyObject *add(PyObject *self, PyObject *args) {
    long a, b;
    return PyArg_ParseTuple(args, "ll", &a, &b) ? PyLong_FromLong(sum(a, b)) : NULL;
}
static PyObject *file(PyObject *self, PyObject *none) { return PyUnicode_FromString(__FILE__); }
static PyMethodDef methods[] = {{"add", add, METH_VARARGS, 0}, {"file", file, METH_NOARGS, 0}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "NAME", 0, 0, methods};
PyMODINIT_FUNC PyInit_fast(void) { return PyModuleDef_Init(&module); }
"""
UPPER = """
#include <Python.h>
#include <stdexcept>
#include <string>
static long sum(long a, long) { if (a) { throw std::runtime_error("caught"); } return a; }
static PyObject *upper(PyObject *, PyObject *text) {
    try { sum(1, 2); } catch (std::exception &e) {
        return PyUnicode_FromString((std::string(PyUnicode_AsUTF8(text)) + e.what()).c_str());
    }
    return NULL;
}
static PyMethodDef methods[] = {{"upper", upper, METH_O, 0}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "other", 0, 0, methods};
PyMODINIT_FUNC PyInit_other(void) { return PyModuleDef_Init(&module); }
"""


def run(project, path: str, *words, **environment):
    """stdout of an executable, which must succeed."""
    done = subprocess.run(
        [project.folder / path, *words], capture_output=True, text=True, timeout=60,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def extensions(project):
    """A program with two extension modules in C and C++ whose libraries have a symbol in common."""
    project.write("pkg/__init__.py", "")
    project.write("pkg/src/fast.c", ADD.replace("NAME", "pkg.fast"))
    project.write("pkg/src/numbers.h", "long sum(long a, long b);\n")
    project.write("pkg/src/numbers.c", "long sum(long a, long b) { return a + b; }\n")
    project.write("pkg/src/other.cpp", UPPER)
    project.write("app.py", "import pkg.fast, pkg.other\n"
                            "print(pkg.fast.add(2, 3), pkg.fast.file(), pkg.other.upper('x '))\n"
                            "print(pkg.fast.__name__, pkg.fast.__spec__.name, pkg.fast.__file__[-3:])\n")
    project.write("pyc2c.toml", 'entry_point = "app.py"\nc_sources = [\n'
                                '  "pkg.fast=pkg/src/fast.c,pkg/src/numbers.c",\n'
                                '  "pkg.other=pkg/src/other.cpp",\n]\n')
    return project


EXPECTED = "5 pkg/src/fast.c x caught\npkg.fast pkg.fast .so\n"


@pytest.mark.parametrize("option", [None, "--pie", "--optimize-size", "--debug"])
def test_own_sources(extensions, option):
    extensions("build", "app.py", "-q", *[option] * bool(option))
    assert run(extensions, "dist/app") == EXPECTED
    assert str(extensions.folder).encode() not in (extensions.folder / "dist/app").read_bytes()


def test_own_sources_are_rebuilt_when_they_change(extensions):
    extensions("build", "app.py", "-q")
    extensions.write("pkg/src/numbers.c", "long sum(long a, long b) { return 10 * (a + b); }\n")
    extensions("build", "app.py", "-q")
    assert run(extensions, "dist/app").startswith("50 ")


def test_broken_source(extensions):
    extensions.write("pkg/src/numbers.c", "long sum(long a, long b) { return a + b }\n")
    text = extensions.refused("build", "app.py", "-q", status=3)
    assert "compiling 'pkg/src/numbers.c' failed" in text and "expected ';'" in text
    assert not (extensions.folder / "dist").exists()


def test_missing_source(extensions):
    (extensions.folder / "pkg/src/numbers.c").unlink()
    text = extensions.refused("build", "app.py", "-q", status=1)
    assert "of the extension module 'pkg.fast' does not exist" in text


def test_no_compiler(extensions):
    text = extensions.refused("build", "app.py", "-q", status=3, env={"CC": "no-such-compiler"})
    assert "needs a C compiler, and 'no-such-compiler' was not found" in text
    assert "apt-get install gcc" in text


# What lies in shared objects (codecs, sqlite3, ctypes, OpenSSL), threads that are unwound, exec of oneself.
EVERYTHING = """
import ctypes, hashlib, json, sqlite3, ssl, subprocess, sys, threading
print("日本".encode("shift_jis"), json.dumps({"a": [1.5]}), hashlib.sha256(b"").hexdigest()[:8])
print(sqlite3.connect(":memory:").execute("select 1 + 1").fetchone(), ssl.OPENSSL_VERSION[:8])
print(ctypes.pythonapi.PyLong_FromLong.__name__, bool(ctypes.pythonapi.Py_IsInitialized()))
worker = threading.Thread(target=print, args=("in a thread",))
worker.start()
worker.join()
threading.Thread(target=threading.Event().wait, daemon=True).start()
print(subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, text=True).stdout)
try:
    ctypes.CDLL("libc.so.6")
except OSError as error:
    print(str(error).split("(")[0])
"""


def only_shared_libpython(project) -> bool:
    return "shared libpython" in project("doctor").stdout.decode()


def test_static_wants_a_static_libpython(project):
    if only_shared_libpython(project):
        project.write("app.py", "")
        text = project.refused("build", "app.py", "--static", status=3)
        assert "and this Python has only a shared library" in text


@pytest.mark.parametrize("options", [[], ["--optimize-size"], ["--debug"]])
def test_static_needs_no_other_file(project, target, options):
    if only_shared_libpython(project):
        return
    project.write("app.py", EVERYTHING)
    text = project("build", "app.py", "--static", *options).stderr.decode()
    assert "needs      no C library: it is inside\n" in text
    expected = subprocess.run([target.python, "-c", EVERYTHING], capture_output=True, timeout=60).stdout
    done = run_in_empty_root(project.folder / "dist/app", libc=False, proc=not options)
    lines = done.stdout.decode().splitlines()
    assert done.status == 0, done.describe()
    assert lines[:-1] == expected.decode().splitlines()
    assert lines[-1].startswith("this executable has its C library inside")


def test_static_says_what_cannot_be_loaded(project):
    """A library that imports something no archive has: said at build time and, if it comes to that, later."""
    if only_shared_libpython(project):
        return
    project.write("strange.c", "extern int no_such_function(void); int call(void) { return no_such_function(); }")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", "libstrange.so", "strange.c"], cwd=project.folder,
                   check=True)
    project.write("app.py", "import ctypes, os\n"
                            "try:\n    ctypes.CDLL(os.path.join(os.path.dirname(__file__), 'libstrange.so'))\n"
                            "except OSError as error:\n    print('no_such_function' in str(error))\n")
    text = project("build", "app.py", "--static", "--add-binary=libstrange.so:.").stderr.decode()
    assert "--static: 'libstrange.so' cannot be loaded: it needs 'no_such_function'" in text
    assert run(project, "dist/app") == "True\n"


# ---- with packages ----


@pytest.fixture(scope="session")
def packages() -> Path:
    python = os.environ.get("PYC2C_TEST_APPS_PYTHON")
    if not python or not Path(python).exists():
        pytest.skip("the environment of tests/apps is not there (make test-venvs)")
    return Path(python)


def test_cffi(project, packages):
    project.write("build_ffi.py", "from cffi import FFI\nffibuilder = FFI()\n"
                                  "ffibuilder.cdef('int triple(int); extern \"Python\" int back(int);'\n"
                                  "                'int call(int);')\n"
                                  "ffibuilder.set_source('pkg._triple', '''#include \"triple.h\"\n"
                                  "static int back(int); static int call(int x) { return back(x); }''',\n"
                                  "                      sources=['c/triple.c'], include_dirs=['c'])\n")
    project.write("c/triple.h", "int triple(int);\n")
    project.write("c/triple.c", '#include "triple.h"\nint triple(int x) { return 3 * x; }\n')
    project.write("pkg/__init__.py", "")
    project.write("app.py", "from pkg._triple import ffi, lib\n"
                            "@ffi.def_extern()\ndef back(x):\n    return x + 1\n"
                            "print(lib.triple(14), lib.call(1))\n")
    project.write("pyc2c.toml",
                  'entry_point = "app.py"\ncffi_modules = ["build_ffi.py:ffibuilder"]\n')
    done = project("build", "app.py", python=packages)
    assert "warning" not in done.stderr.decode()
    assert run(project, "dist/app") == "42 2\n"


def test_sdist(project, packages):
    """The installed package's extension module is replaced by one linked from the sources."""
    project.write("sources/fast-1.0/setup.py", "from setuptools import Extension, setup\n"
                                   "setup(name='fast', version='1.0',\n"
                                   "      ext_modules=[Extension('fast', ['fast.c', 'numbers.c'])])\n")
    project.write("sources/fast-1.0/fast.c", ADD.replace("NAME", "fast"))
    project.write("sources/fast-1.0/numbers.h", "long sum(long a, long b);\n")
    project.write("sources/fast-1.0/numbers.c", "long sum(long a, long b) { return a + b; }\n")
    environment = project.folder / "environment"
    subprocess.run([packages, "-m", "venv", "--without-pip", environment], check=True)
    site = next(environment.glob("lib/python3*/site-packages"))
    (site / "more.pth").write_text(f"{next(packages.parents[1].glob('lib/python3*/site-packages'))}\n")
    python = environment / "bin/python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-deps",
                    "--no-index", project.folder / "sources/fast-1.0"], check=True, capture_output=True)
    shutil.rmtree(project.folder / "sources/fast-1.0/build", ignore_errors=True)
    project.write("app.py", "import fast\nprint(fast.add(1, 2))\n")
    project.write("pyc2c.toml", 'entry_point = "app.py"\nsdists = ["sources/fast-1.0"]\n')
    project("build", "app.py", "-q", python=python)
    assert run(project, "dist/app") == "3\n"
    assert "linked in" in project("inspect", "dist/app").stdout.decode()


def test_sdist_that_cannot_be_built(project, packages):
    project.write("broken/setup.py", "raise SystemExit('no way')\n")
    project.write("app.py", "import markupsafe\nprint(markupsafe.escape('<'))\n")
    project.write("pyc2c.toml", 'entry_point = "app.py"\nsdists = ["broken"]\n')
    text = project("build", "app.py", python=packages).stderr.decode()
    assert "broken' could not be linked from its sources" in text
    assert run(project, "dist/app") == "&lt;\n"


# ---- portable, and the launchers ----


def test_portable_files_can_be_replaced(project):
    project.write("data/text.txt", "before\n")
    project.write("app.py", "import os, pathlib, json\n"
                            "here = pathlib.Path(__file__).parent\n"
                            "print((here / 'data/text.txt').read_text().strip(), os.listdir(here / 'data'))\n")
    project("build", "app.py", "--mode=portable", "--add-data=data:data", "-q")
    assert run(project, "dist/app/app") == "before ['text.txt']\n"
    (project.folder / "dist/app/app.data/data/text.txt").write_text("a longer text\n")
    assert run(project, "dist/app/app") == "a longer text ['text.txt']\n"
    shutil.move(project.folder / "dist/app", project.folder / "moved")
    assert run(project, "moved/app") == "a longer text ['text.txt']\n"


def test_portable_replaces_only_its_own(project):
    project.write("dist/hello/precious.txt", "")
    project.refused("build", "hello.py", "--mode=portable", "-q", status=2)
    assert (project.folder / "dist/hello/precious.txt").exists()
    for option in ["--noconfirm", "--clean", "--optimize-size"]:
        project("build", "hello.py", "--mode=portable", "-q", option)
    assert run(project, "dist/hello/hello") == "hello\n"
    assert os.listdir(project.folder / "dist") == ["hello"]


@pytest.mark.parametrize("strategy", ["embedded", "system"])
def test_launcher(project, target, strategy):
    project.write("pkg/__init__.py", "")
    project.write("pkg/__main__.py", "import os, sys\nfrom . import other\n"
                                     "print(other.NAME, sys.argv[1:], os.environ['WHO'], __name__)\n"
                                     "sys.exit(3)\n")
    project.write("pkg/other.py", "NAME = __name__\n")
    project.write("pyc2c.toml",
                  f'entry_point = "pkg"\nstrategy = "{strategy}"\n[env]\nWHO = "me & you"\n')
    project("build", "-q")
    program = project.folder / "dist/pkg"
    done = run_command([program, "a b", "c"], cwd=project.folder,
                       env=environment(project.folder, {"PYTHON": str(target.python)})).expect(3)
    assert done.stdout == b"pkg.other ['a b', 'c'] me & you __main__\n"
    done = run_command([program], cwd=project.folder, env={"PATH": "/nowhere"}).expect(127)
    assert f"needs Python {target.minor} or later".encode() in done.stderr
    program.write_bytes(program.read_bytes()[:-100])
    assert b"was cut off" in run_command([program], cwd=project.folder).expect(70).stderr


def test_run_path_of_those_that_need_a_library(project):
    """DT_RPATH serves the libraries of libraries, too, at build time and later: scipy's wheels count on that."""
    project.write("deps/inner.c", "int inner(void) { return 40; }\n")
    project.write("deps/outer.c", "int inner(void);\nint outer(void) { return inner() + 1; }\n")
    project.write("fast.c", "int outer(void);\nint fast(void) { return outer() + 1; }\n")
    project.write("app.py", "import ctypes, os\n"
                            "print(ctypes.CDLL(os.path.join(os.path.dirname(__file__), 'native/fast.so')).fast())\n")
    cc = ["cc", "-shared", "-fPIC"]
    for words in [
        [*cc, "-o", "deps/libinner.so", "deps/inner.c"],
        [*cc, "-o", "deps/libouter.so", "deps/outer.c", "-Ldeps", "-linner"],
        [*cc, "-o", "fast.so", "fast.c", "-Ldeps", "-louter", "-Wl,--disable-new-dtags,-rpath,$ORIGIN/deps"],
    ]:
        subprocess.run(words, cwd=project.folder, check=True)
    done = project("build", "app.py", "--add-binary=fast.so:native")
    assert b"was not found" not in done.stderr
    subprocess.run(["rm", "-r", "deps", "fast.so"], cwd=project.folder, check=True)
    assert subprocess.run([project.folder / "dist/app"], capture_output=True, timeout=60).stdout == b"42\n"


LATE = """
#include <Python.h>
static PyObject *load(PyObject *self, PyObject *none) {
    char name[] = "tools-later";
    name[5] = '.'; /* no constant holds the name */
    PyObject *module = PyImport_ImportModule(name);
    PyObject *value = module ? PyObject_GetAttrString(module, "VALUE") : NULL;
    Py_XDECREF(module);
    return value;
}
static PyMethodDef methods[] = {{"load", load, METH_NOARGS, 0}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "tools", 0, 0, methods};
PyMODINIT_FUNC PyInit_tools(void) { return PyModuleDef_Init(&module); }
"""


def test_source_beside_an_extension_says_what_it_imports(project, target):
    """So it is with packages made by mypyc: imports in functions are in no constant of their own."""
    python, site = project.environment(target.python, "tools", {
        "tools/__init__.py": "def load():\n    from .later import VALUE\n    return VALUE\n",
        "tools/later.py": "VALUE = 'found'\n"})
    ask = "import sysconfig as s; print(s.get_path('include'), s.get_config_var('EXT_SUFFIX'))"
    include, suffix = run_command([target.python, "-c", ask], cwd=site).stdout.decode().split()
    source = project.write("late.c", LATE)
    subprocess.run(["cc", "-shared", "-fPIC", f"-I{include}", source, "-o",
                    site / "tools" / f"__init__{suffix}"], check=True)
    project.write("app.py", "import tools\nprint(tools.load(), tools.__file__[-3:])\n")
    project("build", "app.py", "-q", "--no-trace", python=python)
    assert run(project, "dist/app") == "found .so\n"
