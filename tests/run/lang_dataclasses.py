"""Dataclasses, typing, enums, protocols and pickling of program classes."""
import copy
import dataclasses
import enum
import pickle
import typing


@dataclasses.dataclass(order=True, frozen=True, slots=True)
class Version:
    major: int
    minor: int = 0
    tags: tuple = dataclasses.field(default=(), compare=False, repr=False)


@dataclasses.dataclass
class Item:
    name: str
    sizes: list[int] = dataclasses.field(default_factory=list)
    kind: dataclasses.KW_ONLY = None
    total: int = dataclasses.field(init=False)

    def __post_init__(self):
        self.total = sum(self.sizes)


class Flag(enum.Flag):
    READ = enum.auto()
    WRITE = enum.auto()


@typing.runtime_checkable
class Sized(typing.Protocol):
    def __len__(self) -> int: ...


T = typing.TypeVar("T")


class Box(typing.Generic[T]):
    def __init__(self, value: T):
        self.value = value


class Movie(typing.TypedDict, total=False):
    title: str


class Point(typing.NamedTuple):
    x: int
    y: int = 0


print(Version(1, 2) < Version(1, 3), Version(1), hash(Version(1)) == hash(Version(1, 0, ("x",))), sorted([Version(2), Version(1)]))
try:
    Version(1).major = 2
except dataclasses.FrozenInstanceError as problem:
    print(problem)
item = Item("a", [1, 2])
print(item, dataclasses.asdict(item), dataclasses.replace(item, sizes=[5]).total, dataclasses.fields(Item)[1].name)
for value in (item, Version(1, 2), Flag.READ | Flag.WRITE, Point(1), Box(3)):
    again = pickle.loads(pickle.dumps(value))
    print(type(again).__module__, again == value or vars(again))
print(isinstance([], Sized), Box[int], typing.get_type_hints(Item), Movie(title="t"), typing.get_args(dict[str, int]))
print(Flag.READ | Flag.WRITE, list(Flag), Flag(3), copy.copy(item), typing.Optional[int], int | None)
print(pickle.dumps(Version(1, 2), 2))
