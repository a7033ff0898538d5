"""What `speed.py` measured, as Markdown and JSON."""
from __future__ import annotations

from dataclasses import asdict
from statistics import median

from harness import output
from harness.speed_functions import Function
from harness.speed_measure import Runs, geomean, speedup, speedups, speedups_by_turn, spread
from harness.suite import AHEAD, EARLIER, FIRST, NEW

Results = dict[str, dict[str, Runs]]  # program → tool → runs

SLOW = 0.97  # what is below is listed


def _cell(runs: Runs | None, base: Runs) -> str:
    if runs is None or not runs.works or not base.works:
        return "–"
    return f"{speedup(runs, base):.2f}"


def _mean(results: Results, programs: list[str], tool: str, base: str = "cpython") -> str:
    values = [
        speedup(results[name][tool], results[name][base])
        for name in programs
        if results[name][tool].works and results[name][base].works
    ]
    missing = "" if len(values) == len(programs) else f" ({len(values)})"
    return f"{geomean(values):.2f}{missing}" if values else "–"


def _listed(results: Results) -> Results:
    """Without the new programs."""
    return {name: by_tool for name, by_tool in results.items() if name not in NEW + EARLIER}


def summary(results: Results, titles: dict[str, str]) -> str:
    """Times as fast as CPython, a line for each program; the new ones below the means of the list."""
    tools = [tool for tool in titles if tool != "cpython"]
    lines = [
        "| | CPython | " + " | ".join(titles[tool] for tool in tools) + " |",
        "|---|--:|" + "--:|" * len(tools),
    ]
    first = [name for name in results if name in FIRST]
    listed = [*_listed(results)]
    new, earlier = ([name for name in results if name in group] for group in (NEW, EARLIER))
    rest = [name for name in listed if name not in AHEAD]
    without = ((f"geomean without {', '.join(name for name in listed if name in AHEAD)}", rest),) if rest != listed else ()
    groups = (
        (listed, ((f"geomean of the first {len(first)}", first), ("geomean", listed), *without)),
        (new, (("geomean of the new programs", new),)),
        (earlier, (("geomean of the new programs of before", earlier),)),
    )
    for programs, means in groups:
        lines += [_row(name, results[name], tools) for name in programs]
        for title, averaged in means:
            if averaged:
                cells = [f"**{_mean(results, averaged, tool)}**" for tool in tools]
                lines.append(f"| **{title}** | | " + " | ".join(cells) + " |")
    lines += [f"\n{name}: {why}." for name, why in AHEAD.items() if name in listed]
    return "\n".join(lines)


def _row(name: str, by_tool: dict[str, Runs], tools: list[str]) -> str:
    base = by_tool["cpython"]
    total = sum(median(values) for values in base.seconds.values()) * 1000
    cells = [_cell(by_tool.get(tool), base) for tool in tools]
    return f"| {name} | {total:.2f} ms | " + " | ".join(cells) + " |"


def builds(results: Results, titles: dict[str, str]) -> str:
    """CPU time of a cold build and size of what comes out of it."""
    tools = [tool for tool in titles if tool != "cpython"]
    lines = [
        "| | " + " | ".join(titles[tool] for tool in tools) + " |",
        "|---|" + "--:|" * len(tools),
    ]
    for name, by_tool in results.items():
        cells = []
        for tool in tools:
            build = by_tool[tool].build
            words = f"{build.cpu:.1f} s, {build.size / 1e6:.2f} MB"
            cells.append("–" if build.problem else words)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def details(results: Results, titles: dict[str, str]) -> str:
    """Each benchmark with each tool."""
    lines = [
        "| | | best | median | ± | times as fast | by turn |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for by_tool in results.values():
        base = by_tool["cpython"]
        for name in base.seconds:
            for tool, runs in by_tool.items():
                if not runs.works or name not in runs.seconds:
                    continue
                values = runs.seconds[name]
                ratios = "– | –"
                if base.works:
                    by_turn = speedups_by_turn(runs, base)[name]
                    ratios = f"{speedups(runs, base)[name]:.2f} | {by_turn:.2f}"
                lines.append(
                    f"| {name} | {titles[tool]} | {min(values) * 1000:.3f} ms "
                    f"| {median(values) * 1000:.3f} ms | {spread(values):.0%} | {ratios} |"
                )
    return "\n".join(lines)


def _slower(results: Results, tool: str, base: str) -> list[str]:
    return [
        f"{name} ({ratio:.2f})"
        for by_tool in results.values()
        if tool in by_tool and base in by_tool and by_tool[tool].works and by_tool[base].works
        for name, ratio in speedups(by_tool[tool], by_tool[base]).items()
        if ratio < SLOW
    ]


def slower_functions(functions: dict[str, list[Function]]) -> str:
    """Of the default build, against their own bytecode."""
    listed = [
        f"    - {each.name} in {each.benchmark}: {each.speedup:.2f} times its bytecode's speed, "
        f"{each.share:.0%} of the time; {each.whole_speedup:.2f} times with what it calls"
        for found in functions.values()
        for each in found
    ]
    words = f"- Functions whose own time is longer than their bytecode's, of {len(functions)} programs"
    return "\n".join([f"{words}:", *listed]) if listed else f"{words}: none"


def findings(
    results: Results, titles: dict[str, str], functions: dict[str, list[Function]]
) -> str:
    """What is slower than it should be, and what a tool could not do."""
    lines = [slower_functions(functions)] if functions else []
    for tool in ("pyc2c", "pyc2c-speed"):
        if tool not in titles:
            continue
        for base in ("cpython", "pyc2c-bytecode", "nuitka", "cython"):
            if base in titles:
                slower = ", ".join(_slower(results, tool, base)) or "none"
                words = f"- {titles[tool]}, slower than {titles[base]} (below {SLOW}): {slower}"
                if base in ("nuitka", "cython"):
                    words += f"; geomean against it: {_mean(results, [*_listed(results)], tool, base)}"
                lines.append(words)
    for name, by_tool in results.items():
        for tool, runs in by_tool.items():
            problem = (runs.build.problem or runs.problem).replace("\n", " ")[:160]
            if problem and not problem.startswith("compiles one file"):
                lines.append(f"- {name}, {titles[tool]}: failed: {problem}")
    return "\n".join(lines)


def markdown(
    results: Results,
    titles: dict[str, str],
    functions: dict[str, list[Function]],
    facts: dict[str, str],
    rounds: int,
    seconds: float,
) -> str:
    parts = [
        output.head("Speed of compiled programs", facts)
        + f"\n- {rounds} rounds, each with new processes of all tools, which take turns: a sample of at\n"
        "  least 20 ms of one of them, then one of the next, until CPython has used\n"
        f"  {seconds:g} s of CPU time for a benchmark. Figures are times as fast as CPython (best\n"
        "  sample against best sample, by turn: the median of the turns' ratios; of a program with\n"
        "  several benchmarks, their geometric mean); ± is half the distance of the quartiles; – is\n"
        "  what a tool could not compile, or compiles only in part (Cython and mypyc take one file).",
        summary(results, titles),
        "## What stands out",
        findings(results, titles, functions) or "Nothing.",
        "## Builds",
        "Cold, in seconds of CPU time: those of the peers are kept from run to run.",
        builds(results, titles),
        "## Each benchmark",
        details(results, titles),
    ]
    return "\n\n".join(parts) + "\n"


def figures(
    results: Results, functions: dict[str, list[Function]], facts: dict[str, str]
) -> dict:
    """Everything, single samples included."""
    return {
        "facts": facts,
        "slower_functions": {
            program: [asdict(each) for each in found] for program, found in functions.items()
        },
        "results": {
            program: {tool: asdict(runs) for tool, runs in by_tool.items()}
            for program, by_tool in results.items()
        },
    }
