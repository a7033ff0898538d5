"""For generated package trees: every module that the program reaches is in the executable, sorted, once."""
from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, note, settings
from property.generate import Tree, trees

from support import programs
from support.running import BASE_ENVIRONMENT

EXAMPLES = int(os.environ.get("PYC2C_TEST_EXAMPLES", "60"))
COMMON = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "derandomize": os.environ.get("CI") == "true",
    "phases": (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
}


def imported_by_cpython(target, folder: Path) -> set[str]:
    """Own modules that CPython imports, from what they print."""
    done = subprocess.run(
        [target.python, "main.py"], cwd=folder, capture_output=True, text=True, timeout=60,
        env={**BASE_ENVIRONMENT, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr
    return {line.removeprefix("imported ") for line in done.stdout.splitlines()} - {"main"}


def lay(tree: Tree, folder: Path) -> None:
    for path, text in tree.files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    for name in tree.namespaces:
        (folder / name.replace(".", "/")).mkdir(parents=True, exist_ok=True)


@settings(max_examples=300, **COMMON)
@given(tree=trees())
def test_the_generator_knows_what_is_reached(target, tree):
    """The expectation itself is checked against CPython, so that the real test rests on something."""
    with tempfile.TemporaryDirectory(prefix="tree-") as name:
        lay(tree, Path(name))
        assert imported_by_cpython(target, Path(name)) == tree.reached


def top_level_names(tree: Tree) -> set[str]:
    return {name.split(".")[0] for name in (*tree.modules, *tree.namespaces)}


def modules_of(executable: Path, command: Path) -> list[str]:
    """Names of the modules in an executable, in the order in which inspect gives them."""
    done = subprocess.run([command, "inspect", "--json", executable], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return [module["name"] for module in json.loads(done.stdout)["modules"]]


@settings(max_examples=EXAMPLES, **COMMON)
@given(tree=trees())
def test_every_reached_module_is_in_the_executable(builder, target, tree):
    with tempfile.TemporaryDirectory(prefix="tree-") as name:
        folder = Path(name)
        lay(tree, folder)
        output = folder / "dist" / "main"
        builder.command(
            target, ["build", "main.py", "-o", output, "--no-trace", "--quiet"], cwd=folder
        ).expect()
        names = modules_of(output, target.command)
        note(f"in the executable: {[each for each in names if each.split('.')[0] in top_level_names(tree)]}")
        assert names == sorted(names, key=str.encode), "not sorted"
        assert len(names) == len(set(names)), "a module is there twice"
        assert tree.reached <= set(names), f"missing: {sorted(tree.reached - set(names))}"
        for module in {each for wanted in tree.stdlib.values() for each in wanted}:
            importer = next(each for each, wanted in tree.stdlib.items() if module in wanted)
            if importer == "main" or importer in tree.reached:
                assert module in names


@settings(max_examples=max(EXAMPLES // 8, 5), **COMMON)
@given(tree=trees())
def test_the_executable_imports_the_same(builder, compare, tree):
    """What the program imports, in which order, and what it can list, is as under CPython."""
    files = tree.files()
    files["main.py"] += (
        "import sys, pkgutil, os\n"
        f"own = {sorted(top_level_names(tree))!r}\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in own))\n"
        "for name in own:\n"
        "    module = sys.modules.get(name)\n"
        "    for each in pkgutil.walk_packages(getattr(module, '__path__', []), name + '.', onerror=print):\n"
        "        if each.name in sys.modules:\n"
        "            print(each.name, each.ispkg)\n"
    )
    compare(programs.make("tree", files))
