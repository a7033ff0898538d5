"""Installed packages: what of them goes in, as real ones from PyPI showed."""
from __future__ import annotations

import pytest

from support.running import run


def ran(project, executable="dist/app", *words):
    return run([project.folder / executable, *words], cwd=project.folder).expect(0).stdout.decode()


def test_sources_that_are_read_as_data(project, target):
    """ansible-core sends the text of `_wrapper.py` elsewhere; alembic copies an `env.py` from a folder of templates;
    autobahn reads C."""
    python, _ = project.environment(target.python, "tool", {
        "tool/__init__.py": "import pathlib\nhere = pathlib.Path(__file__).parent\n"
                            "def texts():\n"
                            "    return (here / '_wrapper.py').read_text(), (here / 'parts' / f'{1}.py').read_text(), \\\n"
                            "        (here / 'fast.c').read_text()\n",
        "tool/_wrapper.py": "wrapped", "tool/parts/1.py": "part", "tool/fast.c": "C", "tool/slow.c": "no",
        "tool/unused.py": "raise SystemExit(3)\n",
        "tool/parts/tests/test_x.py": ""})
    project.write("app.py", "import os, tool\nprint(tool.texts(), sorted(os.listdir(tool.here)))\n")
    project("build", "app.py", "-q", "--no-trace", python=python)
    assert ran(project) == "('wrapped', 'part', 'C') ['__init__.py', '_wrapper.py', 'fast.c', 'parts']\n"


COMMAND = {
    "tool/__init__.py": "",
    "tool/cli.py": "import sys\nfrom importlib import import_module as load\n"
                   "def main():\n"
                   "    word = sys.argv[1]\n"
                   "    print(load('_'.join((f'tool.commands.{word}', 'command'))).WHAT)\n",
    "tool/__main__.py": "from tool.cli import main\nmain()\n",
    "tool/commands/__init__.py": "", "tool/commands/x_command.py": "WHAT = 'x'\n",
    "tool/tests/__init__.py": "raise SystemExit('tests are not wanted')\n",
    "tool_more.py": "",
    "../../../bin/tool": "#!python\nimport tool.cli\ntool.cli.main()\n"}


@pytest.mark.parametrize("words", [["-m", "tool"], ["tool.cli:main", "--name=tool"],
                                   ["environment/bin/tool"]], ids=["module", "function", "command"])
def test_installed_program_is_all_there(project, target, words):
    """A program that is installed is all of its distribution, as one that lies in a folder is all of that."""
    python, _ = project.environment(target.python, "tool", COMMAND)
    project("build", *words, "-q", "--no-trace", python=python)
    assert ran(project, "dist/tool", "x") == "x\n"
    names = project("inspect", "--modules", "dist/tool").stdout.decode().split()
    assert "tool_more" in names and "tool.tests" not in names


def test_editable_program_and_namespaces(project, target):
    """An editable install lists no modules; a namespace is shared with other distributions."""
    python, site = project.environment(target.python, "tool", {
        "shared/tool/__init__.py": "", "shared/tool/x.py": "WHAT = 'x'\n",
        "shared/tool/cli.py": "import sys, importlib\ndef main():\n"
                              "    print(importlib.import_module(sys.argv[1].replace('/', '.')).WHAT)\n"})
    (site / "shared/other.py").write_text("WHAT = 'other'\n")
    for name in ("__init__", "tests/__init__", "commands/__init__", "commands/y"):
        project.write(f"elsewhere/edited/{name}.py", "WHAT = 'y'\n")
    project.write("elsewhere/edited/cli.py", "from shared.tool.cli import main\n")
    info = site / "edited-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: edited\nVersion: 1.0\n")
    (info / "RECORD").write_text("edited.pth,,\nedited-1.0.dist-info/METADATA,,\nedited-1.0.dist-info/RECORD,,\n")
    (site / "edited.pth").write_text(f"{project.folder}/elsewhere\n")
    project("build", "shared.tool.cli:main", "--name=shared", "-q", "--no-trace", python=python)
    project("build", "edited.cli:main", "--name=edited", "-q", "--no-trace", python=python)
    assert ran(project, "dist/shared", "shared/tool/x") == "x\n"
    assert ran(project, "dist/edited", "edited/commands/y") == "y\n"
    assert "shared.other" not in project("inspect", "--modules", "dist/shared").stdout.decode()
    assert "edited.tests" not in project("inspect", "--modules", "dist/edited").stdout.decode()


def test_modules_of_required_distributions_named_in_strings(project, target):
    """Sphinx names extensions that other distributions bring, which it requires."""
    python, site = project.environment(target.python, "tool", {
        "tool.py": "import tool_load\nNAMES = ('plugs.one', 'others.two')\n"
                   "def load(i):\n    return tool_load.load(NAMES[i]).WHAT\n",
        "tool_load.py": "import importlib\ndef load(name):\n    return importlib.import_module(name)\n"})
    with open(site / "tool-1.0.dist-info/METADATA", "a") as metadata:
        metadata.write("Requires-Dist: tool-plugs>=1\nRequires-Dist: tool-others; extra == 'others'\n")
    for package, module in (("plugs", "one"), ("others", "two")):
        info = f"tool_{package}-1.0.dist-info"
        for file, text in {f"{package}/{module}.py": f"WHAT = '{module}'\n",
                           f"{info}/METADATA": f"Metadata-Version: 2.1\nName: tool-{package}\nVersion: 1.0\n",
                           f"{info}/RECORD": f"{package}/{module}.py,,\n{info}/METADATA,,\n{info}/RECORD,,\n"}.items():
            (site / file).parent.mkdir(exist_ok=True)
            (site / file).write_text(text)
    project.write("app.py", "import tool\nprint(tool.load(0))\n")
    project("build", "app.py", "-q", "--no-trace", python=python)
    assert ran(project) == "one\n"
    assert "others.two" not in project("inspect", "--modules", "dist/app").stdout.decode().split()


def test_data_below_the_prefix(project, target):
    """nbconvert's templates are below sys.prefix, where wheels may put files for all of an environment."""
    python, _ = project.environment(target.python, "tool", {
        "tool.py": "import pathlib, sys\nshare = pathlib.Path(sys.prefix) / 'share'\n",
        "../../../share/tool/text.txt": "shared", "../../../share/man/man1/tool.1": "manual"})
    project.write("app.py", "import tool\nprint((tool.share / 'tool/text.txt').read_text(), (tool.share / 'man').exists())\n")
    project("build", "app.py", "-q", "--no-trace", python=python)
    assert ran(project) == "shared False\n"


def test_program_in_an_environment_is_the_program(project):
    """An environment's python is the executable that the environment was made of, or has python's name."""
    project.write("app.py", "import sys\nprint('program', sys.argv[1:])\n")
    project("build", "app.py", "-q")
    for name, made_of in (("app", "/usr/bin/python3.11"), ("python-app", "/opt/app"), ("python", None)):
        place = project.folder / f"of-{name}"
        (place / "bin").mkdir(parents=True)
        (place / "bin" / name).symlink_to(project.folder / "dist/app")
        if made_of is not None:
            (place / "pyvenv.cfg").write_text(f"home = /opt\nexecutable = {made_of}\n")
        assert ran(project, f"of-{name}/bin/{name}", "-c", "1") == "program ['-c', '1']\n"
    (place / "pyvenv.cfg").write_text("")
    assert ran(project, "of-python/bin/python", "-c", "print(1)") == "1\n"
