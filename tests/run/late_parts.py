# /// compare
# options = ["--hidden-import=reprlib", "--hidden-import=optparse"]
# ///
"""What few programs use is stored compressed: codecs, their sources, unicodedata, rarely used modules."""
import encodings
import importlib
import inspect
import os
import pkgutil
import sys
import threading

TEXT = {"big5": "中文", "euc_jp": "日本語", "euc_kr": "한국어", "gb18030": "中文€", "shift_jis": "カナ",
        "iso2022_jp": "日本", "cp1250": "žluť", "koi8_r": "русский", "cp037": "abc", "hz": "中", "utf_7": "é",
        "idna": "bücher.example", "punycode": "bücher", "mac_roman": "©", "big5hkscs": "香港"}


def codec(name):
    encoded = TEXT[name].encode(name)
    return encoded, encoded.decode(name) == TEXT[name]


def every_codec():
    names = sorted(name for _, name, _ in pkgutil.iter_modules(encodings.__path__))
    loaded = []
    for name in names:
        try:
            loaded.append((name, importlib.import_module("encodings." + name).getregentry().name))
        except (ImportError, AttributeError) as error:
            loaded.append((name, type(error).__name__))
    return loaded


def in_threads():
    results = {}
    threads = [threading.Thread(target=lambda name=name: results.update({name: codec(name)})) for name in TEXT]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[name] for name in sorted(results)]


class Recursive:
    """Functions inside the functions of a module that is loaded late."""

    @importlib.import_module("repr" + "lib").recursive_repr("…")
    def __repr__(self):
        return f"<{self!r}>"


def late_parser():
    parser = importlib.import_module("opt" + "parse").OptionParser(prog="late", usage="%prog [-n N]")
    parser.add_option("-n", type="int", default=3, help="number [%default]")
    options, rest = parser.parse_args(["-n", "5", "rest"])
    return vars(options), rest, parser.format_help()


def in_child():
    child = os.fork()
    if child == 0:
        os._exit(0 if all(codec(name)[1] for name in TEXT) else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def late_module():
    module = importlib.import_module("unicode" + "data")
    print(module.name("☃"), module.normalize("NFKD", "ﬁÅ").encode(), module.unidata_version)
    print(module.__spec__.name, module.ucd_3_2_0.unidata_version, "unicodedata" in sys.modules)


print(ascii(eval(r"'\N{SNOWMAN}\N{LATIN SMALL LETTER A WITH DIAERESIS}'")))
try:
    eval(r"'\N{no such character}'")
except SyntaxError as error:
    print(error)
namespace = {}
exec("ﬁx = 1", namespace)
print("fix" in namespace)
late_module()
print(Recursive(), *late_parser(), sep="\n")
print(in_child())
print(in_threads())
print(every_codec())
for name in ("cp037", "idna", "big5", "mac_arabic"):
    print(name, hash(inspect.getsource(sys.modules["encodings." + name])) != 0,
          inspect.getsource(sys.modules["encodings." + name]).splitlines()[0])
