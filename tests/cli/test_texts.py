"""Texts that packages compile while they are imported are in the executable, compiled, with their list."""
from __future__ import annotations

import subprocess

import pytest

PACKAGE = {
    "boxes/__init__.py": '''
import dataclasses
from boxes import future

@dataclasses.dataclass(order=True, frozen=True)
class Box:
    width: int
    tags: tuple = ()
    def area(self):
        return self.width ** 2

spaces = {}
exec("def made_by_exec(x, *, é='\\\\u00e9 \\U0001f40d'):\\n    return x, é\\n", spaces)
exec("def made_by_exec(x, *, é='\\\\u00e9 \\U0001f40d'):\\n    return x, é\\n", again := {})
made_by_eval = eval("lambda x: [x, 'made by eval']")
named = compile("value = [part for part in 'named file']\\n", "<boxes of a file>", "exec")
exec(named, spaces)
address = eval("'%s'" % hex(id(spaces) | 1 << 60))
try:
    exec("def broken(:", {})
except SyntaxError as error:
    problem = str(error)
lines = "\\r\\n".join(["first = 1", "second = first + 1", ""])
exec(lines, spaces)
''',
    "boxes/future.py": "from __future__ import annotations\nspace = {}\n"
                       "exec('def with_future(x: undefined): pass', space)\n",
}
PROGRAM = '''
import boxes
from boxes import Box, spaces
print(Box(3).area(), Box(1) < Box(2, ("a",)), Box(4, ("b",)), hash(Box(1)) == hash(Box(1)))
print(spaces["made_by_exec"](1), spaces["made_by_exec"].__code__ is boxes.again["made_by_exec"].__code__,
      spaces["made_by_exec"].__code__ == boxes.again["made_by_exec"].__code__)
print(boxes.made_by_eval(2), spaces["value"][:3], boxes.named.co_filename, spaces["second"], boxes.problem)
print(len(boxes.address), boxes.future.space["with_future"].__annotations__)
for function in Box.__init__, Box.__lt__, spaces["made_by_exec"], boxes.made_by_eval:
    print(function.__code__.co_filename, list(function.__code__.co_positions())[-4:], function.__qualname__)
'''
TEXT = b"lambda x: [x, 'made by eval']"


@pytest.fixture
def python(project, target):
    project.write("app.py", PROGRAM)
    return project.environment(target.python, "boxes", PACKAGE)[0]


def built(project, python, *options) -> tuple[str, bytes]:
    project("build", "app.py", "-q", "--noconfirm", *options, python=python)
    executable = project.folder / "dist/app"
    done = subprocess.run([executable], capture_output=True, timeout=60, text=True)
    assert done.stderr == ""
    return done.stdout, executable.read_bytes()


def test_texts_of_packages(project, python, target):
    expected = subprocess.run([python, "app.py"], cwd=project.folder, capture_output=True, check=True, text=True).stdout
    traced, image = built(project, python)
    assert traced == expected
    untraced, plain = built(project, python, "--no-trace")
    assert untraced == expected
    if (target.support_folder / "texts.txt").exists():  # the runtime of this Python uses texts
        assert image.count(TEXT) == plain.count(TEXT) + 1
        assert image.count(b"_pyc2c.texts.") > plain.count(b"_pyc2c.texts.")
        assert b"def with_future" in image and image.count(b"def with_future") == plain.count(b"def with_future")
    same, again = built(project, python, "--clean")
    assert (same, again) == (expected, image)
    for _ in range(2):  # the lock is written, then read
        same, again = built(project, python, "--lock=app.lock", "--clean")
        assert (same, again) == (expected, image)


def test_texts_are_of_one_level_of_optimisation(project, python):
    """An interpreter child with -O compiles its own."""
    project.write("app.py", "import subprocess, sys\nimport boxes\nprint(__debug__)\nsys.stdout.flush()\n"
                            "subprocess.run([sys.executable, '-O', '-c', 'import boxes; print(__debug__, boxes.Box(2))'])\n")
    assert built(project, python)[0] == "True\nFalse Box(width=2, tags=())\n"
