"""The table; its frame is a data file of the package."""
from __future__ import annotations

from importlib import resources
from string import Template


def render(rows: list[tuple[str, int]], total: int) -> str:
    frame = Template(resources.files(__package__).joinpath("table.txt").read_text("utf-8"))
    lines = [f"{word:<20} {count:>6} {count / total:>7.1%}" for word, count in rows]
    return frame.substitute(rows="\n".join(lines), total=total).rstrip("\n")
