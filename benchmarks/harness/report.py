"""The results as text, Markdown and JSON."""
from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

from harness import output
from harness.measure import Series
from harness.programs import Program
from harness.tools import Tool

Results = dict[str, dict[str, Series]]  # program → tool → series

HEAD = (
    "| | start: min | median | ± | ratio of min | by round | size | build | again | build memory "
    "| run memory |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def mebibytes(count: int) -> str:
    """Files and memory in MB = 10^6 bytes, as the targets are."""
    return f"{count / 1e6:.1f} MB" if count else ""


def seconds(value: float) -> str:
    return f"{value:.2f} s" if value else ""


def ratio_by_round(series: Series, base: Series) -> float:
    """The median of the rounds' own ratios: what slowed a whole round down is not in it."""
    pairs = zip(series.seconds, base.seconds, strict=True)
    return median(own / other for own, other in pairs)


def row(title: str, series: Series, base: Series | None) -> str:
    problem = series.build.problem or series.problem
    if problem or not series.works:
        words = (problem or "not measured").replace("|", "/").replace("\n", " ")[:160]
        return f"| {title} | failed: {words} |" + " |" * 9
    ratio = [""] * 2
    if base is not None and base.works:
        ratio = [f"{series.best / base.best:.2f}", f"{ratio_by_round(series, base):.2f}"]
    cells = [
        title,
        milliseconds(series.best),
        milliseconds(series.median),
        f"{series.spread:.0%}",
        *ratio,
        mebibytes(series.build.size),
        seconds(series.build.cold),
        seconds(series.build.again),
        mebibytes(series.build.peak_bytes),
        mebibytes(series.memory),
    ]
    return "| " + " | ".join(cells) + " |"


def table(program: Program, series: dict[str, Series], titles: dict[str, str]) -> str:
    base = series.get("cpython")
    lines = [f"### {program.title}", "", HEAD]
    lines += [row(titles[name], samples, base) for name, samples in series.items()]
    return "\n".join(lines)


@dataclass(frozen=True)
class Target:
    """What pyc2c is meant to reach; `unit` is "ratio", "MB" or "s"."""

    program: str
    tool: str
    what: str
    limit: float
    unit: str
    value: Callable[[Series, Series], float]


TARGETS = (
    Target("hello", "pyc2c", "start", 0.50, "ratio", ratio_by_round),
    Target("mid", "pyc2c", "start", 0.62, "ratio", ratio_by_round),
    Target("plugin", "pyc2c", "ready", 0.65, "ratio", ratio_by_round),
    Target("hello", "pyc2c", "size", 7.0, "MB", lambda own, _: own.build.size / 1e6),
    Target("hello", "pyc2c-size", "size", 5.5, "MB", lambda own, _: own.build.size / 1e6),
    Target("hello", "pyc2c", "build", 1.0, "s", lambda own, _: own.build.cold),
    Target("plugin", "pyc2c", "build", 2.5, "s", lambda own, _: own.build.cold),
    Target("hello", "pyc2c", "build again", 0.3, "s", lambda own, _: own.build.again),
    Target("plugin", "pyc2c", "build again", 0.3, "s", lambda own, _: own.build.again),
)


def targets(results: Results, titles: dict[str, str]) -> str:
    """What was aimed at and what was measured, misses included."""
    lines = ["### Targets", "", "| | target | measured | |", "|---|--:|--:|---|"]
    for target in TARGETS:
        series = results.get(target.program, {})
        own, base = series.get(target.tool), series.get("cpython")
        if own is None or base is None or not own.works or not base.works:
            continue
        value = target.value(own, base)
        name = f"{target.program}, {titles[target.tool]}: {target.what}"
        lines.append(output.target(name, target.unit, target.limit, value))
    return "\n".join(lines)


def machine() -> dict[str, str]:
    """What the figures belong to."""
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    load = os.getloadavg()
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{model}, {os.cpu_count()} CPUs",
        "system": f"Linux {platform.release()}, {platform.freedesktop_os_release()['PRETTY_NAME']}",
        "load before": f"{load[0]:.2f}",
    }


def versions(python: Path, pyc2c: Path) -> dict[str, str]:
    code = (
        "import platform, importlib.metadata as m\n"
        "print(platform.python_version(), m.version('pyinstaller'), m.version('nuitka'))"
    )
    asked = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    found = dict(zip(("CPython", "PyInstaller", "Nuitka"), asked.stdout.split(), strict=True))
    own = subprocess.run([pyc2c, "--version"], capture_output=True, text=True, check=False)
    return {"pyc2c": own.stdout.strip().removeprefix("pyc2c "), **found}


def markdown(
    results: Results,
    programs: dict[str, Program],
    tools: dict[str, Tool],
    facts: dict[str, str],
    rounds: int,
) -> str:
    titles = {name: tool.title for name, tool in tools.items()}
    parts = [
        output.head("Measured figures", facts),
        f"- {rounds} interleaved rounds; start is from the start of the process to its end, for the",
        "  servers to the first answer; ± is half the distance of the quartiles; ratios are to",
        "  CPython, by round: the median of the ratios of each round; build is cold (empty caches),",
        "  again is with nothing changed; memory is resident, all processes together: of a build the",
        "  peak, of a server after its first answer, of another program the peak; MB are 10^6 bytes",
    ]
    for name, series in results.items():
        parts += ["", table(programs[name], series, titles)]
    parts += ["", targets(results, titles)]
    return "\n".join(parts) + "\n"


def figures(results: Results, facts: dict[str, str]) -> dict:
    """Everything, single samples included."""
    return {
        "facts": facts,
        "results": {
            program: {
                tool: {
                    **asdict(series.build),
                    "seconds": series.seconds,
                    "memory": series.memory,
                    "problem": series.build.problem or series.problem,
                }
                for tool, series in by_tool.items()
            }
            for program, by_tool in results.items()
        },
    }
