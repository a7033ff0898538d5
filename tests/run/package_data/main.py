"""Data files of the program: by __file__, pkgutil, importlib.resources, pathlib and os.walk."""
import glob
import importlib.resources as resources
import os
import pathlib
import pkgutil

import shop
import shop.templates
import shop.test_bench

here = pathlib.Path(__file__).parent
print(resources.read_text(shop.test_bench, "marks.txt"))
print((here / "extra" / "settings.ini").read_text())
print(sorted(str(path.relative_to(here)) for path in (here / "shop").rglob("*") if "__pycache__" not in path.parts))
print(pkgutil.get_data("shop", "catalog.json"), pkgutil.get_data("shop.templates", "page.html"))
files = resources.files(shop)
print(sorted(entry.name for entry in files.iterdir() if entry.name != "__pycache__"))
print((files / "catalog.json").read_text(), files.joinpath("templates/page.html").is_file())
print((files / "templates").is_dir(), (files / "missing").exists(), files.name)
with resources.as_file(files / "catalog.json") as path:
    print(path.name, path.read_bytes(), os.path.getsize(path))
with resources.open_binary("shop", "blob.bin") as file:
    print(file.read(), file.name if hasattr(file, "name") else None)
print(resources.is_resource("shop", "catalog.json"), resources.read_text("shop.templates", "page.html"))
print(sorted(name for name in resources.contents("shop") if name != "__pycache__"))
base = os.path.dirname(shop.__file__)
for folder, folders, names in sorted(os.walk(base)):
    if "__pycache__" not in folder:
        print(os.path.relpath(folder, base), sorted(names))
print([os.path.basename(path) for path in sorted(glob.glob(os.path.join(base, "**", "*.html"), recursive=True))])
with open(os.path.join(base, "..", "extra", "settings.ini")) as file:
    print(file.readline())
print(os.path.exists(os.path.join(base, "nothing")), os.stat(os.path.join(base, "blob.bin")).st_size)
for problem in ("nothing", "templates", "catalog.json/x"):
    try:
        open(os.path.join(base, problem))
    except OSError as error:
        print(type(error).__name__, error.errno, error.filename)
