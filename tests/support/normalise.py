"""One place where output of CPython and output of an executable are made comparable.

Only what must differ is mapped, and always to the name it has in the executable:

    CPython's side                    both become
    the folder of the program         <exe>
    the interpreter                   <exe>
    site-packages                     <exe>/lib
    the standard library              <exe>/lib/python3.N

Addresses, process numbers after "pid" or "process", ports of the loopback, and random names below the temporary directory are
blanked on both sides. Nothing else is touched: no sorting, no stripping, no case folding.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_BLANKED = (
    (re.compile(r"\b0x[0-9a-fA-F]{6,16}\b"), "0x…"),
    (re.compile(r"\b(pid)([ =:]+)\d+", re.IGNORECASE), r"\1\2…"),
    (re.compile(r"\bprocess \[\d+\]"), "process […]"),
    (re.compile(r"\b127\.0\.0\.1:\d{4,5}\b"), "127.0.0.1:…"),
    (re.compile(r"/tmp/(tmp|pymp-)[a-z0-9_]{8}"), r"/tmp/\1…"),
)


@dataclass(frozen=True)
class Normaliser:
    """Replacements of one side, longest path first."""

    paths: tuple[tuple[str, str], ...]

    def __call__(self, output: bytes) -> str:
        text = output.decode("utf-8", "backslashreplace")
        for path, name in self.paths:
            # A path ends where no further path character follows: /usr/bin/python3.11 must not eat
            # the front of /usr/bin/python3.11-config.
            text = re.sub(re.escape(path) + r"(?![\w.-])", lambda _, name=name: name, text)
        for pattern, blank in _BLANKED:
            text = pattern.sub(blank, text)
        return text


def _ordered(pairs: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(pairs.items(), key=lambda pair: -len(pair[0])))


def for_oracle(
    root: Path, python: Path, stdlib: str, site_packages: str, minor: str, cwd: Path
) -> Normaliser:
    """The normaliser of CPython's output: the program lies in `root` and runs in `cwd`."""
    return Normaliser(
        _ordered(
            {
                str(root): "<exe>",
                str(python): "<exe>",
                stdlib: f"<exe>/lib/python{minor}",
                site_packages: "<exe>/lib",
                str(cwd): "<cwd>",
            }
        )
    )


def for_executable(executable: Path | str, cwd: Path | str) -> Normaliser:
    """The normaliser of an executable's output; paths as the program itself sees them."""
    return Normaliser(_ordered({str(executable): "<exe>", str(cwd): "<cwd>"}))
