"""Rules for rewriting JSON values. Applied at every depth, except for `add`: only at the top."""
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

Json = dict[str, Any] | list[Any] | str | int | float | bool | None


@dataclass(frozen=True)
class Rules:
    rename: Mapping[str, str] = field(default_factory=dict)
    mask: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()
    add: Mapping[str, Json] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str) -> Rules:
        """Rules from a JSON object; ValueError names a key that is none."""
        values = json.loads(text)
        unknown = sorted(set(values) - {"rename", "mask", "drop", "add"})
        if unknown:
            raise ValueError(f"unknown rule: {', '.join(unknown)}")
        return cls(
            values.get("rename", {}),
            frozenset(values.get("mask", ())),
            frozenset(values.get("drop", ())),
            values.get("add", {}),
        )

    @classmethod
    def default(cls) -> Rules:
        """The rules that come with the package."""
        return cls.from_json(
            resources.files(__package__).joinpath("rules.json").read_text(encoding="utf-8")
        )

    def apply(self, value: Json) -> Json:
        changed = self._changed(value)
        return {**changed, **self.add} if isinstance(changed, dict) else changed

    def _changed(self, value: Json) -> Json:
        match value:
            case dict():
                return {
                    self.rename.get(key, key): "***" if key in self.mask else self._changed(item)
                    for key, item in value.items()
                    if key not in self.drop
                }
            case list():
                return [self._changed(item) for item in value]
            case _:
                return value
