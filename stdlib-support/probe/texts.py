"""Which texts modules compile while they are imported: those of dataclasses, named tuples, attrs and the like.

Executed by trace.py and by scripts/kept_texts.py, which call watch(write). `write` then gets a line for each text:
"text" and a JSON object with the module whose import it was, the file name that the code gets, the text, and
whether it is an expression. An executable has these texts compiled (runtime/rt_texts.c). Imports nothing but sys,
because trace.py tells what others import.

Left out is what the build could not compile in the same way (a caller's __future__ statements, warnings), and what
would make two builds differ (addresses of objects).
"""
import sys

LONGEST = 100_000  # bytes
FUTURES = 0x1FE0000  # flags of code objects that stand for __future__ statements
NO_ADDRESS = frozenset("0123456789abcdefABCDEF")


def quoted(text):
    """As a JSON string, in ASCII."""
    parts = []
    for character in text:
        number = ord(character)
        if number > 0xFFFF:
            number -= 0x10000
            parts.append(f"\\u{0xD800 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}")
        else:
            plain = " " <= character <= "~" and character not in '"\\'
            parts.append(character if plain else f"\\u{number:04x}")
    return '"' + "".join(parts) + '"'


def has_address(text):
    """`<object at 0x7f0123456789>`"""
    at = text.find("0x")
    while at >= 0:
        if len(text) - at >= 8 and NO_ADDRESS.issuperset(text[at + 2 : at + 8]):
            return True
        at = text.find("0x", at + 2)
    return False


def importing_module(frame):
    """The module whose body runs."""
    while frame is not None:
        if frame.f_code.co_name == "<module>":
            name = frame.f_globals.get("__name__")
            return name if type(name) is str else None
        frame = frame.f_back
    return None


def is_expression(text, file):
    """None when it cannot be compiled at all, or warns."""
    warnings = sys.modules.get("warnings")
    for mode in "eval", "exec":
        try:
            if warnings is None:
                compile(text, file, mode, 0, True)
            else:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    compile(text, file, mode, 0, True)
        except Exception:
            continue
        return mode == "eval"
    return None


def watch(write):
    seen = set()
    busy = False

    def note(event, arguments):
        nonlocal busy
        if event != "compile" or busy:
            return
        source, file = arguments
        if type(source) is not bytes or type(file) is not str or file[:1] != "<" or file == "<unknown>":
            return
        caller = sys._getframe(1)
        module = importing_module(caller)
        if module is None or len(source) > LONGEST or caller.f_code.co_flags & FUTURES:
            return
        if (module, source, file) in seen:
            return
        seen.add((module, source, file))
        busy = True
        try:
            text = source.decode()
            expression = None if has_address(text + file) else is_expression(text, file)
        except UnicodeDecodeError:
            expression = None
        finally:
            busy = False
        if expression is not None:
            write(
                f'text {{"module": {quoted(module)}, "file": {quoted(file)}, "text": {quoted(text)}, '
                f'"expression": {"true" if expression else "false"}}}\n'
            )

    sys.addaudithook(note)
