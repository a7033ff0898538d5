"""The command line: commands, options, values, and what is said about wrong ones."""
from __future__ import annotations

import pytest


def test_no_words_shows_the_commands(project):
    outcome = project(status=2)
    assert outcome.stdout.startswith(b"Usage: pyc2c COMMAND")


@pytest.mark.parametrize("word", ["help", "--help", "-h"])
def test_help(project, word):
    text = project(word).stdout.decode()
    for command in ("build", "check", "inspect", "doctor", "explain", "watch", "cache"):
        assert f"  {command} " in text


@pytest.mark.parametrize("topic", ["build", "check", "inspect", "doctor", "explain", "watch", "cache", "config"])
def test_help_fits_the_page(project, topic):
    text = project("help", topic).stdout.decode()
    assert max(map(len, text.splitlines())) <= 100
    if topic != "config":
        assert project(topic, "--help").stdout.decode() == text


def test_help_names_every_option_of_the_issue(project):
    text = project("build", "--help").stdout.decode()
    for option in """-o --name --output-dir --python --mode --native --optimize-speed --optimize-size
            --full-compat --debug --strip --jobs --show-progress --module-cache-dir --clean --noconfirm
            --hidden-import --include-module --collect-all --collect-submodules --collect-data
            --collect-binaries --copy-metadata --add-data --add-binary --external-bin --exclude-module
            --nofollow-import-to --external-path --env --python-flag --no-trace --lock --report --quiet
            --verbose --config""".split():
        assert option in text, option


@pytest.mark.parametrize("word", ["version", "--version", "-V"])
def test_version(project, word, target):
    words = project(word).stdout.decode().split()
    assert words[0] == "pyc2c" and words[3].startswith(target.minor)


@pytest.mark.parametrize(
    "words, message",
    [
        (["buidl"], "error: there is no command 'buidl'\nhint: did you mean 'pyc2c build'?\n"),
        (["hello.py"], "error: there is no command 'hello.py'\nhint: to build it: pyc2c build hello.py\n"),
        (["--wrong"], "error: there is no option '--wrong'\nhint: `pyc2c help` lists the commands\n"),
        (
            ["build", "hello.py", "--hiden-import=x"],
            "error: unknown option '--hiden-import'\nhint: did you mean '--hidden-import'?\n",
        ),
        (
            ["build", "hello.py", "--verify"],
            "error: unknown option '--verify'\nhint: it is an option of `pyc2c inspect`\n",
        ),
        (["build", "hello.py", "-z"], "error: unknown option '-z'\n"),
        (
            ["build", "hello.py", "-output=x"],
            "error: unknown option '-output'\nhint: did you mean '--output=x'?\n",
        ),
        (["build", "hello.py", "--name="], "error: --name: the value is empty\n"),
        (
            ["build", "--name", "--debug"],
            "error: option --name needs a value: NAME\n"
            "hint: for a value that begins with a dash write --name=--debug\n",
        ),
        (["build", "hello.py", "--debug=1"], "error: option --debug takes no value\n"),
        (["build", "hello.py", "--jobs=many"], "error: --jobs takes a number from 1 to 4096, not 'many'\n"),
        (["build", "hello.py", "-j0"], "error: --jobs takes a number from 1 to 4096, not '0'\n"),
        (
            ["build", "hello.py", "--mode=onefiel"],
            "error: there is no mode 'onefiel'\nhint: did you mean 'onefile'?\n",
        ),
        (
            ["build", "hello.py", "--add-data=assets"],
            "error: --add-data takes SRC:DEST, not 'assets'\n"
            "hint: for the top of the embedded tree: --add-data=assets:.\n",
        ),
        (
            ["build", "hello.py", "--add-data=assets:../x"],
            "error: --add-data: DEST '../x' leads out of the executable\n"
            "hint: DEST is a place inside the executable, such as 'assets'\n",
        ),
        (["build", "hello.py", "--env=NAME"], "error: --env takes NAME=VALUE, not 'NAME'\n"),
        (
            ["build", "hello.py", "--name=a/b"],
            "error: --name takes a file name, not the path 'a/b'\n"
            "hint: a directory goes into --output-dir, a whole path into -o\n",
        ),
        (
            ["build", "hello.py", "--python-flag=-c"],
            "error: --python-flag: '-c' is no flag that a built program can have\n"
            "hint: allowed are -O, -OO, -u, -W…, -X…, -B, -v, -b, -d, -E, -s, -S, -P and -q\n",
        ),
        (["build", "hello.py", "-q", "-v"], "error: --quiet and --verbose contradict each other\n"),
        (["build", "hello.py", "--pie", "--static"], "error: --pie and --static cannot be combined\n"),
        (["build", "-m", "pkg", "hello.py"], "error: give either 'hello.py' or -m pkg, not both\n"),
        (
            ["build", "hello.py", "other.py"],
            "error: one program at a time: 'other.py' is one too many\n"
            "hint: options of the program are given when it runs, not when it is built\n",
        ),
        (
            ["build"],
            "error: no program given\n"
            'hint: for example `pyc2c build app.py`, or entry_point = "app.py" in pyc2c.toml\n',
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_refusals(project, words, message):
    assert project.refused(*words) == f"pyc2c: {message}"


def test_two_mistakes_are_both_named(project):
    text = project.refused("build", "hello.py", "--debgu", "--jobs")
    assert "'--debgu'" in text and "--jobs needs a value" in text


def test_forms_of_a_value(project):
    for words in (["-o", "one"], ["-oone"], ["--output", "one"], ["--output=one"]):
        project("build", "hello.py", "-q", *words)
        (project.folder / "one").unlink()


def test_last_value_counts(project):
    project("build", "hello.py", "--name=first", "--name=second", "-q")
    assert (project.folder / "dist/second").exists()


def test_words_after_two_dashes_are_no_options(project):
    project.write("-odd.py", "print('odd')\n")
    assert project.run("build", "-q", "-o", "out", "--", "-odd.py").status == 0
    assert (project.folder / "out").exists()
