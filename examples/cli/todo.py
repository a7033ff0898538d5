"""A command line program on click: a list of things to do in a JSON file.

    todo add "write the report"      todo list      todo done 1      todo --help
"""
from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import click


@dataclass
class Item:
    text: str
    done: bool = False


class Store:
    """The items in a file; written to a temporary name first, so that no crash loses them."""

    def __init__(self, path: Path):
        self.path = path

    def load(self) -> list[Item]:
        if not self.path.exists():
            return []
        return [Item(**values) for values in json.loads(self.path.read_text(encoding="utf-8"))]

    def save(self, items: list[Item]) -> None:
        unfinished = self.path.with_suffix(".new")
        unfinished.write_text(json.dumps([asdict(item) for item in items]), encoding="utf-8")
        unfinished.replace(self.path)


@click.group()
@click.option(
    "--file",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("todo.json"),
    envvar="TODO_FILE",
    show_default=True,
)
@click.version_option("1.0.0", prog_name="todo")
@click.pass_context
def todo(context: click.Context, path: Path) -> None:
    """Keeps a list of things to do."""
    context.obj = Store(path)


@todo.command()
@click.argument("text")
@click.pass_obj
def add(store: Store, text: str) -> None:
    """Adds an item."""
    items = store.load()
    items.append(Item(text))
    store.save(items)
    click.echo(f"{len(items)}: {text}")


@todo.command("list")
@click.option("--all", "everything", is_flag=True, help="Show what is done, too.")
@click.pass_obj
def list_items(store: Store, everything: bool) -> None:
    """Shows the items."""
    for number, item in enumerate(store.load(), 1):
        if everything or not item.done:
            mark = click.style("x", fg="green") if item.done else " "
            click.echo(f"[{mark}] {number} {item.text}")


@todo.command()
@click.argument("number", type=click.IntRange(min=1))
@click.pass_obj
def done(store: Store, number: int) -> None:
    """Marks an item as done."""
    items = store.load()
    if number > len(items):
        raise click.BadParameter(f"there are only {len(items)} items", param_hint="NUMBER")
    items[number - 1].done = True
    store.save(items)
    click.echo(f"done: {items[number - 1].text}")


if __name__ == "__main__":
    todo()
