"""pyc2c watch: builds again when something changed, runs the program anew, leaves nothing behind."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

PROGRAM = """
import sys, time
import helper
print("says", helper.TEXT, *sys.argv[1:], flush=True)
time.sleep(600)
"""


class Watch:
    """The command in the background, with all that it and the program print in one file."""

    def __init__(self, project, target, *words):
        self.output = project.folder.parent / "output"
        environment = {**os.environ, "PYC2C_CACHE_DIR": str(project.folder.parent / "cache"), "NO_COLOR": "1"}
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                [project.command, "watch", f"--python={target.python}", *words], cwd=project.folder,
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment)

    def wait(self, text, count=1):
        """Until `text` was printed `count` times; all that was printed."""
        end = time.monotonic() + 120
        while (said := self.output.read_text()).count(text) < count:
            assert self.process.poll() is None and time.monotonic() < end, said
            time.sleep(0.05)
        return said

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


@pytest.fixture
def watch(project, target):
    started = []

    def start(*words):
        started.append(Watch(project, target, *words))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def running(project):
    """Processes of the built program."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{pid}/exe") == str(project.folder.resolve() / "dist/app"):
                found.append(int(pid))
        except OSError:
            pass
    return found


def test_builds_and_runs_again(project, watch):
    project.write("app.py", PROGRAM)
    project.write("helper.py", "TEXT = 'one'\n")
    watching = watch("app.py", "--run", "--", "--flag", "word")
    watching.wait("says one --flag word\n")
    watching.wait("watching ")
    (first,) = running(project)
    project.write("helper.py", "TEXT = 'two'\n")
    said = watching.wait("says two --flag word\n")
    assert "helper.py changed\n" in said
    (second,) = running(project)
    assert second != first
    project.write("helper.py", "TEXT = \n")
    watching.wait("helper.py:1:8: error: ")
    assert running(project) == [second]  # goes on until there is something better
    os.replace(project.write("helper.py.new", "TEXT = 'three'\n"), project.folder / "helper.py")
    watching.wait("says three")
    assert watching.end() == -signal.SIGINT
    time.sleep(0.5)
    assert running(project) == []


def test_new_directories_are_watched(project, watch):
    project.write("app.py", PROGRAM.replace("import helper", "import package.helper as helper"))
    project.write("package/helper.py", "TEXT = 'one'\n")
    watching = watch("app.py", "--run")
    watching.wait("says one\n")
    project.write("package/inner/more.py", "TEXT = 'deep'\n")
    watching.wait("built dist/app", 2)
    project.write("package/helper.py", "from package.inner.more import TEXT\n")
    watching.wait("says deep\n")
    project.write("package/inner/more.py", "TEXT = 'deeper'\n")
    watching.wait("says deeper\n")
    assert watching.end(signal.SIGTERM) == -signal.SIGTERM


def test_builds_only_without_run(project, watch):
    watching = watch("hello.py", "-q", "--report=report")
    while not (project.folder / "dist/hello").exists():
        time.sleep(0.05)
    time.sleep(1)
    project.write("hello.py", "print('again')\n")
    watching.wait("hello.py changed\n")
    end = time.monotonic() + 60
    while subprocess.run([project.folder / "dist/hello"], capture_output=True).stdout != b"again\n":
        assert time.monotonic() < end
        time.sleep(0.1)
    time.sleep(1)  # what a build writes is no change
    assert watching.output.read_text() == "hello.py changed\n"


def test_program_that_ends(project, watch):
    project.write("app.py", "import sys\nprint('done')\nsys.exit(3)\n")
    watching = watch("app.py", "--run")
    watching.wait("the program ended with status 3\n")
    project.write("app.py", "print('well')\n")
    watching.wait("the program ended with status 0\n")


def test_refusals(project, watch):
    assert "add --run before --" in project.refused("watch", "hello.py", "--", "x")
    assert "it is an option of `pyc2c watch`" in project.refused("build", "hello.py", "--run")
    assert "there is no file or directory 'absent.py'" in project.refused("watch", "absent.py")
