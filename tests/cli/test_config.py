"""pyc2c.toml and [tool.pyc2c]: keys, places, and exact complaints."""
from __future__ import annotations

import subprocess

import pytest


def run(project, path="dist/hello"):
    return subprocess.run([project.folder / path], capture_output=True, text=True, timeout=60).stdout


@pytest.mark.parametrize(
    "text, message",
    [
        (
            'nmae = "x"\n',
            "pyc2c.toml:1:1: error: unknown key 'nmae'\n    nmae = \"x\"\n    ^~~~\n"
            "hint: did you mean 'name'?\n",
        ),
        (
            '[app]\nname = 3\n',
            "pyc2c.toml:2:1: error: 'app.name' must be a string, not a whole number\n"
            "    name = 3\n    ^~~~\n",
        ),
        (
            'strip = "yes"\n',
            "pyc2c.toml:1:1: error: 'strip' must be true or false, not a string\n"
            "    strip = \"yes\"\n    ^~~~~\n",
        ),
        (
            "[licence]\ntype = 'token'\n",
            "pyc2c.toml:1:2: error: unknown section 'licence'\n    [licence]\n     ^~~~~~~\n"
            "hint: did you mean 'license'?\n",
        ),
        (
            "hidden-import = ['a', 3]\n",
            "pyc2c.toml:1:1: error: 'hidden-import' must hold strings only, entry 2 is a whole number\n"
            "    hidden-import = ['a', 3]\n    ^~~~~~~~~~~~~\n",
        ),
        (
            "[python]\nstrategy = 'standalnoe'\n",
            "pyc2c.toml:2:1: error: there is no mode 'standalnoe'\n    strategy = 'standalnoe'\n"
            "    ^~~~~~~~\nhint: did you mean 'standalone'?\n",
        ),
        (
            "[hooks]\ncollect = [{ from = 'a' }]\n",
            "pyc2c.toml:2:1: error: each entry of 'hooks.collect' must be a string or "
            '{ from = "…", to = "…" }\n    collect = [{ from = \'a\' }]\n    ^~~~~~~\n',
        ),
        (
            "[license]\ntype = 'tokn'\n",
            "pyc2c.toml:2:1: error: there is no license type 'tokn'\n    type = 'tokn'\n    ^~~~\n"
            'hint: write type = "token"\n',
        ),
        (
            "[license]\ntype = 'token'\npublic_key = 'abc'\n",
            "pyc2c.toml:2:1: error: 'abc' is neither a public key nor a file with one\n"
            "    type = 'token'\n    ^~~~\n"
            "hint: an Ed25519 public key is 32 bytes: 44 characters of base64\n",
        ),
        (
            "[license]\ntype = 'token'\n",
            "pyc2c.toml:2:1: error: [license] needs a public_key\n    type = 'token'\n    ^~~~\n"
            "hint: the key is 32 bytes in base64, or a file that holds them\n",
        ),
        (
            "jobs = 'all'\n",
            "pyc2c.toml:1:1: error: 'jobs' must be a whole number, not a string\n    jobs = 'all'\n"
            "    ^~~~\n",
        ),
    ],
)
def test_refusals(project, text, message):
    project.write("pyc2c.toml", text)
    for command in ("build", "check"):
        said = project.refused(command, "hello.py").replace(f"{project.folder}/", "")
        assert said == message


def test_broken_toml_has_a_place(project):
    project.write("pyc2c.toml", "name = 'x'\n[app\n")
    assert "pyc2c.toml:2" in project.refused("build", "hello.py")


def test_missing_file(project):
    text = project.refused("build", "hello.py", "--config=gone.toml")
    assert text == "pyc2c: error: cannot read the configuration 'gone.toml': No such file or directory\n"


def test_entry_point_and_identity(project):
    project.write(
        "pyc2c.toml",
        'name = "hi"\n[app]\nname = "Hello"\nversion = "1.2"\ntitle = "A greeting"\n'
        '[python]\nentry_point = "hello.py"\n',
    )
    project("build", "-q")
    assert run(project, "dist/hi") == "hello\n"
    text = project("inspect", "dist/hi").stdout.decode()
    assert "application  Hello 1.2\ntitle        A greeting\n" in text


def test_command_line_wins(project):
    project.write("pyc2c.toml", 'output = "configured"\nenv = ["A=1"]\nhidden-import = ["json"]\n')
    project("build", "hello.py", "--name=given", "--hidden-import=csv", "-q")
    assert not (project.folder / "configured").exists()
    assert project.settings("dist/given")["option"] == [
        "--env=A", "--hidden-import=json", "--hidden-import=csv",
    ]  # fmt: skip


def test_pyproject_and_dashes(project):
    project.write("pyproject.toml", "[tool.pyc2c]\noutput-dir = 'a'\npython_flag = ['-O']\n")
    project("build", "hello.py", "-q")
    assert project.settings("a/hello")["flag"] == ["-O"]


def test_own_file_goes_before_pyproject(project):
    project.write("pyproject.toml", "[tool.pyc2c]\nname = 'two'\n")
    project.write("pyc2c.toml", "name = 'one'\n")
    project("build", "hello.py", "-q")
    assert (project.folder / "dist/one").exists()


def test_paths_start_at_the_file(project, tmp_path):
    project.write(
        "sub/pyc2c.toml",
        "output = 'out/x'\n[python]\nentry_point = 'app.py'\nresources = ['data/*.txt']\n",
    )
    project.write("sub/app.py", "import pathlib\nprint((pathlib.Path(__file__).parent / 'data/a.txt').read_text())\n")
    project.write("sub/data/a.txt", "here")
    project("build", "-q", "--config=sub/pyc2c.toml")
    assert run(project, "sub/out/x") == "here\n"


def test_configuration_above_the_source(project):
    project.write("pyproject.toml", "[tool.pyc2c]\nname = 'top'\n")
    project.write("src/pkg/app.py", "print('app')\n")
    project("build", "src/pkg/app.py", "-q")
    assert (project.folder / "dist/top").exists() or (project.folder / "src/dist/top").exists()


def test_no_configuration_from_outside_a_project(project):
    project.write("pyc2c.toml", "name = 'stranger'\n")
    project.write("plain/app.py", "print('app')\n")
    project("build", "plain/app.py", "-q")
    assert (project.folder / "dist/app").exists()


def test_env_table_and_collect(project):
    project.write("hello.py", "import os, pathlib\nprint(os.environ['A'], (pathlib.Path(__file__).parent / 'd/x.txt').read_text())\n")
    project.write("files/x.txt", "x")
    project.write("pyc2c.toml", "[env]\nA = '1'\n[hooks]\ncollect = [{from = 'files/*.txt', to = 'd'}]\n")
    project("build", "hello.py", "-q")
    assert run(project) == "1 x\n"


def test_module_search_paths(project):
    project.write("hello.py", "import sys\nprint([p[len(sys.executable):] for p in sys.path][:3])\n")
    project.write("pyc2c.toml", "[python]\nmodule_search_paths = ['$RESOURCES_DIR/plugins', '$EXTRACT_DIR', '$SITE_PACKAGES']\n")
    project("build", "hello.py", "-q")
    assert run(project) == "['/plugins', '', '/lib']\n"


def test_license_key_as_file(project):
    project.write("key.bin", bytes(range(32)))
    project.write("pyc2c.toml", "[app]\nname='P'\n[license]\ntype='token'\npublic_key='key.bin'\n")
    project("build", "hello.py", "-q")
    assert project.settings()["license.public_key"] == ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]
