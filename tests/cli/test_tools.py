"""inspect, check, doctor."""
from __future__ import annotations

import json
import re

import pytest


# ---- inspect ----


@pytest.fixture
def built(project):
    project.write("hello.py", "import json, pathlib\nprint('hello')\n")
    project.write("data/x.txt", "content\n")
    project("build", "hello.py", "--add-data=data:assets", "-q")
    return project


def test_inspect_overview(built, target):
    text = built("inspect", "dist/hello").stdout.decode()
    assert "entry point  hello.py\n" in text
    assert f"Python       {target.version}\n" in text
    assert "options      --add-data=data:assets\n" in text
    assert re.search(r"^size         [\d.]+ MB: interpreter [\d.]+ [kM]B, embedded", text, re.M)


def test_inspect_lists(built):
    modules = built("inspect", "--modules", "dist/hello").stdout.decode().splitlines()
    names = [line.split()[0] for line in modules]
    assert names == sorted(set(names)) and "json.decoder" in names and "__main__" in names
    assert built("inspect", "--files", "dist/hello").stdout.decode().split() == ["8", "bytes", "assets/x.txt"]


def test_inspect_json(built):
    content = json.loads(built("inspect", "--json", "dist/hello").stdout)
    assert content["bytes"] == (built.folder / "dist/hello").stat().st_size
    assert content["settings"]["entry.path"] == ["hello.py"]
    data = [entry["path"] for entry in content["files"] if entry["data"]]
    assert data == ["assets/x.txt"]
    main = next(module for module in content["modules"] if module["name"] == "__main__")
    assert main["origin"] == "program"


def test_inspect_extract_and_verify(built):
    assert built("inspect", "--extract=assets/x.txt", "dist/hello").stdout == b"content\n"
    assert b"hello.py" not in built("inspect", "--verify", "dist/hello").stdout.split(b"\n")[0]
    text = built.refused("inspect", "--extract=gone", "dist/hello", status=1)
    assert "has no embedded file 'gone'" in text


def test_inspect_refuses_other_files(project):
    assert "hello.py" in project.refused("inspect", "hello.py", status=1)
    assert project.refused("inspect").startswith("pyc2c: error: no executable given\n")
    assert "one executable at a time" in project.refused("inspect", "a", "b")


def test_inspect_damaged(built):
    path = built.folder / "dist/hello"
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    built.refused("inspect", "--verify", "dist/hello", status=1)


# ---- check ----


def test_check_finds_everything(project):
    text = project("check", "hello.py").stdout.decode()
    assert "everything that the program imports was found" in text
    assert list(project.folder.iterdir()) == [project.folder / "hello.py"], "nothing was built"


def test_check_names_missing_imports_with_their_place(project):
    project.write("hello.py", "import os\nimport surely_absent\n")
    outcome = project("check", "hello.py", status=1)
    assert b"hello.py:2" in outcome.stderr and b"surely_absent" in outcome.stderr


def test_check_lets_optional_imports_be(project):
    project.write("hello.py", "try:\n    import surely_absent\nexcept ImportError:\n    pass\n")
    project("check", "hello.py")


def test_check_list(project):
    text = project("check", "--list", "hello.py").stdout.decode()
    assert "module __main__ source hello.py" in text and "Python       " not in text


def test_check_entry_point(project):
    assert "gone.py" in project.refused("check", "gone.py")


# ---- doctor ----


def test_doctor(project):
    text = project("doctor").stdout.decode()
    for name in ("runtime", "Python", "C compiler", "linker", "Python headers", "(static|shared) libpython", "libz.a"):
        assert re.search(rf"^ok +{name} ", text, re.M), name
    assert text.endswith("pyc2c is ready.\n")


def test_doctor_names_the_command_that_helps(project):
    outcome = project("doctor", status=1, env={"CC": "no-such-compiler", "PATH": "/usr/bin:/bin"})
    text = outcome.stdout.decode()
    assert re.search(r"^missing +C compiler +'no-such-compiler' cannot be run", text, re.M)
    assert re.search(r"-> .*gcc", text)


def test_doctor_json(project):
    content = json.loads(project("doctor", "--json").stdout)
    assert all(check["ok"] or not check["required"] for check in content["checks"])
    assert {"name", "ok", "required", "detail", "install"} == set(content["checks"][0])


# ---- inspect of a launcher ----


def test_inspect_launcher(project, target):
    project.write("app.py", "print('text')\n")
    project.write("data/table.csv", "1\n")
    project.write("pyc2c.toml", 'strategy = "embedded"\nadd-data = ["data:data"]\n[app]\nname = "tool"\n')
    project("build", "app.py", "--python-flag=-u", "--env=SECRET=hidden", "-q", "-o", "tool")
    text = project("inspect", "tool").stdout.decode()
    assert "application  tool\n" in text and "entry point  app.py\n" in text
    assert f"Python       the host's, {target.minor} or later\n" in text
    assert "strategy     embedded\n" in text and "flags        -u\n" in text
    assert "files        2 of Python, 1 of data" in text and "hidden" not in text
    assert project("inspect", "tool", "--files").stdout.decode().split() == ["2", "bytes", "data/table.csv"]
    assert project("inspect", "tool", "--extract", "app.py").stdout == b"print('text')\n"
    content = json.loads(project("inspect", "tool", "--json").stdout)
    assert content["settings"]["built.strategy"] == ["embedded"]
    assert [file["path"] for file in content["files"]] == ["__main__.py", "app.py", "data/table.csv"]


def test_inspect_launcher_that_was_damaged(project):
    project.write("app.py", "print('the text of the program')\n")
    project("build", "app.py", "--mode=system", "-q", "-o", "tool")
    project("inspect", "tool", "--verify")
    path = project.folder / "tool"
    bytes_ = bytearray(path.read_bytes())
    at = bytes_.index(b"PK\3\4") + 30 + len("__main__.py") + 4
    bytes_[at] ^= 0xFF
    path.write_bytes(bytes(bytes_))
    text = project.refused("inspect", "tool", "--verify", status=1)
    assert "the embedded file '__main__.py' is damaged" in text
    assert project.refused("inspect", "tool", "--extract", "missing", status=1)
