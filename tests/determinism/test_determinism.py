"""The same inputs give the same bytes: in another folder, as another user, at another time, with other jobs."""
from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from support.applications import application_python
from support.running import BASE_ENVIRONMENT
from support.targets import Target

FILES = {
    "app.py": "import json, sqlite3, work.parts\nfrom work import lazy\nprint(json.dumps(work.parts.NAMES), {'b', 'a'} == lazy.SET)\n",
    "work/__init__.py": "",
    "work/parts.py": "NAMES = ['x', 'y']\nTABLE = {name: len(name) for name in NAMES}\n\n\ndef f(a, *, b=(1, 2.5, 'text', frozenset({1, 2}))):\n    return f'{a!r}{b}'\n",
    "work/lazy.py": "SET = {'a', 'b'}\nprint('a' in {'q', 'a', 'z', 'w'})\n",
    "work/data.txt": "data\n" * 50,
    "pyproject.toml": "[tool.pyc2c]\nhidden-import = ['colorsys']\n",
}
PACKAGES = "import fastapi, numpy, grpc, PIL.Image, lxml.etree, cryptography\nprint('built')\n"


def lay(folder: Path, files: dict[str, str], reverse: bool) -> Path:
    """Writes the files, in either order (a directory lists them in the order they came)."""
    for path in sorted(files, reverse=reverse):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(files[path])
    return folder


def build(target: Target, folder: Path, *options: str, python: Path | None = None, env=None, user=None) -> str:
    """Builds app.py of a folder; the sha256 of the executable."""
    output = folder / "out" / "app"
    values = {**BASE_ENVIRONMENT, "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), **(env or {})}
    done = subprocess.run(
        [target.command, "build", "app.py", "-o", output, "--python", python or target.python, *options],
        cwd=folder, env=values, capture_output=True, text=True, timeout=280,
        **({"user": user, "group": user, "extra_groups": []} if user else {}),
    )
    assert done.returncode == 0, done.stderr
    return hashlib.sha256(output.read_bytes()).hexdigest()


@pytest.fixture
def reference(target, tmp_path) -> str:
    return build(target, lay(tmp_path / "reference", FILES, False))


def test_another_folder_and_order_of_files(target, tmp_path, reference):
    folder = lay(tmp_path / "a rather different/ünï/folder", FILES, True)
    assert build(target, folder) == reference


def test_another_time(target, tmp_path, reference):
    folder = lay(tmp_path / "old", FILES, False)
    for path in folder.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    time.sleep(1.1)
    assert build(target, folder) == reference


def test_another_environment(target, tmp_path, reference):
    """Locale, time zone, hash seed, umask and home folder play no part."""
    folder = lay(tmp_path / "env", FILES, False)
    env = {"LANG": "C", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "77", "COLUMNS": "40", "USER": "someone"}
    previous = os.umask(0o077)
    try:
        assert build(target, folder, env=env) == reference
    finally:
        os.umask(previous)


def test_another_user(public_target, reference):
    with tempfile.TemporaryDirectory(prefix="user-") as name:
        os.chmod(name, 0o755)
        folder = lay(Path(name) / "project", FILES, False)
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, 65534, 65534)
        assert build(public_target, folder, user=65534) == reference


@pytest.mark.parametrize("jobs", ["1", "7"])
def test_another_number_of_jobs(target, tmp_path, reference, jobs):
    assert build(target, lay(tmp_path / "jobs", FILES, False), f"--jobs={jobs}") == reference


def test_a_warm_cache_gives_the_same_bytes(target, tmp_path, reference):
    folder = lay(tmp_path / "warm", FILES, False)
    assert build(target, folder) == reference
    (folder / "out" / "app").unlink()
    assert build(target, folder) == reference
    assert build(target, folder, "--clean") == reference


def test_moved_pycache_and_editor_files_do_not_matter(target, tmp_path, reference):
    folder = lay(tmp_path / "litter", FILES, False)
    subprocess.run([target.python, "-m", "compileall", "-q", folder], check=True)
    (folder / "work" / ".parts.py.swp").write_text("editor")
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    assert build(target, folder) == reference


def test_content_does_matter(target, tmp_path, reference):
    changed = {**FILES, "work/parts.py": FILES["work/parts.py"] + "# one comment more\n"}
    assert build(target, lay(tmp_path / "changed", changed, False)) != reference


def test_source_date_epoch_sets_file_times(target, tmp_path, reference):
    folder = lay(tmp_path / "dated", FILES, False)
    first = build(target, folder, env={"SOURCE_DATE_EPOCH": "1700000000"})
    assert first != reference
    assert build(target, folder, env={"SOURCE_DATE_EPOCH": "1700000000"}) == first


def test_many_packages(target, tmp_path):
    """A large program from an environment with packages, in two folders with and without a cache."""
    python = application_python()
    sums = set()
    for name, jobs in (("one", "1"), ("two", "2")):
        folder = lay(tmp_path / name, {"app.py": PACKAGES}, False)
        sums.add(build(target, folder, f"--jobs={jobs}", python=python))
        shutil.rmtree(folder)
    assert len(sums) == 1
