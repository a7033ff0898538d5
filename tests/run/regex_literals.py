"""Regular expressions written as literals, in all the ways in which sources write them."""
import re
import re as _re

PATTERNS = [
    re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)"),
    re.compile("a\tb|\\n", re.I),
    re.compile(  # a comment with a ) in it
        r"""
        (?P<word> \w+ )   # the ")" here is text
        \s* ( \) | \( )
        """,
        re.VERBOSE | re.MULTILINE,
    ),
    re.compile("one" "two" r"\d" '"', flags=re.DOTALL),
    re.compile(b"\x00[\xff-\xff]+\\d", re.A),
    re.compile("straße|é|\N{SNOWMAN}|\ud800", re.IGNORECASE + re.UNICODE),
    re.compile((r"(\()" + "x"), 0),
    re . compile ("spaces"), _re.compile("other name", _re.X),
    re.compile(f"{1}x"), re.compile(")".join(["(a", ""])),
    re.compile("x" if PATH else "y") if (PATH := "") else re.compile("z"),
]
for pattern in PATTERNS:
    print(ascii(pattern), pattern.flags, pattern.groups, dict(pattern.groupindex))
print(re.match("a(b)?", "ab").span(1), re.search(pattern="c", string="abc").start(), re.split(r",\s*", "a, b,c", 1))
print(re.sub(r"(\w)(\w)", r"\2\1", "abcd", count=1), re.sub("A", "x", "aaa", 0, re.I), re.findall("a|b", "cab", flags=0))
print(re.compile("same") is re.compile("same"), re.compile("same") is re.compile("same", re.I))
for broken in [lambda: re.compile("(unclosed"), lambda: re.compile("a**"), lambda: re.compile("(?P<a>.)(?P<a>.)"),
               lambda: re.compile(b"x", re.UNICODE), lambda: re.compile("x", re.L), lambda: re.compile("x", 1 << 40)]:
    try:
        print(broken())
    except Exception as error:
        print(type(error).__name__, error)


class Text(str):
    pass


print(re.compile(Text("straße|é")).pattern.__class__.__name__, re.fullmatch("(?i:é)x", "Éx"))
print("a string that says re.compile('(') is text", 're.match("[")')
