"""Checks what no compiler checks: layering, file lengths, no paths of one machine. Run by `make check`.

support <- front <- modules <- ir <- lower <- opt <- codegen <- driver. A file may include headers of its own part and of the
parts to the left. Python.h belongs to compiler/front/py_*.[ch] and to runtime/. The runtime shares with
codegen/ only the headers that describe the image.
"""
from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PARTS = [
    "compiler/support", "compiler/front", "compiler/modules", "compiler/ir", "compiler/lower",
    "compiler/opt", "codegen", "compiler/driver",
]
# What the runtime and the programs that are built beside it share with codegen/.
SHARED_WITH_RUNTIME = {
    "codegen/image_format.h", "codegen/code_format.h", "compiler/front/py_identity.h",
}
LONGEST_FILE = 1000
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')
MACHINE_PATH = re.compile(r"/(?:root|home/\w+|work)/|/tmp/(?:b-|venv-|proto)")


def part_of(path: str) -> str:
    for part in [*PARTS, "runtime", "tests"]:
        if path.startswith(part + "/"):
            return part
    return ""


def tracked_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def may_include(path: str, target: str) -> bool:
    user, used = part_of(path), part_of(target)
    if user in ("", "tests") or used in ("", user):
        return True
    if user == "runtime":
        return target in SHARED_WITH_RUNTIME
    return used in PARTS and user in PARTS and PARTS.index(used) < PARTS.index(user)


def is_python_file(path: str) -> bool:
    """May this file know CPython's headers?"""
    name = path.rsplit("/", 1)[-1]
    return (
        path.startswith("runtime/")
        or (path.startswith("compiler/front/") and name.startswith("py_"))
        or path.startswith("tests/")
    )


def check_includes(path: str, text: str) -> list[str]:
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, name = match.groups()
        if name == "Python.h" and not is_python_file(path):
            problems.append(f"{path}:{number}: Python.h belongs to compiler/front/py_* and runtime/")
        if quote == '"':
            target = (ROOT / path).parent / name
            resolved = target.resolve()
            if resolved.is_relative_to(ROOT) and not may_include(
                path, str(resolved.relative_to(ROOT))
            ):
                problems.append(f"{path}:{number}: {part_of(path)} must not include {name}")
    return problems


def check_text(path: str, text: str) -> list[str]:
    problems = []
    lines = text.splitlines()
    if len(lines) > LONGEST_FILE and not path.endswith(".def"):
        problems.append(f"{path}: {len(lines)} lines; split it by what it does ({LONGEST_FILE} at most)")
    for number, line in enumerate(lines, 1):
        if MACHINE_PATH.search(line):
            problems.append(f"{path}:{number}: a path of one machine: {line.strip()[:80]}")
        if line != line.rstrip():
            problems.append(f"{path}:{number}: blanks at the end of the line")
    return problems


def main() -> int:
    problems = []
    for path in tracked_files():
        if not path.endswith((".c", ".h", ".def", ".py", ".S", ".mk", ".toml")):
            continue
        if path == "tests/tools/check_layers.py":
            continue
        text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
        if path.startswith(("tests/", "benchmarks/", "examples/")):
            # Programs under test may be odd on purpose; only their length is looked at.
            problems += [p for p in check_text(path, text) if "lines; split" in p]
        else:
            problems += check_text(path, text)
        if path.endswith((".c", ".h")):
            problems += check_includes(path, text)
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print("layers: in order")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
