"""Equality of strings of all kinds, and what is in sets, lists and tuples of them; items of strings; `x += 1` on every
kind of value."""


class Str(str):
    def __eq__(self, other):
        return "asked", str(other)

    __hash__ = str.__hash__


def words():
    texts = ["", "a", "b", "ab", "abc", "abd", "\0", "a\0", "a\0b", "a\0c", "\x7f", "\x80", "é", "éa", "ß", "ż", "ża", "aż",
             "漢", "漢字", "字", "😀", "a😀", "x" * 1000, "x" * 999 + "y", "\ud800"]
    return texts + ["".join(text) for text in map(list, texts)]


def equal(left, right):
    if left == right:
        same = 1
    else:
        same = 0
    if left != right:
        same += 2
    return same, left == right, left != right


def matrix():
    total = []
    for left in words():
        row = 0
        for right in words():
            row = row * 3 % 1000003 + equal(left, right)[0]
        total.append(row)
    return total


def membership(item, *containers):
    seen = []
    for container in containers:
        try:
            seen.append(item in container)
        except TypeError as error:
            seen.append(str(error))
    return seen


def scan(text, stops):
    pos = 0
    seen = []
    while True:
        try:
            char = text[pos]
        except IndexError:
            return seen, pos
        if char == "\\":
            seen.append(text[pos + 1])
            pos += 2
            continue
        if char in stops:
            seen.append(pos)
        pos += 1


def items(text):
    seen = []
    for key in 0, -1, 2, True, 100, -100, slice(1, 3), 10 ** 20, "x", None:
        try:
            seen.append(text[key])
        except (IndexError, TypeError) as error:
            seen.append(str(error))
    return seen


def counted(value, step):
    for _ in 1, 2, 3:
        try:
            value += step
        except TypeError as error:
            return str(error)
    return value


for _ in range(3):
    print(matrix())
    print(equal(Str("a"), "a"), equal("a", Str("a")), equal("a", 1), equal("a", b"a"))
    for item in "a", "é", "", "ab", 1, Str("a"), [], None, 1.5:
        print(membership(item, {"a", "é", 1}, frozenset(["ab", None]), ["a", 1], ("", 1.5), [Str("b")], set(), "abc", {"a": 1}))
    print(scan("plain \\n text, é\\\\ 漢;", frozenset(",;")), scan("", set()), scan("ascii,\\", ",;") if _ > 5 else None)
    print(items("abcé"), items(""))
    for value in 0, 250, 255, -6, 2 ** 30 - 2, 2 ** 60, 1.5, "text", [1], (1,), True:
        print(counted(value, 1), counted(value, -2), counted(value, 0.5), counted(value, "s"), counted(value, [2]))
