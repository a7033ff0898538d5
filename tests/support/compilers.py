"""C compilers that need help."""
from __future__ import annotations

import sysconfig
from pathlib import Path

TCC = Path(__file__).resolve().parent / "tcc"


def as_compiler(name: str | None, work: Path) -> str | None:
    """tcc lacks some of gcc's headers and does not link executables; so it becomes a program in `work` that does both."""
    if name != "tcc":
        return name
    script, headers = work.resolve() / "tcc", sysconfig.get_path("include")
    script.write_text(f'#!/bin/sh\ncase " $* " in\n*" -c "*) exec tcc "-I{TCC}" "-I{headers}" "$@" ;;\n*) exec cc "$@" ;;\nesac\n')
    script.chmod(0o755)
    return str(script)
