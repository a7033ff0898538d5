"""Generates package trees: which modules there are, who imports whom and how.

A generated program is known by construction: `Tree.reached` is the set of modules that a run of it
imports, found by following the edges that were generated, not by reading the sources. Every module
prints its own name when it is imported, so CPython can confirm that set.
"""
from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

STDLIB = ["json", "wave", "colorsys", "email.mime.text", "xml.dom.minidom", "sched", "concurrent.futures"]
NAMES = ["alpha", "beta", "gamma", "delta", "größe", "json_", "test", "main2", "types_", "_private", "x1"]
FORMS = [
    "import {full}",
    "import {full} as renamed",
    "from {full} import NAME as other",
    "from {parent} import {leaf}",
    "from .{relative} import NAME as near",
    "def lazily():\n    import {full}\nlazily()",
    "try:\n    import {full}\nexcept ImportError:\n    raise",
    "class Body:\n    import {full}",
    "if len(__name__) > 0:\n    from {full} import *",
    "import importlib\nimportlib.import_module({full!r})",
    "from importlib import import_module\nimport_module('.{relative}', __package__)",
    "__import__({full!r})",
    "with open('/dev/null'):\n    import {full}",
    "[__import__({full!r}) for _ in range(1)]",
    "async def later():\n    import {full}\ntry:\n    later().send(None)\nexcept StopIteration:\n    pass",
]


@dataclass
class Tree:
    """modules: dotted name → is it a package; edges: importer → [(form, imported)]."""

    modules: dict[str, bool]
    namespaces: set[str]
    edges: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    stdlib: dict[str, list[str]] = field(default_factory=dict)

    @property
    def reached(self) -> set[str]:
        """Own modules that are imported when the program runs, parents included."""
        seen: set[str] = set()
        todo = ["main"]
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            parts = name.split(".")
            todo += [".".join(parts[:length]) for length in range(1, len(parts))]
            todo += [imported for _, imported in self.edges.get(name, [])]
        return {name for name in seen if name != "main" and name not in self.namespaces}

    @property
    def unreached(self) -> set[str]:
        return set(self.modules) - self.reached

    def files(self) -> dict[str, str]:
        files = {"main.py": self._source("main")}
        for name, is_package in self.modules.items():
            path = name.replace(".", "/")
            files[f"{path}/__init__.py" if is_package else f"{path}.py"] = self._source(name)
        return files

    def _source(self, name: str) -> str:
        lines = [f"print('imported', {name!r})", f"NAME = {name!r}"]
        lines += [f"import {module}" for module in self.stdlib.get(name, [])]
        lines += [self._statement(name, form, imported) for form, imported in self.edges.get(name, [])]
        return "\n".join(lines) + "\n"

    def _statement(self, importer: str, form: str, imported: str) -> str:
        parent, _, leaf = imported.rpartition(".")
        package = importer if self.modules.get(importer) else importer.rpartition(".")[0]
        inside = package and imported.startswith(package + ".")
        if not parent and "{parent}" in form or not inside and "{relative}" in form:
            form = FORMS[0]
        if imported in self.namespaces and "NAME" in form:
            form = FORMS[0]
        return form.format(full=imported, parent=parent, leaf=leaf, relative=imported[len(package) + 1 :])


@st.composite
def trees(draw) -> Tree:
    """A tree of up to 14 modules, three levels deep, with acyclic imports of every form."""
    modules: dict[str, bool] = {}
    namespaces: set[str] = set()
    parents = [""]
    for _ in range(draw(st.integers(1, 14))):
        parent = draw(st.sampled_from(parents))
        name = draw(st.sampled_from(NAMES))
        full = f"{parent}.{name}" if parent else name
        if full in modules or full in namespaces:
            continue
        kind = draw(st.sampled_from(["module", "module", "package", "namespace"]))
        if full == "test" and kind == "namespace":
            kind = "package"  # a namespace would lose to the standard library's package
        if kind == "namespace":
            namespaces.add(full)
        else:
            modules[full] = kind == "package"
        if kind != "module" and full.count(".") < 2:
            parents.append(full)
    # A namespace without anything in it is not even a directory.
    namespaces = {name for name in namespaces if any(each.startswith(name + ".") for each in modules)}
    tree = Tree(modules, namespaces)
    # Later modules import earlier ones: no cycles, so every generated import succeeds.
    order = ["main", *reversed(sorted(modules))]
    for index, importer in enumerate(order):
        later = [name for name in order[index + 1 :] if not importer.startswith(name + ".")]
        if later:
            wanted = draw(st.lists(st.tuples(st.sampled_from(FORMS), st.sampled_from(later)), max_size=3))
            tree.edges[importer] = wanted
        tree.stdlib[importer] = draw(st.lists(st.sampled_from(STDLIB), max_size=1))
    return tree
