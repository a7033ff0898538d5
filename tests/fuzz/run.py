#!/usr/bin/env python3
"""Differential fuzzing: generated programs, compiled natively, compared with CPython.

    run.py --pyc2c build/pyc2c [--count N] [--seed S] [--source hypothesis|pysource] [--cc COMPILER] [--work DIR] [-- OPTION…]
    run.py --files FILE…

Programs come from Hypothesis (programs.py: they log all they do) or from PyPI's pysource-codegen (pysource.py: any syntax). A batch of them
is compiled into one executable (batch.py); each then runs in a process of its own under CPython and in the executable, and what it writes
and how it ends have to be equal. A program that differs is kept in WORK/found, made smaller (shrink.py), but in WORK/undetermined
when it also differs with bytecode alone.

The same seed draws the same programs. --cc=tcc compiles with the Tiny C Compiler: twenty times the programs in the same time, for
finding what does not depend on an optimising compiler.
"""
from __future__ import annotations

import concurrent.futures
import hashlib
import random
import sys
import time
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
import batch  # noqa: E402
import shrink  # noqa: E402
from support import suites  # noqa: E402
from support.compilers import as_compiler  # noqa: E402

SHRUNK = 3  # programs of a batch that are made smaller; more are likely to be the same bug


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
    import programs
    from hypothesis import HealthCheck, Phase

    found: dict[str, None] = {}

    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=count * 5 // 4, phases=[Phase.generate], deadline=None, database=None,
                         suppress_health_check=list(HealthCheck))
    @hypothesis.given(programs.program())
    def collect(text):
        if len(found) < count and is_valid(text):
            found[text] = None

    collect()
    return list(found)


def from_pysource(count: int, seed: int) -> list[str]:
    import pysource

    numbers = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        try:
            text = pysource.program(numbers)
        except SyntaxError:  # ast.unparse does not write every f-string as Python reads it
            continue
        if is_valid(text):
            found[text] = None
    return list(found)


SOURCES = {"hypothesis": from_hypothesis, "pysource": from_pysource}


def one_batch(number: int, options) -> tuple[int, set[bytes], batch.Result, list[tuple[Path, str]]]:
    """In a process of its own: draws, compares, keeps what differs."""
    seed = options.seed * 1_000_000 + number
    texts = SOURCES[options.source](options.batch, seed)
    result = batch.compare(texts, options.tools, options.work)
    kept = []
    for count, (index, difference) in enumerate(result.differences.items()):
        path = options.work / "found" / f"{options.source}-{seed}-{index}.py"
        text = shrink.smaller(texts[index], options.tools, options.work) if count < SHRUNK else texts[index]
        path.write_text(text, encoding="utf-8")
        kept.append((path, difference))
    for index in result.undetermined:
        path = options.work / "undetermined" / f"{options.source}-{seed}-{index}.py"
        path.write_text(texts[index], encoding="utf-8")
    digests = {hashlib.sha256(text.encode()).digest() for text in texts}
    return len(texts), digests, result, kept


def fuzz(options) -> int:
    """Batches until there are as many different programs as asked for. Ends with the number of differences."""
    seen: set[bytes] = set()
    different = skipped = undetermined = number = 0
    started = time.monotonic()
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        waiting = set()
        while len(seen) < options.count:
            while len(waiting) < options.jobs:
                waiting.add(pool.submit(one_batch, number, options))
                number += 1
            done, waiting = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                _, digests, result, kept = future.result()
                seen |= digests
                skipped += len(result.skipped)
                undetermined += len(result.undetermined)
                different += len(kept)
                for path, difference in kept:
                    print(f"{path}: {difference}", flush=True)
                for function in result.bytecode:
                    print(f"not native: {function}", flush=True)
            print(f"{len(seen)} programs, {skipped} not compared for taking or writing too much, {undetermined} that differ with "
                  f"bytecode alone, too, {different} differences, {time.monotonic() - started:.0f} s", flush=True)
    return different


def compare_files(options) -> int:
    texts = [path.read_text(encoding="utf-8").removeprefix(batch.HEAD) for path in options.files]
    result = batch.compare(texts, options.tools, options.work)
    for index, difference in result.differences.items():
        print(f"{options.files[index]}: {difference}")
    for index in result.undetermined:
        print(f"{options.files[index]}: differs with bytecode alone, too")
    return len(result.differences)


def main() -> int:
    parser = suites.parser(__doc__, "fuzz")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--source", choices=sorted(SOURCES), default="hypothesis")
    parser.add_argument("--bytecode", action="store_true", help="compile nothing to native code")
    parser.add_argument("--cc", help="C compiler, for instance tcc")
    parser.add_argument("--files", nargs="+", type=Path, default=[], help="compare these programs instead")
    parser.add_argument("options", nargs="*", help="further options of pyc2c build, behind --")
    options = suites.parsed(parser.parse_args())
    for folder in ("found", "undetermined"):
        (options.work / folder).mkdir(exist_ok=True)
    options.tools = batch.Tools(options.pyc2c, options.python, suites.stdlib_of(options.python), not options.bytecode,
                                as_compiler(options.cc, options.work), options.options)
    return 1 if (compare_files if options.files else fuzz)(options) else 0


if __name__ == "__main__":
    sys.exit(main())
