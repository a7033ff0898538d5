"""Writes docs/IR.md, the reference of the intermediate representation, from its tables. Run as

    python3 scripts/ir_reference.py > docs/IR.md            (make docs/IR.md)
    python3 scripts/ir_reference.py --check docs/IR.md      is it current? (part of make check)
"""
from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OPS = ROOT / "compiler" / "ir" / "ops.def"
TYPES = ROOT / "compiler" / "ir" / "types.def"
PASSES = ROOT / "compiler" / "opt" / "passes.def"

STRING = r'"((?:[^"\\]|\\.)*)"'
OP = re.compile(rf'^OP\((\w+), (\w+), (\w+), {STRING}, {STRING}, (.+?), (\w+), {STRING}\)')
FACT = re.compile(rf'^FACT\(\w+, {STRING}, (\w+), (\d)\)')
PASS = re.compile(rf'^PASS\((\w+), IR_STAGE_(\w+), (\d), {STRING}\)')
SECTION = re.compile(r"^/\* ---- (.+?) ---- \*/")


def row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def table(*headings: str) -> list[str]:
    return [row(*headings), "|" + "---|" * len(headings)]


def legend() -> list[str]:
    """The comment at the top of ops.def, from the row's form on."""
    text = OPS.read_text(encoding="utf-8")
    comment = text[text.index("/*") + 2 : text.index("*/")]
    lines = [line.strip().removeprefix("* ").removeprefix("*") for line in comment.splitlines()]
    start = next(i for i, line in enumerate(lines) if line.strip().startswith("OP("))
    return ["```text", *(line.rstrip() for line in lines[start:] if line.strip()), "```"]


def operations() -> list[str]:
    result: list[str] = []
    for line in OPS.read_text(encoding="utf-8").splitlines():
        if section := SECTION.match(line):
            result += ["", f"### {section[1][0].upper()}{section[1][1:]}", ""]
            result += table("operation", "result", "operands", "immediates", "effects", "error", "")
        elif line.startswith("OP("):
            match = OP.match(line)
            if match is None:
                sys.exit(f"{OPS}: a row that is not as expected: {line}")
            name, kind, second, args, imms, effects, error, doc = match.groups()
            kind = kind if second == "NONE" else f"{kind}, {second}"
            letters = "".join(re.findall(r"FX_(\w)", effects))
            args, imms = (f"`{text}`" if text else "" for text in (args, imms))
            result.append(row(f"`{name}`", kind, args, imms, letters, error, doc))
    return result


def passes() -> list[str]:
    result = table("pass", "stage after it", "", "what it does")
    for line in PASSES.read_text(encoding="utf-8").splitlines():
        if match := PASS.match(line):
            name, stage, required, doc = match.groups()
            result.append(row(f"`{name}`", stage.lower(), "required" if required == "1" else "", doc))
    return result


def types() -> list[str]:
    found = [match for line in TYPES.read_text(encoding="utf-8").splitlines() if (match := FACT.match(line))]
    leaves = [f"`{match[1]}`" for match in found if match[3] == "1"]
    others = [f"`{match[1]}`" for match in found if match[3] == "0"]
    return [
        f"Destroying one of these runs no Python code: {', '.join(leaves)}. Others: {', '.join(others)}.",
    ]


def page() -> str:
    lines = [
        "# The intermediate representation",
        "",
        "Made by `make docs/IR.md` from `compiler/ir/ops.def`, `compiler/ir/types.def` and `compiler/opt/passes.def`;",
        "do not edit. What a function is made of and which laws hold: `compiler/ir/ir.h`. The text form (`--dump-ir`):",
        "`compiler/ir/print.c`.",
        "",
        "## Passes",
        "",
        *passes(),
        "",
        "## Types that a value may be known to have",
        "",
        *types(),
        "",
        "## Operations",
        "",
        *legend(),
        *operations(),
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        path = Path(sys.argv[2])
        if path.is_file() and path.read_text(encoding="utf-8") == page():
            return 0
        print(f"{path} is not what the tables say: make {path}", file=sys.stderr)
        return 1
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
