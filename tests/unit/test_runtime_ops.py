"""The operations of native code: signatures by ops.def, results by CPython.

Builds an interpreter with every operation as a function of a built-in module (ops/make_module.py) and
runs the suites in ops/ under it. OPS_PROFILE=long gives Hypothesis more examples.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sysconfig

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPS = ROOT / "tests" / "unit" / "ops"
ROWS = (ROOT / "compiler" / "ir" / "ops.def").read_text()
# Rows whose helpers need the machinery of frames and calls.
MACHINERY = """cells_copy cell_make cell_ref slot_take slot_del call call_method call_kw call_ex call_ex_moved func_new exc_lasti
exc_catch exc_push exc_pop poll""".split()
NAMES = [name for name in re.findall(r"^OP\((\w+),", ROWS, re.MULTILINE) if name not in MACHINERY]
LIBRARIES = ["-lexpat", "-lz", "-ldl", "-lutil", "-lm", "-lpthread"]


def make_variable(name):
    result = subprocess.run(
        ["make", "-s", "--no-print-directory", "-C", ROOT, f"--eval=print:;@echo $({name})", "print"],
        capture_output=True, text=True, check=True)
    return result.stdout.strip()


PYTHON = make_variable("PYTHON")
pytestmark = pytest.mark.skipif(not make_variable("NATIVE"), reason="no native code for this Python")
COMPILE = [*make_variable("CSTD").split(), *make_variable("WARN").split(), "-Werror",
           "-I", str(ROOT / "runtime"), "-I", make_variable("PY_INC")]


def module_source(path, module, names):
    source = subprocess.run([PYTHON, OPS / "make_module.py", module, *names], input=ROWS, text=True,
                            capture_output=True, check=True).stdout
    path.write_text(source)
    return path


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("hot", [0, 1])
def test_signatures(tmp_path, compiler, hot):
    """Every row of ops.def can be called as generated code calls it, without a warning."""
    if shutil.which(compiler) is None:
        pytest.skip(f"no {compiler}")
    source = module_source(tmp_path / "all.c", "_ops", [])
    done = subprocess.run([compiler, *COMPILE, f"-DRT_HOT={hot}", "-O1", "-c", source, "-o", tmp_path / "all.o"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def interpreter(tmp_path_factory):
    directory = tmp_path_factory.mktemp("ops")
    sources = [(ROOT / path, []) for path in make_variable("NATIVE_SRC").split()]
    for hot, module in ((0, "_ops_cold"), (1, "_ops_hot")):
        sources.append((module_source(directory / f"{module}.c", module, NAMES), [f"-DRT_HOT={hot}"]))
    objects = []
    for path, flags in [*sources, (OPS / "interpreter.c", [])]:
        objects.append(directory / (path.stem + ".o"))
        subprocess.run(["gcc", *COMPILE, *flags, "-O1", "-g", "-fno-pie", "-c", path, "-o", objects[-1]], check=True)
    executable = directory / "python"
    wraps = [f"-Wl,--wrap={name}" for name in make_variable("NATIVE_WRAPS").split()]
    subprocess.run(["gcc", "-no-pie", "-rdynamic", *wraps, "-o", executable, *objects, make_variable("PY_LIB"),
                    *LIBRARIES], check=True)
    return executable


@pytest.mark.parametrize("suite", ["values", "attributes", "control"])
def test_operations(interpreter, suite):
    environment = {**os.environ, "PYTHONPATH": sysconfig.get_path("purelib"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([interpreter, "-m", "pytest", "-c", OPS.parent / "pytest.ini", "-p", "no:cacheprovider",
                           "-q", OPS / f"{suite}.py"], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr
