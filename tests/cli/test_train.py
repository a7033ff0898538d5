"""--train: an executable that counts, a command that uses it, code made for what was counted."""
from __future__ import annotations

import ast
import subprocess

import pytest

APP = """
import sys

def work(count):
    total = 0
    for number in range(count):
        total += number if number % 3 else -1
    return total

print(work(int(sys.argv[1])))
"""


@pytest.fixture
def app(project, native_code):
    project.write("app.py", APP)
    return project


def run(app, *arguments):
    return subprocess.run([app.folder / "dist/app", *arguments], capture_output=True, text=True)


def wrapped_compiler(app):
    """(environment, function that gives the arguments of each compiler run that made native code)"""
    log = app.folder.parent / "log"
    app.write("../tools/cc", f'#!/bin/sh\necho "$@" >> {log}\nexec gcc "$@"\n').chmod(0o755)
    runs = lambda: [line for line in log.read_text().splitlines() if " -c unit-" in line]
    return {"CC": str(app.folder.parent / "tools/cc")}, runs


def test_training(app):
    environment, runs = wrapped_compiler(app)
    said = app("build", "app.py", "--optimize-speed", "--train={} 1000", env=environment)
    assert said.stdout == b"332333\n"  # of the training
    counting, using = runs()
    assert "-fprofile-generate" in counting and "-fprofile-use=" in using
    assert run(app, "10").stdout == "23\n"
    assert b"-fprofile" not in (app.folder / "dist/app").read_bytes()


def test_command_that_finds_the_executable_itself(app):
    app.write("drive.sh", '#!/bin/sh\n"$PYC2C_EXECUTABLE" 5\n"$PYC2C_EXECUTABLE" 6 && exit 0\n').chmod(0o755)
    said = app("build", "app.py", "--train=./drive.sh", "-q")
    assert said.stdout == b"5\n10\n"
    assert run(app, "10").stdout == "23\n"


def test_words_of_the_command(app):
    app.write("app.py", APP + "print(sys.argv[2:])\n")
    command = """{} 5 'a b' "c 'd' \\"e\\" \\f" g\\ h i'{}'j '' """
    said = app("build", "app.py", f"--train={command}", "-q").stdout.decode().splitlines()
    *words, path, empty = ast.literal_eval(said[1])
    assert words == ["a b", "c 'd' \"e\" \\f", "g h"] and empty == ""
    assert path.startswith("i/") and path.endswith("/appj")


@pytest.mark.parametrize("command", ["{} 'x", '{} "x', "{} x\\"])
def test_quotes_without_an_end(app, command):
    text = app.refused("build", "app.py", "-q", f"--train={command}", status=2)
    assert "--train: the command ends within a quotation" in text


def test_training_in_the_configuration(app):
    app.write("pyc2c.toml", "entry_point = 'app.py'\ntrain = '{} 7'\n")
    assert app("build", "-q").stdout == b"9\n"


def test_trainings_that_fail(app):
    refused = lambda train, status: app.refused("build", "app.py", "-q", f"--train={train}", status=status)
    assert "no native code of the program ran to its end" in refused("true", 1)
    assert "--train: cannot run 'surely-absent': No such file or directory" in refused("surely-absent {}", 1)
    assert "--train: 'false {}' ended with status 1" in refused("false {}", 1)
    assert "--train: the command is empty" in refused(" ", 2)
    app.write("app.py", "print(\n")
    text = refused("{} 1", 1)
    assert "'(' was never closed" in text
    assert not (app.folder / "dist").exists()
