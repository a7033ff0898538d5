"""Seconds by step, as an SVG picture: a group of bars per program and step, logarithmic."""
from __future__ import annotations

from html import escape
from math import log10

from harness.build_measure import STEPS, Samples

WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 860, 170, 70, 12, 8, 60
COLOURS = {"pyc2c": "#0f766e", "pyinstaller": "#b45309", "nuitka": "#7c3aed"}
TICKS = (0.01, 0.1, 1, 10, 100, 1000, 10000)


def svg(results: dict[str, dict[str, Samples]], titles: dict[str, str]) -> str:
    groups = [
        (f"{program}: {step}", {tool: samples.median(step) for tool, samples in by_tool.items()
                                if not samples.problem and samples.median(step)})
        for program, by_tool in results.items() for step in STEPS
    ]
    values = [value for _, bars in groups for value in bars.values()] or [1.0]
    low = max((tick for tick in TICKS if tick <= min(values)), default=TICKS[0])
    high = max(min((tick for tick in TICKS if tick >= max(values)), default=TICKS[-1]), 10 * low)

    def place(value: float) -> float:
        part = (log10(value) - log10(low)) / (log10(high) - log10(low))
        return LEFT + (WIDTH - LEFT - RIGHT) * min(max(part, 0), 1)

    body: list[str] = []
    y = TOP
    for name, bars in groups:
        if not bars:
            continue
        middle = y + len(bars) * BAR / 2 + 4
        body.append(f'<text x="{LEFT - 8}" y="{middle:.1f}" class="name">{escape(name)}</text>')
        for tool, value in bars.items():
            body.append(f'<rect x="{LEFT}" y="{y}" width="{max(place(value) - LEFT, 1):.1f}" '
                        f'height="{BAR - 1}" fill="{COLOURS[tool]}"><title>{escape(titles[tool])}: '
                        f'{value:.2f} s</title></rect>')
            body.append(f'<text x="{place(value) + 4:.1f}" y="{y + 10}" class="value">{value:.2f}</text>')
            y += BAR
        y += GAP
    grid = [f'<path d="M{place(tick):.1f} {TOP - 6}V{y}" class="grid"/>'
            f'<text x="{place(tick):.1f}" y="{TOP - 10}" class="tick">{tick:g} s</text>'
            for tick in TICKS if low <= tick <= high]
    legend, x = [], LEFT
    for tool, title in titles.items():
        legend.append(f'<rect x="{x}" y="12" width="10" height="10" fill="{COLOURS[tool]}"/>')
        legend.append(f'<text x="{x + 14}" y="21">{escape(title)}</text>')
        x += 34 + 7 * len(title)
    style = ("text{font:12px sans-serif;fill:#111}.name{text-anchor:end}.value{font-size:9px}"
             ".tick{text-anchor:middle;font-size:10px;fill:#555}.grid{stroke:#ddd;fill:none}")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 10}" width="{WIDTH}">'
            f'<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>'
            + "\n".join(legend + grid + body) + "</svg>\n")
