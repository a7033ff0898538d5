"""The cache of native code under kills, full disks and many builds at once."""
from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time

import pytest

APP = """
import helper
print(helper.double(21), helper.Shape(3).area())
"""
HELPER = """
def double(x):
    return x + x

class Shape:
    def __init__(self, side):
        self.side = side
    def area(self):
        return sum(self.side for _ in range(self.side))
"""
SAYS = b"42 9\n"


@pytest.fixture
def native(project, native_code):
    return project.write({"app.py": APP, "helper.py": HELPER})


def expected(project):
    """The bytes of a build without a cache."""
    project.build("-o", "plain/app", "--module-cache-dir=plain/cache").expect()
    return (project.folder / "plain/app").read_bytes()


def kill_builds(project, count, seed):
    """Kills `count` cold or warm builds at random points; after each the next one must be as if nothing had been."""
    clean = expected(project)
    generator = random.Random(seed)
    longest = 0.0
    for number in range(count):
        if generator.random() < 0.5:
            subprocess.run(["rm", "-rf", project.folder / ".cache"], check=True)
        project.output.unlink(missing_ok=True)
        start = time.monotonic()
        process = subprocess.Popen(
            project.words("-o", "dist/app"), cwd=project.folder, env=project.environment(),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(generator.uniform(0, max(longest, 1.5)))
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait(20)
        begun = time.monotonic()
        project.build("-o", "dist/app").expect()
        longest = max(longest, time.monotonic() - begun) if time.monotonic() - start < 60 else longest
        assert project.made() == ["app"], f"litter after kill {number}"
        assert project.output.read_bytes() == clean, f"another result after kill {number}"
    assert project.start().expect().stdout == SAYS


def test_killed_builds(native):
    kill_builds(native, 8, 1)


@pytest.mark.long
@pytest.mark.timeout(14400)
def test_two_hundred_killed_builds(native):
    kill_builds(native, 200, 2)


def test_eight_builds_share_a_cold_cache(native):
    clean = expected(native)
    outcomes = {}

    def build(name):
        outcomes[name] = native.build("-o", f"dist/{name}", "--jobs=1")

    threads = [threading.Thread(target=build, args=(name,)) for name in "abcdefgh"]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert [outcome.status for outcome in outcomes.values()] == [0] * 8
    assert {(native.output.parent / name).read_bytes() for name in "abcdefgh"} == {clean}
    left = [path for path in (native.folder / ".cache").rglob("*.*") if path.is_file() and path.suffix]
    assert left == [], "unfinished entries"


def test_read_only_cache(shared_project, nobody, native_code):
    """What is there is used, what is new is not kept, and nothing is said."""
    shared_project.write({"app.py": APP, "helper.py": HELPER})
    shared_project.build("-o", "dist/app", **nobody).expect()
    clean = shared_project.output.read_bytes()
    cache = shared_project.folder / ".cache"
    for folder, _, _ in os.walk(cache):
        os.chmod(folder, 0o500)
    before = sorted(cache.rglob("*"))
    shared_project.write({"app.py": APP + "print('more')\n"})
    assert b"warning" not in shared_project.build("-o", "dist/app", **nobody).expect().stderr
    assert shared_project.start().expect().stdout == SAYS + b"more\n"
    shared_project.write({"app.py": APP})
    shared_project.build("-o", "dist/app", **nobody).expect()
    assert shared_project.output.read_bytes() == clean
    assert sorted(cache.rglob("*")) == before


def test_full_disk_of_the_cache(native):
    clean = expected(native)
    native.in_small_filesystem(".cache", "64k", "-o", "dist/app").expect()
    assert native.output.read_bytes() == clean


def test_full_temporary_directory(native):
    """The C compiler has no room: everything is said, nothing is half-written, nothing false is kept."""
    clean = expected(native)
    outcome = native.in_small_filesystem("small", "24k", "-o", "dist/app", TMPDIR=str(native.folder / "small"))
    assert "No space left on device" in outcome.stderr.decode(), outcome.describe()
    if outcome.status != 0:
        assert native.made() == []
    native.output.unlink(missing_ok=True)
    native.build("-o", "dist/app").expect()
    assert native.output.read_bytes() == clean
