"""Counts words in text files and prints a table."""
from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import __version__
from .counting import count_words
from .layout import render


def main() -> int:
    parser = argparse.ArgumentParser(prog="report", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--most", type=int, default=5, help="how many words (default: 5)")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    given = parser.parse_args()
    try:
        counted = count_words(path.read_text(encoding="utf-8") for path in given.files)
    except OSError as problem:
        print(f"report: {problem}", file=sys.stderr)
        return 1
    print(render(counted.most_common(given.most), total=counted.total()))
    return 0


sys.exit(main())
