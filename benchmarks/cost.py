"""What native code costs: its size, and the seconds that making it takes, per 1,000 lines of Python.

    make bench-cost                                  modules of the standard library, every shape
    make bench-cost ARGS="--native textwrap,difflib --rounds 3"

Each shape of native code is built in turn: outlined (short ways are calls everywhere), as default
builds have it (short ways in place where code is hot), --optimize-speed and --optimize-size. Lines
are those that hold code, in functions. Seconds are CPU time: to C, from code objects; and in the C
compiler; the best of the rounds. Code is what the executable's loaded text and data are larger than
those of a program with the same modules as bytecode. Writes cost.md and cost.json into
benchmarks/results/ (or --output); --publish also replaces COST.md beside this file. The exit status
is 1 only when a build failed.
"""
from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import output, report  # noqa: E402
from harness.programs import REPOSITORY  # noqa: E402
from harness.start import say  # noqa: E402

MODULES = "argparse,configparser,dataclasses,difflib,fractions,html.parser,statistics,textwrap,typing"
SHAPES = {
    "outlined": ("--inline=nowhere",),
    "default": (),
    "--optimize-speed": ("--optimize-speed",),
    "--optimize-size": ("--optimize-size",),
}
AIM = 1.5  # times the outlined shape's seconds in the C compiler that a default build may take


@dataclass(frozen=True)
class Cost:
    """Of one shape, per 1,000 lines."""

    lines: int
    to_c: float
    compiling: float
    code: float  # bytes


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--build", type=Path, default=REPOSITORY / "build", help="where pyc2c is")
    add("--native", default=MODULES, help=f"modules of the standard library (default: {MODULES})")
    add("--rounds", type=int, default=2, help="how many times all is built (default: 2)")
    add("--output", type=Path, default=HERE / "results", help="where results go")
    add("--publish", action="store_true", help="replace COST.md")
    return parser.parse_args()


def loaded_bytes(executable: Path) -> int:
    """Text and data; not what is zero at the start."""
    words = subprocess.run(["size", executable], capture_output=True, text=True, check=True)
    text, data, *_ = words.stdout.splitlines()[1].split()
    return int(text) + int(data)


def first_line(program: str | Path) -> str:
    """Of what it says about its version."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return said.partition("\n")[0]


def build(pyc2c: Path, folder: Path, native: str, options: tuple[str, ...]) -> tuple[dict, int]:
    """What the build says of its cost, and the executable's size; nothing comes from a cache."""
    executable = folder / "program"
    command = [pyc2c, "build", folder / "main.py", "-o", executable, "--noconfirm", "--clean"]
    command += [f"--native={native}", f"--report={folder / 'report'}", *options]
    command += ["--module-cache-dir", folder / "cache", "--quiet"]
    subprocess.run(command, check=True)
    cost = json.loads((folder / "report" / "cost.json").read_text(encoding="utf-8"))
    return cost, loaded_bytes(executable)


def measure(pyc2c: Path, modules: str, rounds: int) -> dict[str, Cost]:
    best: dict[str, Cost] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        lines = [f"import {module}" for module in modules.split(",")]
        (folder / "main.py").write_text("\n".join([*lines, "def main(): pass", ""]), encoding="utf-8")
        bases = {shape: build(pyc2c, folder, "program", given)[1] for shape, given in SHAPES.items()}
        for number in range(rounds):
            for shape, given in SHAPES.items():
                say(f"round {number + 1}: {shape}")
                cost, size = build(pyc2c, folder, modules, given)
                known = best.get(shape)
                best[shape] = Cost(
                    cost["lines_of_python"],
                    min(cost["seconds_to_c_per_1000_lines"], known.to_c if known else 1e9),
                    min(
                        cost["seconds_in_c_compiler_per_1000_lines"],
                        known.compiling if known else 1e9,
                    ),
                    (size - bases[shape]) * 1000 / cost["lines_of_python"],
                )
    return best


def markdown(costs: dict[str, Cost], modules: str, facts: dict[str, str], rounds: int) -> str:
    base = costs["outlined"]
    rows = [
        f"| {shape} | {cost.code / 1000:.0f} kB | {cost.code / base.code:.2f} | {cost.to_c:.2f} s "
        f"| {cost.compiling:.2f} s | {cost.compiling / base.compiling:.2f} |"
        for shape, cost in costs.items()
    ]
    ratio = costs["default"].compiling / base.compiling
    parts = [
        output.head("What native code costs", facts),
        f"- {base.lines} lines that hold code, in functions of {modules.replace(',', ', ')}; best of\n"
        f"  {rounds} rounds; figures are per 1,000 such lines, × is to the outlined shape; seconds are\n"
        "  CPU time, to C is from code objects\n",
        "| | code | × | to C | C compiler | × |\n|---|--:|--:|--:|--:|--:|\n" + "\n".join(rows),
        "\n| | aim | measured | |\n|---|--:|--:|---|\n"
        + output.target("C compiler, default to outlined", "×", AIM, ratio),
    ]
    return "\n".join(parts) + "\n"


def main() -> int:
    given = parse()
    pyc2c = given.build.resolve() / "pyc2c"
    if not pyc2c.exists():
        raise SystemExit(f"bench: {pyc2c} is not there: run `make` first")
    facts = {**report.machine(), "pyc2c": first_line(pyc2c), "C compiler": first_line("cc")}
    try:
        costs = measure(pyc2c, given.native, given.rounds)
    except subprocess.CalledProcessError as problem:
        say(f"failed: {' '.join(map(str, problem.cmd))}")
        return 1
    text = markdown(costs, given.native, facts, given.rounds)
    figures = {"facts": facts, "shapes": {shape: asdict(cost) for shape, cost in costs.items()}}
    place = output.Output(given.output, "cost")
    place.write(text, figures)
    if given.publish:
        place.publish(text)
    print(text)
    say(f"written: {given.output}/cost.md, cost.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
