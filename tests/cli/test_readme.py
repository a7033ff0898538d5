"""README.md lists every option and configuration key, and nothing that is none."""
from __future__ import annotations

import re

from support.targets import REPOSITORY

DRIVER = REPOSITORY / "compiler" / "driver"
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def rows(file: str, macro: str) -> list[list[str]]:
    """The arguments of a table's rows, as far as they hold no commas themselves."""
    text = re.sub(r"/\*.*?\*/", "", (DRIVER / file).read_text(encoding="utf-8"), flags=re.DOTALL)
    return [
        [part.strip().strip('"') for part in row.split(",")]
        for row in re.findall(rf"^{macro}\((.*?)\)$", text, flags=re.MULTILINE | re.DOTALL)
    ]


OPTIONS = {row[0] for row in rows("options.def", "OPTION")}
ALIASES = {row[0] for row in rows("options.def", "ALIAS")}
KEYS = {row[0] for row in rows("config.def", "KEY")}


def own_part() -> str:
    """The README without what it says about other tools and their options."""
    return README.partition("## Beside other tools")[0]


def test_the_tables_were_read():
    assert {"output", "hidden-import", "lock"} <= OPTIONS
    assert {"entry_point", "module_search_paths"} <= KEYS


def test_every_option_is_in_the_readme():
    named = set(re.findall(r"`(?:-\w`, `)?--([a-z-]+)", README))
    named |= set(re.findall(r"`--([a-z-]+)[ `]", README))
    assert OPTIONS - named == set()


def test_every_option_of_the_readme_exists():
    named = set(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", own_part()))
    assert named - OPTIONS - ALIASES == set()


def test_every_key_is_in_the_readme():
    example = README.partition("```toml")[2].partition("```")[0]
    assert [key for key in sorted(KEYS) if not re.search(rf"^{key} = ", example, re.M)] == []
