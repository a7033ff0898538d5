"""re: groups, flags, substitution, errors, caching, pickling of patterns."""
import fnmatch
import pickle
import re

pattern = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)(?:-(?P<day>\d\d))?", re.ASCII)
print(pattern.search("on 2024-05-06").groupdict(), pattern.fullmatch("2024-05").group("day"), pattern)
print(re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"), re.subn("a", lambda m: str(m.start()), "banana"))
print(re.split(r"([,;])\s*", "a, b;c"), re.findall(r"(?<=x)\d(?!\d)", "x1 x22 y3"), re.escape("a.b*c"))
print(re.match(r"(?i)straße", "STRAßE"), re.search(r"\bé\w*", "a été"), re.sub(r"(?m)^", "> ", "a\nb"))
print([m.span() for m in re.finditer(r"(a)|(b)", "cab")], re.compile("x", re.VERBOSE | re.DOTALL).flags)
print(re.match(r"(?>a+)b|a++c", "aac"), pickle.loads(pickle.dumps(pattern)) == pattern)
for broken in ("(", "*a", "(?P<1>x)", "[z-a]", "(?<=a+)b", "\\"):
    try:
        re.compile(broken)
    except re.error as problem:
        print(problem, problem.pos)
print(fnmatch.filter(["a.py", "b.txt"], "*.py"), fnmatch.translate("*.[ch]"))
