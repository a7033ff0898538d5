"""Jinja2 with templates as package data, through all three loaders."""
import pathlib
import sys

import jinja2

HERE = pathlib.Path(__file__).parent
packaged = jinja2.Environment(loader=jinja2.PackageLoader("site_maker"), autoescape=True, extensions=["jinja2.ext.do"])
packaged.filters["shout"] = lambda text: text.upper() + "!"
print(packaged.get_template("page.html").render(title="<Ärger>", items=["a", "b"]))
print(packaged.list_templates())
folder = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE / "templates"))
print(folder.get_template("parts/item.html").render(item=3))
print(jinja2.Environment().from_string("{% for i in range(3) %}{{ loop.index }}{% endfor %}").render())
if len(sys.argv) > 1:
    print(packaged.get_template(sys.argv[1]).render())
