"""The empty root: glibc's own libraries, three devices, a noexec /tmp, uid 65534, no Python at all."""
from __future__ import annotations

import glob
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from support.running import RUN_TIMEOUT, Outcome, run

HELPER = Path(__file__).with_name("enter_root.py")
HELPER_PYTHON = "/usr/bin/python3.11"
FAMILY = ("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libresolv.so.2")
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "TZ": "UTC"}
# Where the program lies and starts in there.
FOLDER, CWD = "/app", "/tmp"


def glibc_files() -> dict[str, str]:
    """Destination → source of the glibc family of this machine."""
    triplet = os.uname().machine + "-linux-gnu"
    folder = next(path for path in (f"/lib/{triplet}", "/lib64", "/lib") if _has(path, "libc.so.6"))
    files = {f"{folder}/{name}": f"{folder}/{name}" for name in FAMILY if _has(folder, name)}
    files |= {path: path for path in glob.glob(f"{folder}/libnss_*.so.2")}
    loader = glob.glob("/lib64/ld-linux-*.so.2") + glob.glob("/lib/ld-linux-*.so.1")
    files |= {path: path for path in loader}
    assert loader and len(files) > 4, "this machine's C library was not found"
    return files


def _has(folder: str, name: str) -> bool:
    return os.path.exists(f"{folder}/{name}")


def run_in_empty_root(
    executable: Path,
    argv: Sequence[str] = (),
    *,
    proc: bool = True,
    libc: bool = True,
    programs_in_memory: bool = True,
    env: Mapping[str, str] = {},
    files: Mapping[str, str] = {},
    stdin: bytes = b"",
    timeout: float = RUN_TIMEOUT,
    action: Callable | None = None,
) -> Outcome:
    """Runs /app/<name> in an empty root; `files` adds more (destination → source). Without `libc` the
    executable is the only file in there; without `programs_in_memory` /dev/shm is mounted noexec, too."""
    inside = f"{FOLDER}/{executable.name}"
    with tempfile.TemporaryDirectory(prefix="root-") as name:
        root, order_file = Path(name) / "root", Path(name) / f"{executable.name}.json"
        root.mkdir()
        order = {
            "root": str(root),
            "files": {**(glibc_files() if libc else {}), inside: str(executable), **files},
            "proc": proc,
            "programs_in_memory": programs_in_memory,
            "cwd": CWD,
            "env": {**ENVIRONMENT, **env},
            "argv": [inside, *argv],
        }
        order_file.write_text(json.dumps(order), encoding="utf-8")
        return run(
            [HELPER_PYTHON, "-I", HELPER, order_file],
            cwd=root,
            stdin=stdin,
            timeout=timeout,
            action=action,
        )


def inside_path(executable: Path) -> str:
    return f"{FOLDER}/{executable.name}"
