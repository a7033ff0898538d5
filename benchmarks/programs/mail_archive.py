"""Text processing: the archive of a mailing list is parsed, threaded, indexed and searched.

The messages are generated, the same ones every time: headers, quoted text, signatures, patches and
encoded words. They are split and decoded, sorted into threads, their words go through a small
stemmer into an index, queries with operators are parsed and answered in order of rank, and a digest
in columns is set. What comes out is reduced to a checksum.
"""
from __future__ import annotations

import hashlib
import math
import re
import textwrap
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import pyperf

MESSAGES = 320
CHECKSUM = "f95d289b0f740bd7"
SYLLABLES = "ka lo mi ru ten dar vo shi pel an or bex qui na sto fu rim gel".split()
ENDINGS = ("", "", "", "s", "ing", "ed", "ly", "ation", "er")
STOP_WORDS = frozenset("the of and to in is that it for was on are as with at by".split())
QUERIES = """
kalo mitten
"pelan orbex" OR rutena
from:anna AND kami
subject:karu NOT shivo
(lomi OR daran) AND gelstoing
from:otto subject:re
lines>12 AND vobex
lines<6 OR (from:ida AND NOT fukas)
""".strip().splitlines()


class Dice:
    """A small generator of numbers, so that the texts are the same with every version."""

    def __init__(self, seed: int):
        self.state = seed

    def below(self, limit: int) -> int:
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & (2**64 - 1)
        return (self.state >> 33) % limit

    def pick(self, choices):
        return choices[self.below(len(choices))]


# ---- the archive ----


def make_words(dice: Dice, count: int) -> list[str]:
    words = []
    for _ in range(count):
        stem = "".join(dice.pick(SYLLABLES) for _ in range(2 + dice.below(2)))
        words.append(stem + dice.pick(ENDINGS))
    return words


def make_paragraph(dice: Dice, words: list[str]) -> str:
    common = sorted(STOP_WORDS)
    sentences = []
    for _ in range(1 + dice.below(4)):
        sentence = [dice.pick(common if dice.below(3) == 0 else words) for _ in range(4 + dice.below(12))]
        sentences.append(" ".join(sentence).capitalize() + dice.pick(".!?"))
    return textwrap.fill(" ".join(sentences), 66)


def make_patch(dice: Dice, words: list[str]) -> str:
    lines = [f"--- a/{dice.pick(words)}.txt", f"+++ b/{dice.pick(words)}.txt"]
    for _ in range(3 + dice.below(8)):
        lines.append(dice.pick("+- ") + " ".join(dice.pick(words) for _ in range(4)))
    return "\n".join(lines)


def make_archive(dice: Dice) -> str:
    words, people = make_words(dice, 600), ["Anna", "Otto", "Ida", "Karl", "Jörg", "Zoë"]
    known: list[tuple[str, str, str]] = []
    parts = []
    for number in range(MESSAGES):
        person, body = dice.pick(people), []
        identity = f"<{number:04d}.{dice.below(10**6)}@{person[0].lower()}.example>"
        if known and dice.below(4):
            parent, subject, quoted = known[-1 - dice.below(min(len(known), 12))]
            subject = subject if subject.startswith("Re: ") else "Re: " + subject
            reference = f"In-Reply-To: {parent}\n"
            body.append("\n".join("> " + line for line in quoted.splitlines()[:6]))
        else:
            subject, reference = " ".join(dice.pick(words) for _ in range(3)), ""
        body += [make_paragraph(dice, words) for _ in range(1 + dice.below(3))]
        if dice.below(5) == 0:
            body.append(make_patch(dice, words))
        if dice.below(2):
            body.append(f"-- \n{person}, {dice.pick(words)} {dice.pick(words)}")
        text = "\n\n".join(body)
        name = person if person.isascii() else "=?utf-8?q?" + encode_word(person) + "?="
        date = f"{1 + number * 28 // MESSAGES:02d} Mar 2024 {number % 24:02d}:{number * 7 % 60:02d}"
        parts.append(f"From {name}\nMessage-ID: {identity}\n{reference}From: {name} <{person[0].lower()}@example.org>\n"
                     f"Date: {date}\nSubject: {fold(subject)}\nX-Lines: {text.count(chr(10)) + 1}\n\n{text}\n")
        known.append((identity, subject, text))
    return "\n".join(parts)


def encode_word(text: str) -> str:
    return "".join(chr(byte) if 33 <= byte < 127 and byte not in b"=?_" else f"={byte:02X}" for byte in text.encode())


def fold(text: str) -> str:
    return "\n ".join(textwrap.wrap(text, 24)) or text


# ---- parsing ----

ENCODED = re.compile(r"=\?([\w-]+)\?q\?([^?]*)\?=", re.I)
WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass
class Message:
    headers: dict[str, str]
    body: list[str]
    number: int
    children: list[Message] = field(default_factory=list)

    @property
    def sender(self) -> str:
        return self.headers["from"].partition("<")[0].strip()

    @property
    def subject(self) -> str:
        return self.headers.get("subject", "")

    def own_lines(self):
        """Without quotes, signature and patches."""
        in_patch = False
        for line in self.body:
            if line == "-- ":
                return
            if line.startswith(("--- a/", "+++ b/")):
                in_patch = True
            elif in_patch and not line:
                in_patch = False
            if not in_patch and not line.startswith(">"):
                yield line


def decode_word(match: re.Match) -> str:
    charset, text = match.groups()
    out = bytearray()
    at = 0
    while at < len(text):
        if text[at] == "=":
            out.append(int(text[at + 1 : at + 3], 16))
            at += 3
        else:
            out.append(ord(text[at]) if text[at] != "_" else 32)
            at += 1
    return out.decode(charset)


def parse_archive(text: str) -> list[Message]:
    messages, headers, body, last, in_headers = [], {}, [], None, False
    for line in text.split("\n"):
        if line.startswith("From ") and not in_headers:
            if headers:
                messages.append(Message(headers, strip_blank(body), len(messages)))
            headers, body, last, in_headers = {}, [], None, True
        elif not in_headers:
            body.append(line)
        elif not line:
            in_headers = False
        elif line[0] in " \t" and last is not None:
            headers[last] += " " + line.strip()
        else:
            name, _, value = line.partition(":")
            last = name.lower()
            headers[last] = ENCODED.sub(decode_word, value.strip())
    messages.append(Message(headers, strip_blank(body), len(messages)))
    return messages


def strip_blank(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]


def thread(messages: list[Message]) -> list[Message]:
    by_identity = {message.headers["message-id"]: message for message in messages}
    roots = []
    for message in messages:
        parent = by_identity.get(message.headers.get("in-reply-to", ""))
        (parent.children if parent is not None else roots).append(message)
    return roots


def outline(messages: list[Message], depth: int = 0):
    for message in sorted(messages, key=lambda each: (each.headers["date"], each.number)):
        mark = "  " * min(depth, 6) + ("`- " if depth else "")
        yield f"{message.number:4} {mark}{message.subject[:40]:<40} {message.sender:>6} {len(message.body):3}"
        yield from outline(message.children, depth + 1)


# ---- the index ----


def stem(word: str) -> str:
    word = word.lower()
    for ending in ("ation", "ing", "ed", "ly", "er", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


class Index:
    def __init__(self, messages: list[Message]):
        self.messages = messages
        self.places: dict[str, dict[int, list[int]]] = defaultdict(dict)
        self.lengths: list[int] = []
        self.stems: dict[str, str] = {}
        for message in messages:
            words = [word for line in message.own_lines() for word in self.words_of(line)]
            for place, word in enumerate(words):
                self.places[word].setdefault(message.number, []).append(place)
            self.lengths.append(len(words))
        self.average = sum(self.lengths) / len(self.lengths)

    def words_of(self, text: str):
        for found in WORD.findall(text):
            word = self.stems.get(found)
            if word is None:
                word = self.stems[found] = stem(found)
            if word not in STOP_WORDS:
                yield word

    def score(self, word: str, number: int) -> float:
        found = self.places.get(word, {})
        count = len(found.get(number, ()))
        if not count:
            return 0.0
        rarity = math.log(1 + (len(self.messages) - len(found) + 0.5) / (len(found) + 0.5))
        return rarity * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * self.lengths[number] / self.average))

    def phrase(self, words: list[str]) -> set[int]:
        result = set()
        first = self.places.get(words[0], {})
        for number, places in first.items():
            others = [set(self.places.get(word, {}).get(number, ())) for word in words[1:]]
            if any(all(place + 1 + i in other for i, other in enumerate(others)) for place in places):
                result.add(number)
        return result


# ---- queries ----


class QueryError(Exception):
    pass


@dataclass(frozen=True)
class Token:
    kind: str
    text: str


TOKEN = re.compile(r'\s*(?:(?P<phrase>"[^"]*")|(?P<compare>lines[<>]\d+)|(?P<name>from|subject):(?P<value>\w+)'
                   r"|(?P<sign>[()])|(?P<word>\w+))")


def tokens_of(text: str) -> list[Token]:
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise QueryError(f"{text!r}: column {at + 1}")
        at = match.end()
        kind = match.lastgroup
        if kind == "value":
            found.append(Token(match["name"], match["value"]))
        elif kind == "word" and match["word"] in ("AND", "OR", "NOT"):
            found.append(Token(match["word"], ""))
        else:
            found.append(Token(kind, match[kind]))
    return found


class Query:
    """A set of numbers, by descent: or of ands of nots of terms."""

    def __init__(self, index: Index, text: str):
        self.index, self.tokens, self.at, self.words = index, tokens_of(text), 0, []
        self.everything = set(range(len(index.messages)))

    def peek(self) -> str:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else "end"

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def either(self) -> set[int]:
        found = self.both()
        while self.peek() == "OR":
            self.take()
            found |= self.both()
        return found

    def both(self) -> set[int]:
        found = self.negated()
        while self.peek() not in ("OR", "end") and not (self.peek() == "sign" and self.tokens[self.at].text == ")"):
            if self.peek() == "AND":
                self.take()
            found = found & self.negated()
        return found

    def negated(self) -> set[int]:
        if self.peek() == "NOT":
            self.take()
            return self.everything - self.negated()
        return set(self.term())

    def term(self):
        token = self.take()
        match token:
            case Token("sign", "("):
                found = self.either()
                if self.take() != Token("sign", ")"):
                    raise QueryError("a bracket is not closed")
                return found
            case Token("phrase", text):
                words = [stem(word) for word in WORD.findall(text)]
                self.words += words
                return self.index.phrase(words)
            case Token("compare", text):
                limit = int(text[6:])
                longer = text[5] == ">"
                return {m.number for m in self.index.messages if (len(m.body) > limit) == longer}
            case Token("from", name):
                return {m.number for m in self.index.messages if m.sender.lower() == name}
            case Token("subject", part):
                return {m.number for m in self.index.messages if part in m.subject.lower()}
            case Token("word", word):
                self.words.append(stem(word))
                return self.index.places.get(stem(word), ())
        raise QueryError(f"{token.text!r} is not expected")

    def answer(self) -> list[tuple[int, float]]:
        found = self.either()
        ranked = [(number, round(sum(self.index.score(word, number) for word in self.words), 6)) for number in found]
        return sorted(ranked, key=lambda pair: (-pair[1], pair[0]))


# ---- all of it ----


def digest_of(messages: list[Message]) -> str:
    senders = Counter(message.sender for message in messages)
    words = Counter()
    for message in messages:
        words.update(line.count(" ") + 1 for line in message.own_lines() if line)
    rows = [f"{name:<8}{count:>5}{count / len(messages):>8.1%}" for name, count in senders.most_common()]
    rows += [f"{length:>3} words{count:>6}" for length, count in sorted(words.items())]
    return "\n".join(rows)


def run_archive() -> str:
    messages = parse_archive(make_archive(Dice(19)))
    index = Index(messages)
    lines = [*outline(thread(messages)), digest_of(messages)]
    frequent = sorted(index.places, key=lambda word: (-len(index.places[word]), word))
    queries = QUERIES + [f"{a} {b} OR {c}" for a, b, c in zip(frequent, frequent[40:], frequent[80:140])]
    for query in queries:
        lines.append(f"{query}: {Query(index, query).answer()[:10]}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def main() -> None:
    checksum = run_archive()
    if checksum != CHECKSUM:
        raise SystemExit(f"checksum {checksum} instead of {CHECKSUM}")


if __name__ == "__main__":
    pyperf.Runner().bench_func("mail_archive", main)
