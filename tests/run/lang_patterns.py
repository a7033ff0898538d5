"""match statements of every kind."""
from dataclasses import dataclass


@dataclass
class Point:
    x: int
    y: int


def describe(value):
    match value:
        case None | True | False:
            return f"constant {value}"
        case int(n) if n > 100:
            return "large"
        case 0 | -1 | 1.5 | 2j | 3 + 4j:
            return "number"
        case "text" as word:
            return word
        case b"bytes":
            return "bytes"
        case []:
            return "empty"
        case [single]:
            return f"one {single}"
        case [first, *_, Point(x=0, y=last)]:
            return f"{first}..{last}"
        case (a, b, *rest):
            return f"{a} {b} {rest}"
        case {"kind": "move", "to": [x, y], **others}:
            return f"move {x} {y} {others}"
        case {"kind": str(kind)}:
            return f"kind {kind}"
        case {}:
            return "mapping"
        case Point(x, y) if x == y:
            return "diagonal"
        case Point(y=0):
            return "on the axis"
        case Point():
            return "point"
        case str() | bytes():
            return "other text"
        case _:
            return f"else {type(value).__name__}"


for value in (
    None, True, 500, 0, -1, 1.5, 2j, 3 + 4j, "text", b"bytes", [], [1], (1, 2, Point(0, 9)), [1, 2, 3],
    {"kind": "move", "to": (1, 2), "fast": True}, {"kind": "stop"}, {1: 2}, Point(3, 3), Point(4, 0),
    Point(1, 2), "other", 7, {1, 2}, range(3), iter([]),
):
    print(describe(value))
