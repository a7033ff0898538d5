"""Sources that are broken, missing, unreadable or odd."""
from __future__ import annotations

import os
import re

import pytest

from support import programs


def test_broken_syntax_in_the_main_script(project):
    project.write({"app.py": "import json\n\ndef f(:\n    pass\n"})
    outcome = project.expect_refusal(project.build(), "app.py:3", "def f(:", "^")
    assert "invalid syntax" in outcome.stderr.decode()


def test_broken_syntax_in_an_imported_module(project):
    project.write({"app.py": "import part.deep\n", "part/__init__.py": "", "part/deep.py": "x = 1\nif x\n    y = 2\n"})
    project.expect_refusal(project.build(), "part/deep.py:2", "expected ':'")


def test_broken_syntax_in_a_module_nobody_imports(project):
    """A stray file does not stop a program that CPython runs."""
    project.write({"app.py": "print('fine')\n", "stray.py": "def (\n"})
    project.build().expect()
    assert project.start().expect().stdout == b"fine\n"


def test_every_broken_module_is_reported_at_once(project):
    project.write({"app.py": "import one, two\n", "one.py": "1 +\n", "two.py": "(\n"})
    project.expect_refusal(project.build(), "one.py:1", "two.py:1")


def test_tabs_and_spaces(project):
    project.write({"app.py": "if True:\n\tx = 1\n        y = 2\n"})
    project.expect_refusal(project.build(), "app.py:3")


def test_source_that_is_not_utf8(project):
    project.write({"app.py": b"# comment\nname = 'gr\xfcn'\n"})
    project.expect_refusal(project.build(), "app.py:2", "UTF-8")


def test_unknown_source_encoding(project):
    project.write({"app.py": "# -*- coding: klingon -*-\n"})
    project.expect_refusal(project.build(), "app.py", "klingon")


def test_source_with_null_bytes(project):
    project.write({"app.py": b"x = 1\n\0\n"})
    project.expect_refusal(project.build(), "app.py", "null bytes")


def test_empty_program(compare):
    compare(programs.make("empty", ""))


def test_very_deep_expression(compare):
    """Nothing in the build or at run time may overflow the C stack."""
    compare(programs.make("deep", f"print({'+'.join(['1'] * 500)})\nprint(len({'[' * 80}{']' * 80}))\n"))


def test_functions_as_deep_as_cpython_compiles(compare):
    compare(programs.make("nested", "f = " + "lambda: " * 2900 + "1\nprint(f().__code__.co_name)\n"))


def test_very_long_module(compare):
    lines = "\n".join(f"def f{number}(x):\n    return x + {number}" for number in range(6_000))
    compare(programs.make("long", f"{lines}\nprint(f5999(1))\n"))


def test_too_deep_expression_is_refused_like_cpython(project):
    project.write({"app.py": f"x = {'(' * 400}1{')' * 400}\n"})
    project.expect_refusal(project.build(), "app.py:1", "too many nested parentheses")


def test_missing_module_is_a_warning_and_fails_as_in_cpython(project, compare):
    text = "print('before', flush=True)\nimport module_that_is_missing.inner\n"
    project.write({"app.py": text})
    outcome = project.build().expect()
    shown = outcome.stderr.decode()
    assert "warning" in shown and "module_that_is_missing" in shown and "app.py:2" in shown
    compare(programs.make("missing", text, runs=(programs.Run(status=1),)))


def test_missing_module_behind_a_guard_is_no_warning(project):
    project.write({"app.py": "try:\n    import module_that_is_missing\nexcept ImportError:\n    print('absent')\n"})
    outcome = project.build().expect()
    assert b"module_that_is_missing" not in outcome.stderr + outcome.stdout
    assert project.start().expect().stdout == b"absent\n"


def test_check_refuses_a_missing_module(project, pyc2c):
    project.write({"app.py": "import module_that_is_missing\n"})
    outcome = pyc2c("check", "app.py", cwd=project.folder).expect(1)
    assert "module_that_is_missing" in outcome.stderr.decode() and "app.py:1" in outcome.stderr.decode()


def test_left_out_module_names_its_option(project):
    project.write({"app.py": "name = 'color' + 'sys'\n__import__(name)\n"})
    project.build("--exclude-module=colorsys").expect()
    outcome = project.start().expect(1)
    assert "colorsys" in outcome.stderr.decode() and "--exclude-module" in outcome.stderr.decode()


def test_computed_import_names_its_option(project):
    project.write({"app.py": "name = 'evaw'[::-1]\n__import__(name)\n"})
    project.build().expect()
    message = project.start().expect(1).stderr.decode()
    assert "ModuleNotFoundError: No module named 'wave'" in message
    option = re.search(r"--[a-z-]+=wave", message)
    assert option, f"no option is named\n{message}"
    project.build("app.py", option.group(0)).expect()
    project.start().expect(0)


@pytest.mark.parametrize("source", ["nothing.py", "no/such/folder", "missing_module:main"])
def test_source_that_is_not_there(project, source):
    project.expect_refusal(project.build(source), source.partition(":")[0], status=(1, 2))


def test_folder_without_main(project):
    project.write({"pkg/__init__.py": ""})
    project.expect_refusal(project.build("pkg"), "__main__", status=(1, 2))


def test_no_source_at_all(pyc2c, tmp_path):
    outcome = pyc2c("build").expect(2)
    assert b"pyc2c build" in outcome.stderr


def test_function_that_is_not_there(project):
    project.write({"mod.py": "def main(): pass\n"})
    project.build("mod:nothing", "-o", "dist/app")
    outcome = project.start() if project.made() else project.build("mod:nothing")
    assert outcome.status == 1 and "nothing" in outcome.stderr.decode()


def test_unreadable_module(shared_project, nobody):
    shared_project.write({"app.py": "import secret\n", "secret.py": "x = 1\n"})
    (shared_project.folder / "secret.py").chmod(0)
    outcome = shared_project.build(**nobody)
    shared_project.expect_refusal(outcome, "secret.py", "Permission denied")


def test_unreadable_data_file(shared_project, nobody):
    shared_project.write({"app.py": "pass\n", "data/x.bin": b"x"})
    (shared_project.folder / "data" / "x.bin").chmod(0)
    outcome = shared_project.build("app.py", "--add-data=data:data", **nobody)
    shared_project.expect_refusal(outcome, "x.bin", "Permission denied", status=(1, 2))


def test_add_data_that_is_not_there(project):
    project.write({"app.py": "pass\n"})
    project.expect_refusal(project.build("app.py", "--add-data=nothing.txt:data"), "nothing.txt", status=(1, 2))


def test_symlink_loop_in_a_package(project):
    project.write({"app.py": "import pkg.mod\nprint(pkg.mod.X)\n", "pkg/__init__.py": "", "pkg/mod.py": "X = 5\n", "pkg/data.txt": "d"})
    os.symlink(".", project.folder / "pkg" / "self")
    os.symlink("../..", project.folder / "pkg" / "up")
    project.build(timeout=60).expect()
    assert project.start().expect().stdout == b"5\n"
    assert project.output.stat().st_size < 30_000_000


def test_symlink_that_points_at_itself(project):
    project.write({"app.py": "pass\n"})
    os.symlink("loop.txt", project.folder / "loop.txt")
    outcome = project.build("app.py", "--add-data=loop.txt:data")
    project.expect_refusal(outcome, "loop.txt", status=(1, 2))


def test_module_that_is_a_dangling_link(project):
    """For CPython such a module does not exist; nor does it for the build."""
    project.write({"app.py": "try:\n    import broken\nexcept ImportError:\n    print('no module')\n"})
    os.symlink("nowhere.py", project.folder / "broken.py")
    project.build().expect()
    assert project.start().expect().stdout == b"no module\n"


def test_linked_data_is_followed(project):
    project.write({"app.py": "print(open(__file__[:-6] + 'data/x.txt').read())\n", "real.txt": "content"})
    (project.folder / "data").mkdir()
    os.symlink("../real.txt", project.folder / "data" / "x.txt")
    project.build("app.py", "--add-data=data:data").expect()
    assert project.start().expect().stdout == b"content\n"


NAMES = ["my program.py", "prögrämm.py", "日本語.py", "with'quote.py", 'with"double.py', "semi;colon&$(x).py", "-dash.py"]


@pytest.mark.parametrize("name", NAMES)
def test_odd_file_names(project, name):
    folder = "ordner mit ünï"
    project.write({f"{folder}/{name}": "import os, sys\nprint(ascii(os.path.basename(__file__)), sys.argv[1:])\n1 / 0\n"})
    output = project.folder / folder / "out put" / "ex€"
    project.build(project.folder / folder / name, "-o", output).expect()
    outcome = project.start("a b", path=output).expect(1)
    assert outcome.stdout.decode() == f"{ascii(name)} ['a b']\n"
    assert f'File "{output}/{name}", line 3' in outcome.stderr.decode()
    assert "1 / 0" in outcome.stderr.decode()


def test_odd_module_and_data_names(compare):
    compare(
        programs.make(
            "odd",
            {
                "main.py": "import größe.模块, os\nprint(größe.模块.WERT, ascii(open(os.path.join(os.path.dirname(größe.__file__), 'da ta', 'ü.txt')).read()))\ngröße.模块.fail()\n",
                "größe/__init__.py": "",
                "größe/模块.py": "WERT = __name__\n\n\ndef fail():\n    raise ValueError('größe')\n",
                "größe/da ta/ü.txt": "äöü",
            },
            runs=(programs.Run(status=1),),
        )
    )


def test_file_name_that_is_not_utf8(project):
    """Linux allows any bytes; the build handles or refuses them, but never breaks."""
    project.write({"app.py": "print('fine')\n"})
    data = os.fsencode(project.folder) + b"/data"
    os.mkdir(data)
    with open(data + b"/\xff\xfe.txt", "wb") as file:
        file.write(b"x")
    outcome = project.build("app.py", "--add-data=data:data")
    if outcome.status == 0:
        assert project.start().expect().stdout == b"fine\n"
    else:
        project.expect_refusal(outcome, "data", status=(1, 2))
