"""Talks to tests/unit/front_tool.c, the front end behind a pipe."""

import json
import os
import subprocess
import sys
import tempfile


class FrontError(Exception):
    """The front end refused; .place holds line, column, end_column, source."""

    def __init__(self, answer):
        super().__init__(answer["message"])
        self.message = answer["message"]
        self.line = answer["line"]
        self.column = answer["column"]
        self.end_column = answer["end_column"]
        self.source = answer["source"]


class Front:
    def __init__(self, tool, stdlib):
        self.process = subprocess.Popen([tool, stdlib], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self):
        self.process.stdin.close()
        return self.process.wait()

    def ask(self, request, path, name="x.py", optimize=0):
        line = f"{request} {optimize} {name}\t{path}\n"
        self.process.stdin.write(os.fsencode(line))
        self.process.stdin.flush()
        head = self.process.stdout.readline().split()
        if not head:
            raise RuntimeError(f"front_tool died at {path} (exit {self.process.wait()})")
        data = self.process.stdout.read(int(head[1]))
        if head[0] == b"error":
            raise FrontError(json.loads(data))
        return data

    def ask_text(self, request, text, **options):
        data = text if isinstance(text, bytes) else text.encode()
        with tempfile.NamedTemporaryFile(suffix=".py") as file:
            file.write(data)
            file.flush()
            return self.ask(request, file.name, **options)

    def facts(self, text):
        return json.loads(self.ask_text("facts", text))

    def compile(self, text, **options):
        return self.ask_text("compile", text, **options)


def same_constant(a, b):
    """Equality that tells 1 from True, 0.0 from -0.0, and looks into containers."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(same_constant, a, b))
    if isinstance(a, frozenset):
        return sorted(map(repr, a)) == sorted(map(repr, b))
    if isinstance(a, type(same_constant.__code__)):
        return code_difference(a, b) is None
    return repr(a) == repr(b)


def code_difference(a, b):
    """The name of the first field in which two code objects differ, None if they are equal."""
    for field in sorted(set(dir(a)) | set(dir(b))):
        if not field.startswith("co_") or field in ("co_lnotab", "co_consts"):
            continue
        x, y = getattr(a, field), getattr(b, field)
        if callable(x):
            x, y = list(x()), list(y())
        if type(x) is not type(y) or x != y:
            return f"{a.co_qualname}.{field}"
    if len(a.co_consts) != len(b.co_consts):
        return f"{a.co_qualname}.co_consts"
    for x, y in zip(a.co_consts, b.co_consts):
        if isinstance(x, type(a)) and isinstance(y, type(a)):
            inner = code_difference(x, y)
            if inner is not None:
                return inner
        elif not same_constant(x, y):
            return f"{a.co_qualname}.co_consts {x!r} {y!r}"
    return None


def compare_tree(tool, stdlib, roots, optimize):
    """Compiles every file below the roots both ways. Must run in the same Python version as the tool,
    with PYTHONHASHSEED=0. Prints the differences; returns their number."""
    import marshal
    import warnings

    warnings.simplefilter("ignore")
    front = Front(tool, stdlib)
    compared = refused = different = ours = theirs = 0
    for root in roots:
        for directory, directories, files in os.walk(root):
            directories.sort()
            for file in sorted(files):
                path = os.path.join(directory, file)
                if not file.endswith(".py") or "\n" in path or "\t" in path:
                    continue
                name = os.path.relpath(path, root)
                try:
                    with open(path, "rb") as stream:
                        expected = compile(stream.read(), name, "exec", dont_inherit=True,
                                           optimize=optimize)
                except (SyntaxError, ValueError, RecursionError, MemoryError):
                    expected = None
                try:
                    data = front.ask("compile", path, name=name, optimize=optimize)
                except FrontError as error:
                    refused += 1
                    if expected is not None:
                        different += 1
                        print(f"{path}: refused: {error.message}")
                    continue
                if expected is None:
                    different += 1
                    print(f"{path}: CPython refuses, we do not")
                    continue
                compared += 1
                ours += len(data)
                theirs += len(marshal.dumps(expected))
                difference = code_difference(marshal.loads(data), expected)
                if difference is not None:
                    different += 1
                    print(f"{path}: {difference}")
                if front.ask("compile", path, name=name, optimize=optimize) != data:
                    different += 1
                    print(f"{path}: two compilations, two results")
    front.close()
    print(f"compared {compared} refused {refused} different {different} bytes {ours} marshal {theirs}")
    return different


if __name__ == "__main__":
    sys.exit(1 if compare_tree(sys.argv[1], sys.argv[2], sys.argv[4:], int(sys.argv[3])) else 0)
