"""What `builds.py` measured, as Markdown and JSON."""
from __future__ import annotations

from dataclasses import asdict

from harness import output
from harness.build_measure import STEPS, Samples
from harness.build_subjects import SUBJECTS

Results = dict[str, dict[str, Samples]]  # program → tool → samples

# Seconds that pyc2c is meant to need, on two processors.
TARGETS = {
    ("plugin", "cold"): 3.0,
    ("plugin", "edit"): 1.0,
    ("plugin", "no-op"): 0.15,
    ("package", "cold"): 75.0,
    ("package", "edit"): 1.5,
    ("package", "shared"): 4.0,
}


def cell(samples: Samples, step: str, base: Samples | None) -> str:
    """Median, spread, and how many times pyc2c's."""
    value = samples.median(step)
    if value is None:
        return "–"
    text = f"{value:.2f} s ± {samples.spread(step):.0%}"
    own = base.median(step) if base is not None else None
    return text if base is samples or not own else f"{text} ({value / own:.1f}×)"


def table(by_tool: dict[str, Samples], titles: dict[str, str]) -> str:
    lines = ["| | " + " | ".join(STEPS) + " | memory | size |", "|---|" + "--:|" * (len(STEPS) + 2)]
    for tool, samples in by_tool.items():
        if samples.problem:
            words = samples.problem.replace("|", "/").replace("\n", " ")[:160]
            lines.append(f"| {titles[tool]} | failed: {words} |" + " |" * (len(STEPS) + 1))
            continue
        cells = [cell(samples, step, by_tool.get("pyc2c")) for step in STEPS]
        cells += [f"{samples.peak_bytes / 1e6:.0f} MB", f"{samples.size / 1e6:.1f} MB"]
        lines.append(f"| {titles[tool]} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def targets(results: Results) -> str:
    """What was aimed at and what was measured, misses included."""
    lines = ["## Targets", "", "| pyc2c | target | measured | |", "|---|--:|--:|---|"]
    for (program, step), limit in TARGETS.items():
        samples = results.get(program, {}).get("pyc2c")
        value = samples.median(step) if samples is not None and not samples.problem else None
        if value is not None:
            lines.append(output.target(f"{program}: {step}", "s", limit, value))
    return "\n".join(lines)


def markdown(results: Results, titles: dict[str, str], facts: dict[str, str]) -> str:
    names = {subject.name: subject.title for subject in SUBJECTS}
    steps = "; ".join(f"{step}: {meaning}" for step, meaning in STEPS.items())
    parts = [
        output.head("Build times", facts),
        f"- {steps}",
        "- median of the rounds, ± half the distance of the quartiles, in brackets times pyc2c's; memory",
        "  is the peak of all processes of a build together; MB are 10^6 bytes",
    ]
    for name, by_tool in results.items():
        parts += ["", f"## {names[name]}", "", table(by_tool, titles)]
    parts += ["", targets(results)]
    return "\n".join(parts) + "\n"


def figures(results: Results, facts: dict[str, str]) -> dict:
    """Everything, single samples included."""
    return {
        "facts": facts,
        "results": {
            program: {tool: asdict(samples) for tool, samples in by_tool.items()}
            for program, by_tool in results.items()
        },
    }
