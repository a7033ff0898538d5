"""How small executables are, and what is done for that."""
from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

# The published goals. They are for Debian's libpython; others have other modules built in.
HELLO, HELLO_SMALL = 7_000_000, 5_500_000


def size(project, *options: str) -> int:
    project("build", "hello.py", "-q", *options)
    program = project.folder / "dist/hello"
    assert subprocess.run([program], capture_output=True, timeout=60).stdout == b"hello\n"
    return program.stat().st_size


def needs_debian_python(target):
    if target.minor != "3.11" or not str(target.python).startswith("/usr/bin/"):
        pytest.skip("the goals are for Debian's Python 3.11")


def test_hello(project, target):
    needs_debian_python(target)
    if "shared libpython" in project("doctor").stdout.decode():
        pytest.skip("the goals are for a libpython that is linked in")
    assert size(project) <= HELLO
    assert size(project, "--optimize-size") <= HELLO_SMALL


def files(project) -> dict[str, dict]:
    content = json.loads(project("inspect", "--json", "dist/hello").stdout)
    return {entry["path"]: entry for entry in content["files"]}


def modules(project) -> dict[str, dict]:
    content = json.loads(project("inspect", "--json", "dist/hello").stdout)
    return {entry["name"]: entry for entry in content["modules"]}


def is_packed(entry: dict, kind: str) -> bool:
    return entry["stored_bytes"] < entry[kind]


@pytest.mark.parametrize("line, loaded", [
    ("import textwrap, bz2, encodings.big5", {"textwrap", "bz2", "_bz2", "re", "encodings.big5", "_codecs_tw"}),
    ("def f():\n    import textwrap, bz2", {"textwrap", "bz2", "_bz2", "re"}),
    ("import helper", {"textwrap", "bz2", "_bz2", "re"}),
    ("import argparse", {"bz2", "_bz2", "re"}),
    ("pass", set()),
])
def test_what_starts_with_the_program_is_ready(project, line, loaded):
    """Nothing that is imported at start has to be inflated first; the rest is compressed."""
    project.write("helper.py", "import textwrap, bz2\n")
    project.write("hello.py", line + "\nprint('hello')\n")
    project("build", "hello.py", "-q", "--hidden-import=textwrap", "--hidden-import=bz2")
    found, stored = modules(project), files(project)
    for name in ["textwrap", "re", "bz2", "encodings.big5", "encodings.cp037", "encodings.utf_8"]:
        ready = name in loaded or name == "encodings.utf_8"
        assert is_packed(found[name], "code_bytes") != ready, name
    for name in ["_bz2", "_codecs_tw", "_codecs_jp"]:
        entry = stored[found[name]["path"]]
        assert is_packed(entry, "bytes") != (name in loaded), name


def test_compressed_objects_come_out_unchanged(project, target):
    project("build", "hello.py", "-q")
    path = modules(project)["_codecs_jp"]["path"]
    original = subprocess.run(
        [target.python, "-c", "import _codecs_jp; print(_codecs_jp.__file__)"],
        capture_output=True, text=True, check=True).stdout.strip()
    assert project("inspect", f"--extract={path}", "dist/hello").stdout == Path(original).read_bytes()
    for options in [(), ("--optimize-size",)]:
        project("build", "hello.py", "-q", *options)
        for path in ["lib/python%s/encodings/cp037.py", "lib/python%s/traceback.py"]:
            path %= target.minor
            source = (Path(original).parents[1] / path.split("/", 2)[2]).read_bytes()
            assert project("inspect", f"--extract={path}", "dist/hello").stdout == source
        project("inspect", "--verify", "dist/hello")


def test_carried_builtin_module(project, target):
    """unicodedata is built in or not as in the interpreter, wherever it is kept."""
    project.write("hello.py", "import sys\n"
                              "early = sys.argv[1:] == ['early']\n"
                              "if early:\n    import unicodedata\n"
                              "text = eval(r\"'\\N{SNOWMAN}'\")\n"
                              "import unicodedata\n"
                              "spec = unicodedata.__spec__\n"
                              "print(ascii(text), spec.origin == 'built-in', hasattr(unicodedata, '__file__'))\n")
    expected = subprocess.run([target.python, "hello.py"], cwd=project.folder,
                              capture_output=True, check=True).stdout
    for options in [(), ("--optimize-size",), ("--mode=portable",), ("--pie",)]:
        project("build", "hello.py", "-q", "--noconfirm", *options)
        program = project.folder / ("dist/hello/hello" if "--mode=portable" in options else "dist/hello")
        for words in [(), ("early",)]:
            done = subprocess.run([program, *words], capture_output=True, timeout=60)
            assert (done.stdout, done.stderr) == (expected, b"")
        subprocess.run(["rm", "-rf", project.folder / "dist"], check=True)


def test_patterns_are_compiled_at_build_time(project):
    """Literal regular expressions of the program's modules and of its packages need no parser."""
    project.write("part/__init__.py", "import re\nFIELD = re.compile(r'(?P<name>part\\d+)', re.I)\n")
    project.write("hello.py", "import re\n"
                              "re._compiler._code = re._parser.parse = None\n"
                              "import part\n"
                              "print(part.FIELD.match('Part12')['name'], re.sub('l{2}(?=o)', 'LL', 'hello'))\n"
                              "try:\n    re.compile('made' + str(len(__name__)))\n"
                              "except TypeError:\n    print('unknown')\n")
    for again in range(2):
        project("build", "hello.py", "-q", *["--clean"] * again)
        done = subprocess.run([project.folder / "dist/hello"], capture_output=True, timeout=60)
        assert (done.stdout, done.stderr) == (b"Part12 heLLo\nunknown\n", b"")
