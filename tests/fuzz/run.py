#!/usr/bin/env python3
"""Differential fuzzing: generated programs, compiled natively, compared with CPython.

    run.py --pyc2c build/pyc2c [--count N] [--seed S] [--source hypothesis|pysource] [--work DIR]

Programs come from Hypothesis (programs.py: they log all they do) or from PyPI's pysource-codegen (any syntax; most fail early, which is
compared, too). A batch of them is compiled into one executable, and each then runs under CPython and in the executable: standard output,
standard error and exit status have to be equal. What differs is kept in WORK/found/, with a smaller program where one is found.
"""
from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
import programs  # noqa: E402
from support import normalise  # noqa: E402

TIMEOUT = 30
MAIN = "import importlib\nimport sys\n\nimportlib.import_module(sys.argv[1])\n"


def is_valid(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "program", "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def from_hypothesis(count: int, seed: int) -> list[str]:
    import hypothesis
    from hypothesis import HealthCheck, Phase

    found: list[str] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=count * 2, phases=[Phase.generate], deadline=None, database=None,
                         suppress_health_check=list(HealthCheck))
    @hypothesis.given(programs.program())
    def collect(text):
        if len(found) < count and is_valid(text):
            found.append(text)

    collect()
    return found


def from_pysource(count: int, seed: int) -> list[str]:
    import pysource_codegen

    numbers = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        text = pysource_codegen.generate(numbers.randrange(1 << 30), node_limit=300, depth_limit=7)
        if is_valid(text):
            found.append(text)
    return found


SOURCES = {"hypothesis": from_hypothesis, "pysource": from_pysource}


def limits() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(command: list, cwd: Path) -> tuple[str, bytes, bytes]:
    environment = {**os.environ, "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
                   "PYTHONWARNINGS": "ignore::SyntaxWarning"}
    try:
        done = subprocess.run(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=TIMEOUT, preexec_fn=limits)
    except subprocess.TimeoutExpired as timeout:
        return "time", timeout.stdout or b"", timeout.stderr or b""
    if done.returncode < 0:
        return signal.Signals(-done.returncode).name, done.stdout, done.stderr
    return str(done.returncode), done.stdout, done.stderr


def compile_all(texts: list[str], place: Path, options) -> Path:
    source = place / "program"
    source.mkdir(parents=True)
    (source / "main.py").write_text(MAIN)
    (source / "prelude.py").write_text(programs.PRELUDE)
    for number, text in enumerate(texts):
        (source / f"p{number}.py").write_text(text, encoding="utf-8")
    executable = place / "main"
    command = [options.pyc2c, "build", source / "main.py", "-o", executable, "--noconfirm", "--quiet", "--no-trace",
               f"--python={options.python}", f"--native={options.native}"]
    command += [f"--hidden-import=p{number}" for number in range(len(texts))]
    command += options.options
    # Programs import names at random; what is not there is no news.
    done = subprocess.run(command, cwd=place, stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.stderr.buffer.write(done.stderr)
        raise SystemExit(f"pyc2c failed on {source}")
    return executable


def differs(number: int, place: Path, executable: Path, options) -> str | None:
    cwd = place / "cwd"
    cwd.mkdir(exist_ok=True)
    source = place / "program"
    oracle = normalise.for_oracle(source, Path(options.python), options.stdlib, "/nonexistent/site", "3.11", cwd)
    ours = normalise.for_executable(executable, cwd)
    expected = run([options.python, source / "main.py", f"p{number}"], cwd)
    if expected[0] == "time":
        return None
    got = run([executable, f"p{number}"], cwd)
    if expected[0] != got[0]:
        return f"exit {expected[0]} -> {got[0]}"
    for what, before, after in (("stdout", expected[1], got[1]), ("stderr", expected[2], got[2])):
        before, after = oracle(before), ours(after)
        if before != after:
            old, new = before.splitlines(), after.splitlines()
            at = next((i for i, pair in enumerate(zip(old, new)) if pair[0] != pair[1]), min(len(old), len(new)))
            return f"{what} line {at + 1}:\n  CPython: {old[at:at + 3]}\n  pyc2c:   {new[at:at + 3]}"
    return None


def batch(texts: list[str], options) -> list[tuple[str, str]]:
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=options.work) as folder:
        place = Path(folder)
        executable = compile_all(texts, place, options)
        with ThreadPoolExecutor(options.jobs) as pool:
            results = pool.map(lambda number: differs(number, place, executable, options), range(len(texts)))
            return [(texts[number], result) for number, result in enumerate(results) if result is not None]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pyc2c", default="build/pyc2c")
    parser.add_argument("--python", default="/usr/bin/python3.11")
    parser.add_argument("--work", type=Path, default=Path("build/tests/fuzz"))
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--source", choices=sorted(SOURCES), default="hypothesis")
    parser.add_argument("--native", default="program")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--files", nargs="*", type=Path, help="compare these programs instead")
    parser.add_argument("options", nargs="*", help="further options of pyc2c build, behind --")
    options = parser.parse_args()
    options.pyc2c = Path(options.pyc2c).resolve()
    options.work = options.work.resolve()
    found = options.work / "found"
    found.mkdir(parents=True, exist_ok=True)
    code = "import sysconfig; print(sysconfig.get_path('stdlib'))"
    options.stdlib = subprocess.check_output([options.python, "-c", code], text=True).strip()
    if options.files:
        bad = batch([path.read_text(encoding="utf-8") for path in options.files], options)
        for _, difference in bad:
            print(difference)
        return 1 if bad else 0
    done = different = 0
    while done < options.count:
        seed = options.seed + done
        texts = SOURCES[options.source](min(options.batch, options.count - done), seed)
        for text, difference in batch(texts, options):
            different += 1
            path = found / f"{options.source}-{seed}-{different}.py"
            path.write_text(text, encoding="utf-8")
            print(f"{path}: {difference}", flush=True)
        done += len(texts)
        print(f"{done} programs, {different} differences", flush=True)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
