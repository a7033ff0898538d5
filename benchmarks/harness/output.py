"""Where figures go: text, JSON and a picture, and with --publish beside the commands, too."""
from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


def head(title: str, facts: dict[str, str]) -> str:
    """What a report begins with: what the figures belong to."""
    return f"# {title}\n\n" + "\n".join(f"- {name}: {value}" for name, value in facts.items())


def target(words: str, unit: str, limit: float, value: float) -> str:
    """A row of the table of what was aimed at; misses are in it like the others."""
    verdict = "reached" if value <= limit else "missed"
    return f"| {words} | {limit:g} {unit} | {value:.2f} {unit} | {verdict} |"


@dataclass(frozen=True)
class Output:
    """<folder>/<name>.md, .json and, where there is a picture, .svg; published as <NAME>.md with the
    picture in it."""

    folder: Path
    name: str
    caption: str = ""

    def write(self, text: str, figures: dict, picture: str = "") -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{self.name}.md").write_text(text, encoding="utf-8")
        if picture:
            (self.folder / f"{self.name}.svg").write_text(picture, encoding="utf-8")
        figures_text = json.dumps(figures, indent=1)
        (self.folder / f"{self.name}.json").write_text(figures_text, encoding="utf-8")

    def publish(self, text: str, picture: str = "") -> None:
        """A picture stands above the first section."""
        name = self.name.upper()
        if picture:
            text = text.replace("\n##", f"\n![{self.caption}]({name}.svg)\n\n##", 1)
            (HERE / f"{name}.svg").write_text(picture, encoding="utf-8")
        (HERE / f"{name}.md").write_text(text, encoding="utf-8")
