"""Every extension module of the standard library finds the symbols it needs of libpython."""
# /// compare
# options = ["--collect-all=stdlib", "--hidden-import=_testinternalcapi"]
# ///
import importlib
import importlib.machinery
import importlib.util
import sys

COMPILED = (importlib.machinery.ExtensionFileLoader, importlib.machinery.BuiltinImporter)


def is_compiled(name):
    spec = importlib.util.find_spec(name)
    return spec is not None and (spec.loader in COMPILED or isinstance(spec.loader, COMPILED))


for name in sorted(sys.stdlib_module_names | {"_testinternalcapi"}):
    if is_compiled(name):
        try:
            print(name, importlib.import_module(name).__name__)
        except ImportError as error:
            print(name, type(error).__name__, error.name)

# Some modules warn when they are imported: it is the importing line that is shown.
if sys.version_info < (3, 13):
    for name in ("audioop", "nis"):
        sys.modules.pop(name)
    import audioop, nis

    def imports():
        sys.modules.pop("audioop")
        import audioop

    imports()
