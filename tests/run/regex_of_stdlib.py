"""Patterns that modules of the standard library compile are what re's own compiler makes of them."""
import re
import sys
import traceback
import warnings
from re import _compiler, _parser

import _sre
import argparse, base64, configparser, dataclasses, decimal, difflib, doctest, email.header, email.message
import email.policy, email.utils, encodings.idna, fnmatch, fractions, ftplib, gettext, glob, html, html.parser
import http.client, http.cookiejar, http.cookies, imaplib, importlib.metadata, inspect, ipaddress, json
import locale, logging.config, pickletools, platform, plistlib, pprint, pydoc, shlex, smtplib, string
import sysconfig, tarfile, textwrap, tokenize, tomllib, urllib.parse, urllib.request, xml.etree.ElementTree
import zoneinfo, _strptime


def stock(text, flags):
    """re._compiler.compile, step by step."""
    parsed = _parser.parse(text, flags)
    names = [None] * parsed.state.groups
    for name, number in parsed.state.groupdict.items():
        names[number] = name
    return _sre.compile(
        text, flags | parsed.state.flags, _compiler._code(parsed, flags), parsed.state.groups - 1,
        parsed.state.groupdict, tuple(names),
    )


def same(pattern):
    other = stock(pattern.pattern, pattern.flags)
    return other == pattern and other.groupindex == pattern.groupindex and other.groups == pattern.groups


different, count = [], 0
for name, module in sorted(sys.modules.items()):
    for owner in [module, *(value for value in vars(module).values() if isinstance(value, type))]:
        for key, value in list(vars(owner).items()):
            if isinstance(value, re.Pattern):
                count += 1
                if not same(value):
                    different.append((name, key))
print(count > 90, different)

template = string.Template("$name and ${other_name} for $$5")
print(template.substitute(name=1, other_name=2), template.get_identifiers(), string.Template.pattern.flags)
print(textwrap.fill("some words that-are-hyphenated and others " * 3, 30))
print(shlex.quote("a b"), html.unescape("&lt;&eacute;&#65;"), fnmatch.filter(["a.py", "b.c"], "*.py"))
print(list(map(str, decimal.Decimal("-1.50e3").as_tuple())), fractions.Fraction(" 3/-4 ".replace("-", "")))
print(json.loads('{"a": [1.5e3, "\\u00e9 x"]}'), tomllib.loads('a = 1979-05-27T07:32:00Z\nb = 0x1F'))
print(argparse.ArgumentParser("p").parse_known_args(["-1"]))
print(email.header.decode_header("=?utf-8?q?caf=C3=A9?= plain"), email.utils.parseaddr('"A B" <a@b.example>'))

# The same text as a module's own pattern, and others, from here.
own = re.compile(string.Template.pattern.pattern, string.Template.pattern.flags)
print(own == string.Template.pattern, own is string.Template.pattern, re.compile(own) is own)
print(_compiler.compile("(?P<a>x)(y)?", re.I).groupindex, _compiler.compile(p="a.c", flags=0).flags)
print(re.compile(rb"\s+", re.ASCII).pattern, re.compile(r"\s+", re.ASCII).flags, re.compile(r"\s+", re.L | re.A if 0 else 0))
re.compile(r"\s+(a|b)", re.DEBUG)
for wrong in (lambda: re.compile("(unclosed"), lambda: _compiler.compile(b"[z-a]"), lambda: re.compile("a", "flags")):
    try:
        wrong()
    except Exception as error:
        lines = traceback.format_exception(error)
        print(len(lines), type(error).__name__, error, "re" in lines[-2])
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    re.compile("[[a-z]--[b]]")
    print([str(w.message)[:40] for w in caught])

calls = []


def tracer(frame, event, argument):
    if frame.f_globals.get("__name__") == "re._compiler":
        calls.append(frame.f_code.co_name)


re.purge()
sys.settrace(tracer)
type("Other", (string.Template,), {})
sys.settrace(None)
print("compile" in calls, "_code" in calls)
