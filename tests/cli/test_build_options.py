"""What each option of `pyc2c build` does, seen from outside."""
from __future__ import annotations

import json
import os
import subprocess

import pytest

from support.emptyroot import run_in_empty_root


def run(project, path="dist/hello", *words, **environment):
    done = subprocess.run(
        [project.folder / path, *words],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **environment},
        timeout=60,
    )
    return done.stdout


def test_result_and_summary(project, target):
    outcome = project("build", "hello.py")
    text = outcome.stderr.decode()
    assert outcome.stdout == b"", "stdout is free for tools"
    assert text.startswith("built dist/hello: ")
    assert f"Python {target.version}" in text and "modules" in text and "needs      glibc 2." in text
    assert run(project) == "hello\n"


def test_quiet(project):
    assert project("build", "hello.py", "--quiet").stderr == b""


def test_verbose_and_show_progress(project):
    text = project("build", "hello.py", "--verbose").stderr.decode()
    assert "finding modules" in text and "cache      " in text
    text = project("build", "hello.py", "--show-progress", "--clean").stderr.decode()
    assert "] writing\n" in text and "  time       " in text


def test_name_and_output_dir(project):
    project("build", "hello.py", "--name=hi", "--output-dir=out/deep", "-q")
    assert run(project, "out/deep/hi") == "hello\n"


def test_up_to_date(project):
    project("build", "hello.py")
    before = (project.folder / "dist/hello").stat()
    text = project("build", "hello.py", "--jobs=1").stderr.decode()
    assert text.startswith("dist/hello is up to date: nothing changed since it was built")
    assert (project.folder / "dist/hello").stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize(
    "change",
    ["content", "new module", "output", "option", "clean", "gone"],
)
def test_not_up_to_date(project, change):
    words = ["build", "hello.py"]
    project.write("hello.py", "try:\n    import helper\nexcept ImportError:\n    pass\nprint('hello')\n")
    project(*words)
    output = project.folder / "dist/hello"
    if change == "content":
        project.write("hello.py", "print('other')\n")
    elif change == "new module":
        project.write("helper.py", "print('helper')\n")
    elif change == "output":
        output.write_bytes(output.read_bytes()[:-1] + b"x")
    elif change == "gone":
        output.unlink()
    else:
        words.append({"option": "--strip", "clean": "--clean"}[change])
    assert project(*words).stderr.decode().startswith("built dist/hello")
    expected = {"content": "other\n", "new module": "helper\nhello\n"}
    assert run(project) == expected.get(change, "hello\n")


def test_touched_file_is_up_to_date(project):
    project("build", "hello.py")
    os.utime(project.folder / "hello.py", (1, 1))
    assert b"up to date" in project("build", "hello.py").stderr


def test_warnings_are_repeated_when_up_to_date(project):
    project.write("hello.py", "import surely_absent\n")
    first = project("build", "hello.py").stderr.decode()
    second = project("build", "hello.py").stderr.decode()
    warning = first[: first.index("built")]
    assert "surely_absent" in warning
    assert second.startswith(warning) and "up to date" in second


def test_foreign_output_is_kept(project):
    project.write("dist/hello", "precious")
    text = project.refused("build", "hello.py")
    assert "/dist/hello' exists and is no executable of pyc2c\n" in text
    assert "hint: --noconfirm replaces it" in text
    assert (project.folder / "dist/hello").read_text() == "precious"
    project("build", "hello.py", "--noconfirm", "-q")
    assert run(project) == "hello\n"


def test_own_source_is_never_overwritten(project):
    text = project.refused("build", "hello.py", "-o", "hello.py", "--noconfirm")
    assert "is the program's own source" in text


def test_directory_as_output(project):
    (project.folder / "dist/hello").mkdir(parents=True)
    assert "is a directory" in project.refused("build", "hello.py")


def test_failed_build_leaves_no_directory(project):
    project.write("hello.py", "def broken(:\n")
    project.refused("build", "hello.py", "-o", "new/deep/out", status=1)
    assert not (project.folder / "new").exists()


def test_options_are_recorded_without_paths_and_values(project):
    project.write("data/x.txt", "x")
    project(
        "build", "hello.py", "-q", "--hidden-import=json", "--env=TOKEN=secret",
        f"--add-data={project.folder}/data:assets",
    )  # fmt: skip
    assert project.settings()["option"] == [
        "--env=TOKEN", "--hidden-import=json", "--add-data=data:assets",
    ]  # fmt: skip


def test_env_and_python_flag(project):
    project.write("hello.py", "import os, sys\nprint(os.environ['A'], os.environ['B'], sys.flags.optimize)\n")
    project("build", "hello.py", "--env", "A=1", "--env=A=2", "--env=B=x=y", "--python-flag", "-O", "-q")
    assert run(project) == "2 x=y 1\n"


def test_external_path(project):
    project.write("hello.py", "import importlib, sys\nprint(importlib.import_module(sys.argv[1]).NAME)\n")
    plugin = project.write("plugins/extra.py", "NAME = 'extra'\n")
    project("build", "hello.py", f"--external-path={plugin.parent}", "-q")
    assert run(project, "dist/hello", "extra") == "extra\n"


def test_add_data_is_served(project):
    project.write("hello.py", "import pathlib\nprint((pathlib.Path(__file__).parent / 'a/x.txt').read_text())\n")
    project.write("data/x.txt", "served")
    project("build", "hello.py", "--add-data=data:a", "-q")
    assert run(project) == "served\n"


def test_exclude_module(project):
    project.write("hello.py", "try:\n    import json\nexcept ImportError as e:\n    print(e)\n")
    project("build", "hello.py", "--nofollow-import-to=json", "-q")
    text = run(project)
    assert "json" in text


def test_module_and_function(project):
    project.write("pkg/__init__.py", "def main():\n    print('function')\n")
    project.write("pkg/__main__.py", "from . import main\nprint(__package__)\n")
    project("build", "-m", "pkg", "-o", "one", "-q")
    project("build", "pkg", "-o", "two", "-q")
    project("build", "pkg:main", "-o", "three", "-q")
    assert [run(project, name) for name in ("one", "two", "three")] == ["pkg\n", "pkg\n", "function\n"]


def test_lock(project):
    project("build", "hello.py", "--lock=trace.lock", "-q")
    lock = (project.folder / "trace.lock").read_bytes()
    project("build", "hello.py", "--lock=trace.lock", "-q")
    assert (project.folder / "trace.lock").read_bytes() == lock


def test_environment_by_name(project, target):
    """A directory of that name is taken before PATH is asked, with a slash or without."""
    python, _ = project.environment(target.python, "sdk", {"sdk.py": "NAME = 'of the environment'\n"})
    project.write("hello.py", "import sdk\nprint(sdk.NAME)\n")
    for name in ("environment", "environment/", "./environment", str(python)):
        project.run("build", "hello.py", "--python", name, "-q").expect(0)
        assert run(project) == "of the environment\n"
    for name in ("environment", "./environment"):
        project.write("pyproject.toml", f"[tool.pyc2c]\npython = '{name}'\n")
        words = ["build", project.folder / "hello.py", "-q", "-o", project.folder / "configured"]
        subprocess.run([project.command, *words], cwd="/", check=True)
        assert run(project, "configured") == "of the environment\n"
    (project.folder / "empty").mkdir()
    outcome = project.run("build", "hello.py", "--python", "empty").expect(2)
    assert b"there is no 'empty' in PATH, and the directory has no Python in it" in outcome.stderr


def test_interpreter_that_is_none(project):
    fake = project.write("python9", "#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    outcome = project.run("build", "hello.py", "--python", str(fake)).expect(3)
    assert b"did not answer as a CPython" in outcome.stderr


def test_report(project):
    project.write("hello.py", "import json\ntry:\n    import surely_absent\nexcept ImportError:\n    pass\n")
    project("build", "hello.py", "--report=rep", "-q")
    report = json.loads((project.folder / "rep/report.json").read_text())
    names = [module["name"] for module in report["modules"]]
    assert names == sorted(set(names)) and {"__main__", "json", "json.decoder"} <= set(names)
    decoder = next(module for module in report["modules"] if module["name"] == "json.decoder")
    assert {"module": "json", "reason": "import", "line": 106} in decoder["imported_by"]
    assert [missing["name"] for missing in report["missing"]].count("surely_absent") == 1
    assert "surely_absent  (hello.py:3)" in (project.folder / "rep/warnings.txt").read_text()
    page = (project.folder / "rep/modules.html").read_text()
    assert '<a href="#json.decoder">json.decoder</a>' in page
    assert "http" not in page, "the page needs no network"


def test_colours_only_on_a_terminal(project):
    text = project("build", "hello.py", "--clean").stderr + project("build", "gone.py", status=2).stderr
    assert b"\033" not in text


def test_two_builds_at_once(project, target):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        for outcome in pool.map(lambda _: project("build", "hello.py", "--clean", "-q"), range(4)):
            assert outcome.stderr == b""
    assert run(project) == "hello\n"
    assert os.listdir(project.folder / "dist") == ["hello"]


def test_external_program_where_no_file_system_allows_programs(project):
    project.write("app.py", "import os, subprocess\n"
                            "path = os.path.join(os.path.dirname(__file__), 'bin', 'echo')\n"
                            "print(subprocess.check_output([path, 'ran'], text=True))\n")
    project("build", "app.py", "--external-bin=/bin/echo", "-q")
    done = run_in_empty_root(project.folder / "dist/app", proc=False, programs_in_memory=False)
    assert done.stdout == b"ran\n\n", done.describe()


def test_stubs_are_data_where_no_modules_are(project, target):
    """mypy and jedi carry the standard library's; those beside modules are for type checkers."""
    python, _ = project.environment(target.python, "checker", {
        "checker/__init__.py": "", "checker/__init__.pyi": "", "checker/part.pyi": "", "single.pyi": "",
        "checker/typeshed/VERSIONS": "", "checker/typeshed/os/__init__.pyi": "", "single.py": ""})
    project.write("app.py", "import checker, pathlib\n"
                            "root = pathlib.Path(checker.__file__).parents[1]\n"
                            "print(sorted(str(path.relative_to(root)) for path in root.rglob('*.pyi')))\n")
    project("build", "app.py", "-q", python=python)
    assert run(project, "dist/app") == "['checker/typeshed/os/__init__.pyi']\n"


def test_modules_that_are_found_by_listing(project, target):
    """pylint loads what lies in the folders of its packages, flake8 goes through all entry points."""
    python, site = project.environment(target.python, "tool", {
        "tool/__init__.py": "import importlib, importlib.metadata, os\n"
                            "def names(folder):\n"
                            "    return sorted(name[:-3] for name in os.listdir(folder) if name[0] != '_')\n"
                            "def load(package, folder):\n"
                            "    return [importlib.import_module('.' + n, package).WHAT for n in names(folder)]\n"
                            "def points():\n"
                            "    return [point.load().WHAT for d in importlib.metadata.distributions()\n"
                            "            for point in d.entry_points if point.group in {'tool.plugins'}]\n",
        "tool/checks/__init__.py": "from tool import load\nfound = load(__name__, __path__[0])\n",
        "tool/checks/one.py": "WHAT = 1\n", "tool/checks/two.py": "WHAT = 2\n",
        "tool_plugin.py": "WHAT = 'plugin'\n",
        "tool-1.0.dist-info/entry_points.txt": "[tool.plugins]\nx = tool_plugin\n"})
    project.write("app.py", "import tool\nimport tool.checks\nprint(tool.checks.found, tool.points())\n")
    project("build", "app.py", "-q", "--no-trace", python=python)
    assert run(project, "dist/app") == "[1, 2] ['plugin']\n"


def test_a_module_called_test_is_no_test(project):
    """Commands are found by listing a package; one of Django's is called `test`."""
    for name in ("run", "test", "test_run"):
        project.write(f"commands/{name}.py", f"print({name!r})\n")
    project.write("commands/__init__.py", "")
    project.write("app.py", "import importlib, pkgutil, commands\n"
                            "for module in pkgutil.iter_modules(commands.__path__):\n"
                            "    importlib.import_module('commands.' + module.name)\n")
    project("build", "app.py", "-q", "--no-trace")
    assert run(project, "dist/app") == "run\ntest\n"


@pytest.mark.parametrize("set_it", ["os.environ.setdefault('APP_SETTINGS_MODULE', 'settings')",
                                    "os.environ['APP_SETTINGS_MODULE'] = 'settings'"])
def test_variables_that_name_modules(project, set_it):
    project.write("settings.py", "NAME = 'found'\n")
    project.write("app.py", f"import importlib, os\n{set_it}\n"
                            "print(importlib.import_module(os.environ['APP_SETTINGS_MODULE']).NAME)\n")
    project("build", "app.py", "-q", "--no-trace")
    assert run(project, "dist/app") == "found\n"


def test_prefixes_of_modules_that_are_imported_by_name(project, target):
    """docutils keeps 'docutils.languages.' in a table and adds the language later."""
    python, _ = project.environment(target.python, "tool", {
        "tool/__init__.py": "from importlib import import_module\n"
                            "class Languages:\n"
                            "    packages = ('tool.languages.', '')\n"
                            "    def get(self, name):\n"
                            "        for package in self.packages:\n"
                            "            return import_module(package + name).NAME\n",
        "tool/languages/__init__.py": "", "tool/languages/en.py": "NAME = 'English'\n"})
    project.write("app.py", "import tool\nprint(tool.Languages().get('en'))\n")
    project("build", "app.py", "-q", "--no-trace", python=python)
    assert run(project, "dist/app") == "English\n"
