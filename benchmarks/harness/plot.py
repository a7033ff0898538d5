"""The samples as an SVG picture: one panel per program, one line per tool, one dot per run."""
from __future__ import annotations

from html import escape

from harness.measure import Series
from harness.programs import Program

WIDTH, LEFT, RIGHT, LINE, HEADING = 860, 190, 90, 22, 34
COLOURS = {
    "cpython": "#6b7280",
    "pyc2c": "#0f766e",
    "pyc2c-size": "#5eead4",
    "pyinstaller": "#b45309",
    "nuitka": "#7c3aed",
}


def _ticks(most: float) -> list[float]:
    """Round values from 0 to `most`, five to ten of them."""
    steps = (factor * 10**power for power in range(6) for factor in (1, 2, 5))
    step = next(step for step in steps if most / step <= 10)
    return [step * number for number in range(int(most / step) + 1)]


def _panel(
    program: Program, series: dict[str, Series], titles: dict[str, str], top: int
) -> tuple[list[str], int]:
    shown = {name: samples for name, samples in series.items() if samples.works}
    out = [f'<text x="10" y="{top + 20}" class="title">{escape(program.title)}, ms</text>']
    if not shown:
        return out, top + HEADING
    # The slowest tenth of the samples may leave the picture: one hiccup must not flatten the rest.
    most = max(
        sorted(samples.seconds)[int(len(samples.seconds) * 0.9)] for samples in shown.values()
    )
    most_ms = most * 1000 * 1.05
    scale = (WIDTH - LEFT - RIGHT) / most_ms
    bottom = top + HEADING + LINE * len(shown)
    for tick in _ticks(most_ms):
        x = LEFT + tick * scale
        out.append(f'<path d="M{x:.1f} {top + HEADING - 4}V{bottom}" class="grid"/>')
        out.append(f'<text x="{x:.1f}" y="{bottom + 13}" class="tick">{tick:g}</text>')
    for number, (name, samples) in enumerate(shown.items()):
        y = top + HEADING + LINE * number + LINE / 2
        colour = COLOURS[name]
        out.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" class="name">{escape(titles[name])}</text>')
        for value in samples.seconds:
            if value * 1000 <= most_ms:
                x = LEFT + value * 1000 * scale
                out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>')
        x = LEFT + samples.median * 1000 * scale
        out.append(f'<path d="M{x:.1f} {y - 8:.1f}v16" stroke="{colour}" stroke-width="2"/>')
        label = f"{samples.median * 1000:.1f}"
        out.append(f'<text x="{WIDTH - RIGHT + 8}" y="{y + 4:.1f}">{label}</text>')
    return out, bottom + 26


def svg(
    results: dict[str, dict[str, Series]], programs: dict[str, Program], titles: dict[str, str]
) -> str:
    body: list[str] = []
    top = 4
    for name, series in results.items():
        panel, top = _panel(programs[name], series, titles, top)
        body += panel
    note = "dots: single runs; stroke and figure: median; left is better"
    body.append(f'<text x="10" y="{top + 14}" class="note">{note}</text>')
    style = (
        "text{font:12px sans-serif;fill:#111}.title{font-weight:bold;font-size:14px}"
        ".name{text-anchor:end}.tick{text-anchor:middle;font-size:10px;fill:#555}"
        ".grid{stroke:#ddd;fill:none}.note{fill:#555}circle{opacity:.45}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top + 24}" width="{WIDTH}">'
        f"<style>{style}</style>"
        f'<rect width="100%" height="100%" fill="#fff"/>' + "\n".join(body) + "</svg>\n"
    )
