"""Makes one small header of all that generated C includes: python slim_header.py OUTPUT HEADER EMITTER CC [FLAG...]

HEADER includes Python's headers, and those libc's: 22,000 lines, of which generated code needs a tenth. A C
compiler reads them for every unit, which takes it as long as compiling fifty lines of Python. So `make` reads
them once: HEADER is preprocessed, and of its declarations those are kept that our own headers (the ones in
HEADER's folder and the one above) declare, that the emitter's texts name (the strings in the files EMITTER*.c),
and whatever these mention, and so on. Macros are kept likewise; they follow the declarations, in which they are
expanded already. To keep too much does no harm.
"""
from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[A-Za-z_]\w*|\.?\d(?:[eEpP][+-]|[\w.])*|'
                   r'->|\+\+|--|<<=|>>=|<<|>>|&&|\|\||\.\.\.|##|[-+*/%&|^<>=!]=|\S')
WORD = re.compile(r"[A-Za-z_]\w*\Z")
MARKER = re.compile(r'# \d+ "([^"]*)"')
DEFINE = re.compile(r"#define (\w+)(.*)")
KEYWORDS = frozenset("""auto break case char const continue default do double else enum extern float for goto if inline
    int long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile
    while _Bool _Atomic __inline __inline__ __extension__ __restrict __attribute__ __asm__ __const""".split())
OPEN, CLOSE = frozenset("([{"), frozenset(")]}")


class Declaration:
    """One declaration at file level: its tokens, whether it is ours, and the names it gives a meaning to."""

    def __init__(self, tokens: list[str], ours: bool):
        self.tokens = tokens
        self.ours = ours
        self.mentioned = {token for token in tokens if WORD.match(token)} - KEYWORDS
        self.names = set(declared_names(tokens))


def without_groups(tokens: list[str], opening: str, after: frozenset[str] | None = None) -> list[str]:
    """Without what stands in such brackets; with `after`: only where one of these words stands in front of them,
    and without that word."""
    kept: list[str] = []
    depth = 0
    closing = {"{": "}", "(": ")", "[": "]"}[opening]
    for token in tokens:
        if depth > 0:
            depth += (token == opening) - (token == closing)
        elif token == opening and (after is None or (kept and kept[-1] in after)):
            depth = 1
            if after is not None:
                kept.pop()
        else:
            kept.append(token)
    return kept


def declared_names(tokens: list[str]):
    """Tags with a body, constants of enumerations, and what the declarators name."""
    for at, token in enumerate(tokens):
        if token in ("struct", "union", "enum") and at + 2 < len(tokens):
            if tokens[at + 2] == "{":
                yield tokens[at + 1]
            if token == "enum" and "{" in tokens[at + 1:at + 3]:
                yield from constants(tokens[tokens.index("{", at) + 1:])
    plain = without_groups(tokens, "(", frozenset({"__attribute__", "__asm__", "__typeof__", "_Alignas"}))
    plain = without_groups(plain, "{")
    yield from declarators(plain)


def constants(tokens: list[str]):
    expected = True
    for token in tokens:
        if token == "}":
            return
        if expected:
            yield token
        expected = token == ","


def declarators(tokens: list[str]):
    """`T a, *b[2], (*c)(int) = d, e(int)` names a, b, c and e."""
    depth, last, named = 0, "", False
    for at, token in enumerate(tokens):
        ends = token in ("[", "=", ",", ";", ":") or (token == "(" and tokens[at + 1] != "*")
        if depth == 0 and ends and WORD.match(last) and not named:
            yield last
            named = True
        if token in OPEN:
            depth += 1
        elif token in CLOSE:
            depth -= 1
        elif depth == 1 and not named and WORD.match(token) and last == "*":
            yield token
            named = True
        if depth == 0 and token == ",":
            named = False
        last = token
    if WORD.match(last) and not named:
        yield last


def ends_here(tokens: list[str]) -> bool:
    """After a token that leaves no bracket open."""
    if tokens[-1] == ";":
        return True
    if tokens[-1] != "}":
        return False
    depth = 0
    for at in range(len(tokens) - 1, -1, -1):  # the body of a function follows its parameters
        depth += (tokens[at] in CLOSE) - (tokens[at] in OPEN)
        if depth == 0:
            return at > 0 and tokens[at - 1] == ")"
    return False


def read(text: str, is_ours) -> tuple[list[Declaration], dict[str, str], set[str]]:
    """Declarations in order, macros at the end of the text, names of the macros that are ours."""
    declarations: list[Declaration] = []
    macros: dict[str, str] = {}
    own: set[str] = set()
    tokens: list[str] = []
    depth, ours = 0, False
    for line in text.splitlines():
        if marker := MARKER.match(line):
            ours = is_ours(marker[1])
        elif define := DEFINE.match(line):
            macros[define[1]] = define[2]
            if ours:
                own.add(define[1])
        elif line.startswith("#undef "):
            macros.pop(line.split()[1], None)
        elif not line.startswith("#"):
            for token in TOKEN.findall(line):
                if token == "_Atomic":  # clang wants the operations that gcc made of <stdatomic.h> without it
                    continue
                tokens.append(token)
                depth += (token in OPEN) - (token in CLOSE)
                if depth == 0 and ends_here(tokens):
                    if tokens != [";"]:
                        declarations.append(Declaration(tokens, ours))
                    tokens = []
    if tokens:
        raise SystemExit(f"slim_header: a declaration does not end: {' '.join(tokens[:20])}")
    return declarations, macros, own & macros.keys()


def names_in_texts(emitter: Path) -> set[str]:
    """Words of the string literals in <emitter>*.c."""
    names: set[str] = set()
    for file in emitter.parent.glob(f"{emitter.name}*.c"):
        for text in re.findall(r'"((?:\\.|[^"\\\n])*)"', file.read_text(encoding="utf-8")):
            names.update(re.findall(r"[A-Za-z_]\w*", text.replace("\\n", " ")))
    return names


def needed(declarations: list[Declaration], macros: dict[str, str], roots: set[str]) -> tuple[set[int], set[str]]:
    """Places of the declarations and names of the macros that are to be kept. Roots are what generated code names."""
    by_name: dict[str, list[int]] = {}
    for place, declaration in enumerate(declarations):
        for name in declaration.names:
            by_name.setdefault(name, []).append(place)
    kept: set[int] = set()
    used_macros: set[str] = set()
    seen: set[str] = set()
    # Macros are expanded in declarations: only those of macros and of generated code still are names of macros.
    waiting = [(name, True) for name in roots]
    for place, declaration in enumerate(declarations):
        if declaration.ours:
            kept.add(place)
            waiting += [(name, False) for name in declaration.mentioned]
    while waiting:
        name, expands = waiting.pop()
        if expands and name in macros and name not in used_macros:
            used_macros.add(name)
            waiting += [(token, True) for token in TOKEN.findall(macros[name]) if WORD.match(token)]
        if name not in seen:
            seen.add(name)
            for place in by_name.get(name, ()):
                if place not in kept:
                    kept.add(place)
                    waiting += [(mentioned, False) for mentioned in declarations[place].mentioned]
    return kept, used_macros


def main() -> None:
    output, header, emitter, *compiler = sys.argv[1:]
    ours = str(Path(header).parent.parent) + "/"
    result = subprocess.run([*compiler, "-E", "-dD", header], capture_output=True, text=True,
                            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"})
    if result.returncode != 0:
        raise SystemExit(f"slim_header: {' '.join(compiler)} failed\n{result.stderr}")
    builtin = subprocess.run([*compiler, "-E", "-dM", "-x", "c", "/dev/null"], capture_output=True, text=True, check=True)
    predefined = {define[1] for define in map(DEFINE.match, builtin.stdout.splitlines()) if define}
    declarations, macros, own = read(result.stdout, lambda path: path.startswith(ours))
    macros = {name: body for name, body in macros.items() if name not in predefined}
    kept, used_macros = needed(declarations, macros, own | names_in_texts(Path(emitter)))
    lines = ["/* Made by scripts/slim_header.py of rt_native.h and what of Python's and libc's headers it needs. */"]
    lines += [" ".join(declarations[place].tokens) for place in sorted(kept)]
    lines += [f"#define {name}{body}" for name, body in sorted(macros.items()) if name in used_macros]
    temporary = Path(f"{output}.new")
    temporary.write_text("\n".join(lines) + "\n")
    temporary.replace(output)


if __name__ == "__main__":
    main()
