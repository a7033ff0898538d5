"""What native code costs: its size, and the seconds that making it takes, per 1,000 lines of Python.

    make bench-cost                                  modules of the standard library, every shape
    make bench-cost ARGS="--native textwrap,difflib --rounds 3"

Each shape of native code is built in turn for one module after the other: outlined (short ways are
calls everywhere), as default builds have it (short ways in place where code is hot),
--optimize-speed and --optimize-size. Lines are those that hold code, in functions. Seconds are CPU
time: to C, from code objects; and in the C compiler; of each module the best of the rounds, since
the speed of a machine changes between two builds. Code is what the loaded text and data of an
executable with all these modules native are larger than those of one with the same as bytecode.
Writes cost.md and cost.json into benchmarks/results/ (or --output); --publish also replaces COST.md
beside this file. The exit status is 1 only when a build failed.
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


@dataclass
class Cost:
    """Of one module, in one shape: seconds."""

    lines: int
    to_c: float
    compiling: float

    def keep_best(self, other: Cost) -> None:
        self.to_c = min(self.to_c, other.to_c)
        self.compiling = min(self.compiling, other.compiling)


@dataclass
class Shape:
    modules: dict[str, Cost]
    code: int  # bytes, of all of them

    def lines(self) -> int:
        return sum(cost.lines for cost in self.modules.values())

    def per_1000_lines(self, amount: float) -> float:
        return 1000 * amount / self.lines()

    def to_c(self) -> float:
        """Seconds per 1,000 lines, as the next one."""
        return self.per_1000_lines(sum(cost.to_c for cost in self.modules.values()))

    def compiling(self) -> float:
        return self.per_1000_lines(sum(cost.compiling for cost in self.modules.values()))


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


def build(pyc2c: Path, folder: Path, native: str, options: tuple[str, ...]) -> Path:
    """The executable. Nothing comes from a cache."""
    executable = folder / "program"
    command = [pyc2c, "build", folder / "main.py", "-o", executable, "--noconfirm", "--clean"]
    command += [f"--native={native}", f"--report={folder / 'report'}", *options]
    command += ["--module-cache-dir", folder / "cache", "--quiet"]
    subprocess.run(command, check=True)
    return executable


def last_cost(folder: Path) -> Cost:
    """What the build before said."""
    said = json.loads((folder / "report" / "cost.json").read_text(encoding="utf-8"))
    thousands = said["lines_of_python"] / 1000
    return Cost(
        said["lines_of_python"],
        said["seconds_to_c_per_1000_lines"] * thousands,
        said["seconds_in_c_compiler_per_1000_lines"] * thousands,
    )


def measure(pyc2c: Path, modules: list[str], rounds: int) -> dict[str, Shape]:
    shapes = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        lines = [f"import {module}" for module in modules]
        (folder / "main.py").write_text("\n".join([*lines, "def main(): pass", ""]), encoding="utf-8")
        for shape, options in SHAPES.items():
            say(f"size: {shape}")
            code = loaded_bytes(build(pyc2c, folder, ",".join(modules), options))
            base = loaded_bytes(build(pyc2c, folder, "program", options))
            shapes[shape] = Shape({}, code - base)
        for number in range(rounds):
            say(f"round {number + 1}")
            for module in modules:
                for shape, options in SHAPES.items():
                    build(pyc2c, folder, module, options)
                    cost = last_cost(folder)
                    shapes[shape].modules.setdefault(module, cost).keep_best(cost)
    return shapes


def markdown(shapes: dict[str, Shape], facts: dict[str, str], rounds: int) -> str:
    base, default = shapes["outlined"], shapes["default"]
    rows = [
        f"| {name} | {shape.per_1000_lines(shape.code) / 1000:.0f} kB | {shape.code / base.code:.2f} "
        f"| {shape.to_c():.2f} s | {shape.compiling():.2f} s "
        f"| {shape.compiling() / base.compiling():.2f} |"
        for name, shape in shapes.items()
    ]
    modules = [
        f"| {name} | {cost.lines} | {default.modules[name].compiling / cost.compiling:.2f} |"
        for name, cost in base.modules.items()
    ]
    ratio = default.compiling() / base.compiling()
    parts = [
        output.head("What native code costs", facts),
        f"- {base.lines()} lines that hold code, in functions of {', '.join(base.modules)};\n"
        f"  seconds of each module: the best of {rounds} rounds. Figures are per 1,000 such lines, × is\n"
        "  to the outlined shape; seconds are CPU time, to C is from code objects\n",
        "| | code | × | to C | C compiler | × |\n|---|--:|--:|--:|--:|--:|\n" + "\n".join(rows),
        "\n| | aim | measured | |\n|---|--:|--:|---|\n"
        + output.target("C compiler, default to outlined", "×", AIM, ratio),
        "\n| default | lines | C compiler, × outlined |\n|---|--:|--:|\n" + "\n".join(modules),
    ]
    return "\n".join(parts) + "\n"


def main() -> int:
    given = parse()
    pyc2c = given.build.resolve() / "pyc2c"
    if not pyc2c.exists():
        raise SystemExit(f"bench: {pyc2c} is not there: run `make` first")
    facts = {**report.machine(), "pyc2c": first_line(pyc2c), "C compiler": first_line("cc")}
    try:
        shapes = measure(pyc2c, given.native.split(","), given.rounds)
    except subprocess.CalledProcessError as problem:
        say(f"failed: {' '.join(map(str, problem.cmd))}")
        return 1
    text = markdown(shapes, facts, given.rounds)
    figures = {"facts": facts, "shapes": {name: asdict(shape) for name, shape in shapes.items()}}
    place = output.Output(given.output, "cost")
    place.write(text, figures)
    if given.publish:
        place.publish(text)
    print(text)
    say(f"written: {given.output}/cost.md, cost.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
