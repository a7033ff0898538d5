"""What the commands of the long suites begin with: their options, and sources from PyPI."""
from __future__ import annotations

import argparse
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path


def parser(about: str, name: str) -> argparse.ArgumentParser:
    """The options that all have; `about` is the command's documentation, `name` its folder in the build folder."""
    made = argparse.ArgumentParser(description=about.splitlines()[0])
    made.add_argument("--pyc2c", type=Path, default=Path("build/pyc2c"))
    made.add_argument("--python", default="/usr/bin/python3.11")
    made.add_argument("--work", type=Path, default=Path("build/tests") / name)
    made.add_argument("--jobs", type=int, default=os.cpu_count())
    return made


def parsed(options: argparse.Namespace) -> argparse.Namespace:
    """With whole paths, since programs run in folders of their own; the work folder is there afterwards."""
    options.pyc2c, options.work = options.pyc2c.resolve(), options.work.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    return options


def stdlib_of(python: str) -> str:
    return subprocess.check_output([python, "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"], text=True).strip()


def provide(place: Path, python: str, sdist: str, installed: Sequence[str | Path], wanted: str,
            finish: Callable[[], None] = lambda: None) -> None:
    """An environment in place/venv with what pip is told to install, and the unpacked sdist in place/source; kept for the next
    time, until `wanted` is another text. `finish` does what is left to do when they are new."""
    stamp = place / "ready"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    subprocess.run([python, "-m", "venv", place / "venv"], check=True)
    pip = [place / "venv/bin/python", "-m", "pip", "-q", "--disable-pip-version-check"]
    if installed:
        subprocess.run([*pip, "install", *installed], check=True)
    # Only the sdist itself as source: what builds it may come as wheels.
    source = ["--no-deps", f"--no-binary={sdist.partition('==')[0]}"]
    subprocess.run([*pip, "download", *source, "-d", place / "sdist", sdist], check=True)
    shutil.unpack_archive(next((place / "sdist").glob("*.tar.gz")), place / "unpacked")
    next((place / "unpacked").iterdir()).rename(place / "source")
    finish()
    stamp.write_text(wanted)
