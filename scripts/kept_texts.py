"""The texts that modules of the standard library compile while they are imported: python kept_texts.py OUTPUT

stdlib-support/probe/texts.py says what they are, and in which form they are written. Texts that depend on the order
of a set are left to run time. Run by make, with the Python that executables will have.
"""
from __future__ import annotations

import contextlib
import importlib
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent
PROBES = SCRIPTS.parent / "stdlib-support" / "probe"


def collect() -> None:
    """What modules, imported one after the other, compile."""
    sys.path[:1] = [str(SCRIPTS), str(PROBES)]
    import texts
    from regex_patterns import module_names

    lines: list[str] = []
    names = module_names()
    sys.path[:] = [folder for folder in sys.path if Path(folder) not in (SCRIPTS, PROBES)]  # there is a trace.py
    texts.watch(lines.append)
    for name in names:
        sys.modules.pop(name, None)
        with contextlib.suppress(ImportError, OSError, AttributeError, NotImplementedError):  # not for this platform
            with contextlib.redirect_stdout(sys.stderr):
                importlib.import_module(name)
    print("".join(sorted(set(lines))), end="")


def collected(seed: str) -> set[str]:
    """The texts that a process with this hash seed meets."""
    command = [sys.executable, "-S", "-s", "-B", __file__, "--collect"]
    done = subprocess.run(command, env={"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, check=True, text=True)
    return set(done.stdout.splitlines())


def main() -> None:
    if sys.argv[1] == "--collect":
        collect()
    else:
        lines = sorted(collected("1") & collected("2"))
        Path(sys.argv[1]).write_text("".join(line + "\n" for line in lines))


if __name__ == "__main__":
    main()
