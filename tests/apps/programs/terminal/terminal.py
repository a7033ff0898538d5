"""rich and typer: tables, trees, markup, syntax, progress, and a command line made from functions."""
import json
from enum import Enum
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.panel import Panel
from rich.pretty import pretty_repr
from rich.progress import track
from rich.syntax import Syntax
from rich.table import Table
from rich.traceback import Traceback
from rich.tree import Tree

app = typer.Typer(help="Keeps a list.", no_args_is_help=True, add_completion=True)
console = Console(width=72, force_terminal=True, color_system="truecolor", _environ={})


class Colour(str, Enum):
    red = "red"
    blue = "blue"


@app.command()
def show(count: int = 2, colour: Colour = Colour.red, name: Annotated[Optional[str], typer.Option(help="Whose?")] = None):
    """Shows [bold]everything[/bold]."""
    table = Table("number", "square", title=f"Of {name}", caption=":smiley: done")
    for number in track(range(count), console=console, disable=True):
        table.add_row(str(number), f"[{colour.value}]{number ** 2}")
    console.print(table)
    tree = Tree("root")
    tree.add("[underline]leaf").add("日本語 wide")
    console.print(tree, Panel(Markdown("# Title\n* one\n* `two`\n\n```python\nprint('x')\n```")))
    console.print(Syntax("def f(x):\n    return x + 1", "python", theme="monokai", line_numbers=True))
    console.print(json.loads('{"a": [1, null]}'), pretty_repr({"b": list(range(30))}))
    console.print_json('{"k": [1, 2.5, "x"]}')
    console.print("[nothing", ":rocket:", style="on blue")


@app.command()
def fail(path: Path = typer.Argument(..., exists=True)):
    raise typer.Exit(3)


@app.command(hidden=True)
def broken():
    try:
        1 / 0
    except ZeroDivisionError:
        frames = Traceback(width=72, show_locals=False)
        console.print(type(frames).__name__)
        raise typer.BadParameter("too small")


if __name__ == "__main__":
    app()
