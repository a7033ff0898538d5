"""Text processing: a folder of notes in a light markup becomes a site with an index.

The notes are generated, the same ones every time. They are parsed into blocks, rendered as HTML and
as plain text, their words are counted and ranked, links between them are checked, and two versions
of each note are compared line by line. What comes out is reduced to a checksum.
"""
from __future__ import annotations

import hashlib
import html
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from math import log
from typing import Iterable, Iterator

import pyperf

NOTES = 560
CHECKSUM = "e5a95daf8149d596"

SYLLABLES = (
    "ba be bi bo da de di do ka ke ki ko la le li lo ma me mi mo na ne ni no ra re ri ro "
    "sa se si so ta te ti to va ve vi vo"
).split()
STOP_WORDS = {"the", "of", "and", "in", "to", "is", "a", "for", "with", "on"}
WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
LINK = re.compile(r"\[\[([a-z-]+)(?:\|([^\]]+))?\]\]")
HEADING = re.compile(r"(#{1,3}) +(.+)")
ITEM = re.compile(r"( *)([-*]|\d+\.) +(.+)")


# ---- notes to work on ----


class Dice:
    """Small pseudo-random numbers that are the same everywhere."""

    def __init__(self, seed: int):
        self.state = seed & 0x7FFFFFFF or 1

    def below(self, limit: int) -> int:
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.state >> 8) % limit

    def choice(self, items):
        return items[self.below(len(items))]


def make_vocabulary(dice: Dice, size: int) -> list[str]:
    words = set()
    while len(words) < size:
        words.add("".join(dice.choice(SYLLABLES) for _ in range(1 + dice.below(4))))
    return sorted(words)


class Author:
    def __init__(self, dice: Dice, vocabulary: list[str], names: list[str]):
        self.dice = dice
        self.vocabulary = vocabulary
        self.stop_words = sorted(STOP_WORDS)
        self.names = names

    def word(self) -> str:
        if self.dice.below(3) == 0:
            return self.dice.choice(self.stop_words)
        # Some words are more frequent than others.
        limit = 1 + self.dice.below(len(self.vocabulary))
        return self.vocabulary[self.dice.below(limit)]

    def span(self) -> str:
        kind = self.dice.below(24)
        if kind == 0:
            return f"*{self.word()} {self.word()}*"
        if kind == 1:
            return f"**{self.word()}**"
        if kind == 2:
            return f"`{self.word()}({self.word()} < {self.dice.below(100)})`"
        if kind == 3:
            name = self.dice.choice(self.names) if self.dice.below(8) else "missing-note"
            return f"[[{name}|{self.word()}]]" if self.dice.below(2) else f"[[{name}]]"
        return self.word()

    def sentence(self) -> str:
        words = [self.span() for _ in range(4 + self.dice.below(14))]
        words[0] = words[0].capitalize()
        return " ".join(words) + self.dice.choice(("." * 9 + "?!:"))

    def paragraph(self) -> list[str]:
        return [self.sentence() for _ in range(1 + self.dice.below(5))]

    def listing(self) -> list[str]:
        marker = self.dice.choice(("-", "*", "1."))
        return [
            f"{'  ' * self.dice.below(2)}{marker} {self.sentence()}"
            for _ in range(2 + self.dice.below(5))
        ]

    def note(self, name: str) -> str:
        lines = [f"# {name.replace('-', ' ').title()}", ""]
        for _ in range(5 + self.dice.below(6)):
            kind = self.dice.below(6)
            if kind == 0:
                lines.append(f"{'#' * (2 + self.dice.below(2))} {self.sentence()}")
            elif kind == 1:
                lines.extend(self.listing())
            elif kind == 2:
                lines.extend(["```", f"if {self.word()} & 1:", f"    {self.word()} += 1", "```"])
            else:
                lines.extend(self.paragraph())
            lines.append("")
        return "\n".join(lines)

    def revise(self, text: str) -> str:
        lines = []
        for line in text.splitlines():
            change = self.dice.below(12)
            if change == 0 and line and not line.startswith(("#", "`")):
                line = f"{line} {self.sentence()}"
            elif change == 1 and line.endswith("."):
                continue
            lines.append(line)
            if change == 2 and not line:
                lines.extend([self.sentence(), ""])
        return "\n".join(lines)


# ---- parsing ----


@dataclass
class Block:
    kind: str
    lines: list[str] = field(default_factory=list)
    level: int = 0

    @property
    def text(self) -> str:
        return " ".join(self.lines)


@dataclass
class Note:
    name: str
    blocks: list[Block]
    links: list[str] = field(default_factory=list)
    words: Counter = field(default_factory=Counter)

    @property
    def title(self) -> str:
        for block in self.blocks:
            if block.kind == "heading":
                return block.text
        return self.name


def parse_blocks(text: str) -> Iterator[Block]:
    paragraph = Block("paragraph")
    code = None
    for line in text.splitlines():
        if code is not None:
            if line.startswith("```"):
                yield code
                code = None
            else:
                code.lines.append(line)
            continue
        heading = HEADING.fullmatch(line)
        item = None if heading else ITEM.fullmatch(line)
        if (heading or item or not line.strip() or line.startswith("```")) and paragraph.lines:
            yield paragraph
            paragraph = Block("paragraph")
        if line.startswith("```"):
            code = Block("code")
        elif heading:
            yield Block("heading", [heading[2]], len(heading[1]))
        elif item:
            kind = "ordered" if item[2][0].isdigit() else "bullet"
            yield Block(kind, [item[3]], len(item[1]) // 2)
        elif line.strip():
            paragraph.lines.append(line.strip())
    if paragraph.lines:
        yield paragraph


def parse_note(name: str, text: str) -> Note:
    note = Note(name, list(parse_blocks(text)))
    for block in note.blocks:
        if block.kind == "code":
            continue
        for match in LINK.finditer(block.text):
            note.links.append(match[1])
        for word in WORD.findall(block.text.lower()):
            if word not in STOP_WORDS and len(word) > 2:
                note.words[word] += 1
    return note


# ---- rendering ----


def render_inline(text: str) -> str:
    """Emphasis, code and links, by one pass over the characters."""
    out: list[str] = []
    open_tags: list[str] = []
    position = 0
    while position < len(text):
        char = text[position]
        if char == "`":
            end = text.find("`", position + 1)
            if end > 0:
                out.append(f"<code>{html.escape(text[position + 1:end])}</code>")
                position = end + 1
                continue
        if char == "*":
            tag = "strong" if text.startswith("**", position) else "em"
            if open_tags and open_tags[-1] == tag:
                open_tags.pop()
                out.append(f"</{tag}>")
            else:
                open_tags.append(tag)
                out.append(f"<{tag}>")
            position += 2 if tag == "strong" else 1
            continue
        if char == "[" and (match := LINK.match(text, position)):
            label = match[2] or match[1].replace("-", " ")
            out.append(f'<a href="{match[1]}.html">{html.escape(label)}</a>')
            position = match.end()
            continue
        out.append({"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(char, char))
        position += 1
    out.extend(f"</{tag}>" for tag in reversed(open_tags))
    return "".join(out)


def render(note: Note) -> str:
    parts = [f"<title>{html.escape(note.title)}</title>"]
    lists: list[str] = []
    for block in note.blocks:
        if block.kind in ("bullet", "ordered"):
            while len(lists) > block.level + 1:
                parts.append(f"</{lists.pop()}>")
            while len(lists) < block.level + 1:
                lists.append("ol" if block.kind == "ordered" else "ul")
                parts.append(f"<{lists[-1]}>")
            parts.append(f"<li>{render_inline(block.text)}</li>")
            continue
        while lists:
            parts.append(f"</{lists.pop()}>")
        if block.kind == "heading":
            parts.append(f"<h{block.level}>{render_inline(block.text)}</h{block.level}>")
        elif block.kind == "code":
            parts.append(f"<pre>{html.escape(chr(10).join(block.lines))}</pre>")
        else:
            parts.append(f"<p>{render_inline(block.text)}</p>")
    while lists:
        parts.append(f"</{lists.pop()}>")
    return "\n".join(parts)


def wrap(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line:
        yield line


def render_plain(note: Note, width: int = 60) -> str:
    lines = []
    for block in note.blocks:
        if block.kind == "heading":
            lines += [block.text, "=-~"[block.level - 1] * min(width, len(block.text))]
        elif block.kind == "code":
            lines += [f"    {line}" for line in block.lines]
        else:
            indent = "  " * (block.level + 1) if block.kind != "paragraph" else ""
            lines += [indent + line for line in wrap(block.text, width - len(indent))]
        lines.append("")
    return "\n".join(lines)


# ---- what the notes have to do with each other ----


def rank(notes: Iterable[Note], top: int) -> dict[str, list[tuple[str, float]]]:
    """The words that tell a note from the others (tf-idf)."""
    notes = list(notes)
    spread = Counter(word for note in notes for word in note.words)
    ranking = {}
    for note in notes:
        total = sum(note.words.values()) or 1
        scores = {
            word: count / total * log(len(notes) / spread[word])
            for word, count in note.words.items()
        }
        best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:top]
        ranking[note.name] = [(word, round(score, 6)) for word, score in best]
    return ranking


def check_links(notes: dict[str, Note]) -> tuple[dict[str, list[str]], list[str]]:
    backlinks = defaultdict(list)
    broken = []
    for note in notes.values():
        for target in note.links:
            if target not in notes:
                broken.append(f"{note.name}: {target}")
            elif note.name not in backlinks[target]:
                backlinks[target].append(note.name)
    return dict(backlinks), broken


def compare_lines(old: list[str], new: list[str]) -> list[str]:
    """A line diff by the longest common subsequence."""
    lengths = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        row, below = lengths[i], lengths[i + 1]
        for j in range(len(new) - 1, -1, -1):
            if old[i] == new[j]:
                row[j] = below[j + 1] + 1
            else:
                row[j] = max(below[j], row[j + 1])
    result = []
    i = j = 0
    while i < len(old) and j < len(new):
        if old[i] == new[j]:
            result.append(f"  {old[i]}")
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            result.append(f"- {old[i]}")
            i += 1
        else:
            result.append(f"+ {new[j]}")
            j += 1
    result += [f"- {line}" for line in old[i:]]
    result += [f"+ {line}" for line in new[j:]]
    return result


def build_site() -> str:
    dice = Dice(20240229)
    vocabulary = make_vocabulary(dice, 700)
    names = [f"{dice.choice(vocabulary)}-{dice.choice(vocabulary)}" for _ in range(NOTES)]
    author = Author(dice, vocabulary, names)
    texts = {name: author.note(name) for name in names}
    notes = {name: parse_note(name, text) for name, text in texts.items()}
    pages = [render(note) for note in notes.values()]
    plain = [render_plain(note) for note in notes.values()]
    backlinks, broken = check_links(notes)
    changes = Counter()
    for text in texts.values():
        for line in compare_lines(text.splitlines(), author.revise(text).splitlines()):
            changes[line[0]] += 1
    digest = hashlib.sha256()
    for part in (pages, plain, sorted(backlinks.items()), broken, sorted(changes.items())):
        digest.update(repr(part).encode())
    digest.update(repr(rank(notes.values(), 8)).encode())
    return digest.hexdigest()[:16]


def main() -> None:
    checksum = build_site()
    if checksum != CHECKSUM:
        raise SystemExit(f"checksum {checksum} instead of {CHECKSUM}")


if __name__ == "__main__":
    pyperf.Runner().bench_func("text_site", main)
