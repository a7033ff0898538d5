"""Text and bytes: methods, f-strings, formatting, encodings, unicode tables."""
import string
import textwrap
import unicodedata

name, value = "x", 3.5
print(f"{name!r:>5} {value:{'8'}.{2}f} {value=} {{braces}} {name.upper() + 'y'!s} {'nested ' + f'{name}'}")
print("%s %r %5.1f %-5d| %(x)s" % () if False else "%s %r %5.1f %-5d|" % ("a", "b", 2.345, 7))
print("{0} {1[k]} {2.real:>4} {name!a}".format("a", {"k": 1}, 3, name="é"))
print("straße".upper(), "ǅ".title(), "İ".lower().encode(), "ß".casefold(), "ﬁ".upper())
print("a,b,,c".split(","), " a  b ".split(), "a\nb\r\nc\x85d".splitlines(), "abcabc".rpartition("b"), "x".center(5, "*"))
print("tést".encode("latin-1"), "日本".encode("shift_jis"), "日本".encode("utf-16-le"), b"\xff\xfe".decode("latin-1"))
print("é".encode("ascii", "xmlcharrefreplace"), "é".encode("ascii", "namereplace"), b"a\xffb".decode("utf-8", "surrogateescape").encode("utf-8", "surrogateescape"))
print(ascii("日本"), repr("\x00\x7f\u200b\U0001f388"), "\N{SNOWMAN}", len("🎈"), "e\u0301" == "é")
print(unicodedata.normalize("NFC", "e\u0301") == "é", unicodedata.name("€"), unicodedata.category("A"), unicodedata.unidata_version)
print("abc".translate(str.maketrans("ab", "xy", "c")), "abc"[::-1], "a" * 3, "bc" in "abcd", "ab" < "b")
print("1½²".isnumeric(), "²".isdigit(), "١".isdecimal(), "_x1".isidentifier(), "\u2028".isspace())
print(b"abc".hex("-"), bytes.fromhex("00 ff"), bytearray(b"xyz")[1:], memoryview(b"abcd")[::2].tolist(), b"%d %s" % (3, b"x"))
print(textwrap.fill("the quick brown fox jumps over the lazy dog", 20), textwrap.dedent("  a\n    b"))
print(string.Template("$a ${b}c $$").substitute(a=1, b=2), "tab\tstop".expandtabs(4), "Hello".swapcase())
print("prefix-body".removeprefix("prefix-"), "%c%%" % 65, "zfill".zfill(8), "-5".zfill(4), "a-b_c".replace("-", "+", 1))
for encoding in ("idna", "punycode", "utf-7", "cp1252", "koi8-r", "gb18030", "big5", "euc_kr", "hz", "rot13", "utf-8-sig"):
    text = "ж" if encoding == "koi8-r" else "中" if encoding in ("gb18030", "big5", "hz") else "가" if encoding == "euc_kr" else "abc"
    import codecs

    print(encoding, codecs.encode(text, encoding))
for broken in (lambda: b"\xff".decode(), lambda: "é".encode("ascii"), lambda: "x".encode("nonsense"), lambda: "{}".format()):
    try:
        broken()
    except (UnicodeError, LookupError) as problem:
        print(type(problem).__name__, problem)


# ---- single items: by constants, computed numbers, numbers of other kinds ----

class Shout(str):
    def __getitem__(self, key):
        return super().__getitem__(key).upper()


class Index:
    def __index__(self):
        return 1


def items(text):
    found = []
    for position in range(-len(text), len(text)):
        found.append(text[position])
        if position + 1 < len(text):
            found.append(text[position + 1])
    for position in (len(text), -len(text) - 1, 1 << 70, True, Index(), None, "x", 1.0):
        try:
            found.append(text[position])
        except (IndexError, TypeError) as problem:
            found.append(f"{type(problem).__name__}: {problem}")
    for position in range(3):
        try:
            found.append(text[position * 40 + 1])
        except IndexError as problem:
            found.append(str(problem))
    return found


def equal(texts):
    return [(left == right, left != right) for left in texts for right in texts]


for text in ("abc", "", "a\x7f\x80\xff\u0100", "日本x", "🎈b", Shout("abé"), b"a\x00\xff", b"", bytearray(b"xy"), (1, "t"), ()):
    print(items(text))
first, second = "ab", "xb"
print(first[1] is second[1], ("aé" + first)[1] == "é", ("a日" + first)[1] == "日")
print(equal(["", "a", "b", "ab", "a" * 2, "é", "日", "日a", "a日", "🎈", Shout("a")]))
