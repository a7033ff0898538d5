"""Times as fast as CPython, as an SVG picture: one group of bars per program, logarithmic."""
from __future__ import annotations

from html import escape
from math import log2

from harness.speed_measure import Runs, speedup

WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 860, 190, 60, 9, 7, 60
COLOURS = {
    "pyc2c": "#0f766e",
    "pyc2c-speed": "#5eead4",
    "pyc2c-train": "#2563eb",
    "pyc2c-size": "#ca8a04",
    "pyc2c-bytecode": "#9ca3af",
    "nuitka": "#7c3aed",
    "cython": "#b45309",
    "mypyc": "#be185d",
}
TICKS = (0.25, 0.5, 1, 2, 4, 8, 16, 32)


def svg(results: dict[str, dict[str, Runs]], titles: dict[str, str]) -> str:
    ratios = {
        name: {
            tool: speedup(runs, by_tool["cpython"])
            for tool, runs in by_tool.items()
            if tool != "cpython" and runs.works and by_tool["cpython"].works
        }
        for name, by_tool in results.items()
    }
    values = [ratio for by_tool in ratios.values() for ratio in by_tool.values()] or [1.0]
    low = max((tick for tick in TICKS if tick <= min(values)), default=TICKS[0])
    high = min((tick for tick in TICKS if tick >= max(values)), default=TICKS[-1])

    def place(ratio: float) -> float:
        part = (log2(ratio) - log2(low)) / (log2(max(high, 2 * low)) - log2(low))
        return LEFT + (WIDTH - LEFT - RIGHT) * min(max(part, 0), 1)

    body: list[str] = []
    y = TOP
    for name, by_tool in ratios.items():
        middle = y + max(len(by_tool), 1) * BAR / 2 + 4
        body.append(f'<text x="{LEFT - 8}" y="{middle:.1f}" class="name">{escape(name)}</text>')
        for tool, ratio in by_tool.items():
            left, right = sorted((place(1), place(ratio)))
            body.append(
                f'<rect x="{left:.1f}" y="{y}" width="{right - left:.1f}" height="{BAR - 1}" '
                f'fill="{COLOURS[tool]}"><title>{escape(titles[tool])}: {ratio:.2f}</title></rect>'
            )
            y += BAR
        y += BAR * (not by_tool) + GAP
    grid = []
    for tick in TICKS:
        if low <= tick <= high:
            x = place(tick)
            grid.append(f'<path d="M{x:.1f} {TOP - 6}V{y}" class="{"one" if tick == 1 else "grid"}"/>')
            grid.append(f'<text x="{x:.1f}" y="{TOP - 10}" class="tick">{tick:g}×</text>')
    legend, x = [], LEFT
    for tool in titles:
        if tool != "cpython":
            legend.append(f'<rect x="{x}" y="12" width="10" height="10" fill="{COLOURS[tool]}"/>')
            legend.append(f'<text x="{x + 14}" y="21">{escape(titles[tool])}</text>')
            x += 34 + 7 * len(titles[tool])
    style = (
        "text{font:12px sans-serif;fill:#111}.name{text-anchor:end}"
        ".tick{text-anchor:middle;font-size:10px;fill:#555}"
        ".grid{stroke:#ddd;fill:none}.one{stroke:#555;fill:none}"
    )
    width = max(WIDTH, x)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y + 10}" width="{width}">'
        f"<style>{style}</style>"
        f'<rect width="100%" height="100%" fill="#fff"/>'
        + "\n".join(legend + grid + body)
        + "</svg>\n"
    )
