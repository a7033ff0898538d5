"""A simulation of many objects: ships, cranes, containers, trucks and trains in a harbour.

Ships come with containers and an order for others, tugs bring them to berths, cranes unload and load
them by plans of their own, trucks carry the containers to stacks, from where trains and customers
fetch them; wind stops cranes, engines fail, and the office charges everybody. Time goes on in steps
of a minute. The random numbers are the same every time, so the accounts are, too, and are reduced to
a checksum.
"""
from __future__ import annotations

import hashlib
from collections import defaultdict, namedtuple
from enum import Enum, IntEnum, auto

import pyperf

DAYS = 5
CHECKSUM = "3e59c69b471ce01b"

Place = namedtuple("Place", "block row tier")
Entry = namedtuple("Entry", "minute account amount text")


class Kind(Enum):
    DRY = "dry"
    COOLED = "cooled"
    TANK = "tank"
    EMPTY = "empty"


class State(IntEnum):
    WAITING = auto()
    TOWED = auto()
    MOORED = auto()
    LEAVING = auto()
    GONE = auto()


class Chance:
    def __init__(self, seed):
        self.seed = seed

    def __call__(self, limit):
        self.seed = (self.seed * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.seed >> 8) % limit

    def pick(self, items):
        return items[self(len(items))]


# ---- goods ----


class Container:
    __slots__ = ("number", "kind", "weight", "goal", "place", "moves", "arrived")
    rate = 10

    def __init__(self, number, kind, weight, goal):
        self.number = number
        self.kind = kind
        self.weight = weight
        self.goal = goal
        self.place = None
        self.moves = 0
        self.arrived = 0

    def __lt__(self, other):
        return (self.weight, self.number) > (other.weight, other.number)

    def __repr__(self):
        return f"{type(self).__name__}({self.number}, {self.kind.value}, {self.weight / 10:.1f} t)"

    def fee(self, minutes):
        return self.rate * (1 + minutes // 240)


class CooledContainer(Container):
    __slots__ = ("degrees",)
    rate = 25

    def __init__(self, number, kind, weight, goal):
        super().__init__(number, kind, weight, goal)
        self.degrees = -18

    def warm_up(self, minutes):
        self.degrees = min(12, self.degrees + minutes / 60)

    def fee(self, minutes):
        spoilt = 200 if self.degrees > 0 else 0
        return super().fee(minutes) + spoilt


class TankContainer(Container):
    __slots__ = ()
    rate = 18

    def fee(self, minutes):
        return super().fee(minutes) + self.weight // 100


CLASSES = {Kind.DRY: Container, Kind.COOLED: CooledContainer, Kind.TANK: TankContainer, Kind.EMPTY: Container}


# ---- who takes part ----


class Actor:
    """Does something each minute; some of them fail now and then."""

    failure = 0

    def __init__(self, harbour, name):
        self.harbour = harbour
        self.name = name
        self.broken_until = -1
        self.busy = 0
        self.job = None

    @property
    def works(self):
        return self.broken_until < self.harbour.minute

    def step(self):
        if not self.works:
            return
        if self.failure and self.harbour.chance(self.failure) == 0:
            self.broken_until = self.harbour.minute + 20 + self.harbour.chance(60)
            self.harbour.office.charge("repairs", 150, self.name)
            return
        if self.busy > 0:
            self.busy -= 1
            if self.busy == 0 and self.job is not None:
                job, self.job = self.job, None
                self.finish(job)
        if self.busy == 0:
            self.begin()

    def start(self, job, minutes):
        self.job = job
        self.busy = minutes

    def begin(self):
        raise NotImplementedError

    def finish(self, job):
        raise NotImplementedError


class Tug(Actor):
    failure = 4000

    def begin(self):
        harbour = self.harbour
        for ship in harbour.ships:
            if ship.state == State.LEAVING and ship.tug is None:
                ship.tug = self
                return self.start(ship, 15)
        berth = next((berth for berth in harbour.berths if berth.is_free), None)
        if berth is None:
            return None
        waiting = [ship for ship in harbour.ships if ship.state == State.WAITING]
        if waiting:
            ship = max(waiting, key=lambda each: each.urgency())
            ship.state, ship.tug, berth.ship = State.TOWED, self, ship
            ship.berth = berth
            return self.start(ship, 20 + berth.distance)
        return None

    def finish(self, ship):
        ship.tug = None
        if ship.state == State.TOWED:
            ship.state = State.MOORED
            ship.moored_at = self.harbour.minute
        else:
            ship.state = State.GONE
            ship.berth.ship = None
            self.harbour.office.settle(ship)


class Crane(Actor):
    failure = 2500

    def __init__(self, harbour, name, berth, plan):
        super().__init__(harbour, name)
        self.berth = berth
        self.plan = plan
        self.lifted = 0

    def begin(self):
        ship = self.berth.ship
        if ship is None or ship.state != State.MOORED or self.harbour.wind > 85:
            return
        if ship.cargo and len(self.berth.quay) < 8:
            container = self.plan.choose(ship.cargo)
            ship.cargo.remove(container)
            self.start((container, None), 2 + self.plan.effort(container))
        elif not ship.cargo and ship.wanted:
            container = self.harbour.yard.find_for(ship)
            if container is not None:
                ship.wanted[container.kind] -= 1
                if not ship.wanted[container.kind]:
                    del ship.wanted[container.kind]
                self.start((container, ship), 3 + self.plan.effort(container))
        if not ship.cargo and not ship.wanted and self.job is None and not self.berth.lifting():
            ship.state = State.LEAVING

    def finish(self, job):
        container, ship = job
        container.moves += 1
        self.lifted += 1
        if ship is None:
            self.berth.quay.append(container)
        else:
            ship.loaded.append(container)


class Plan:
    def choose(self, cargo):
        return cargo[-1]

    def effort(self, container):
        return 1


class HeavyFirst(Plan):
    def choose(self, cargo):
        return min(cargo)

    def effort(self, container):
        return 1 + container.weight // 150


class CooledFirst(Plan):
    def choose(self, cargo):
        for container in cargo:
            if isinstance(container, CooledContainer):
                return container
        return super().choose(cargo)


class Truck(Actor):
    failure = 6000

    def begin(self):
        quays = sorted((berth for berth in self.harbour.berths if berth.quay), key=lambda b: (-len(b.quay), b.number))
        if not quays:
            return
        container = quays[0].quay.pop(0)
        place = self.harbour.yard.room_for(container)
        self.start((container, place), 3 + abs(place.block - quays[0].number) + place.row // 4)

    def finish(self, job):
        container, place = job
        self.harbour.yard.put(container, place)
        container.arrived = self.harbour.minute


class Train(Actor):
    """Leaves every six hours with what goes inland."""

    def begin(self):
        yard = self.harbour.yard
        load = []
        for container in yard.going_to(self.name):
            if len(load) == 30:
                break
            load.append(container)
        for container in load:
            yard.take(container)
            self.harbour.office.deliver(container)
        self.start(None, 360)

    def finish(self, job):
        pass


# ---- places ----


class Berth:
    def __init__(self, number):
        self.number = number
        self.distance = 4 * number
        self.ship = None
        self.quay = []
        self.cranes = []

    @property
    def is_free(self):
        return self.ship is None

    def lifting(self):
        return any(crane.job is not None for crane in self.cranes)


class Ship:
    def __init__(self, harbour, name, cargo, wanted):
        self.harbour, self.name, self.cargo, self.wanted = harbour, name, cargo, wanted
        self.state = State.WAITING
        self.came_at = harbour.minute
        self.moored_at = 0
        self.loaded = []
        self.tug = self.berth = None

    def urgency(self):
        cooled = sum(container.kind is Kind.COOLED for container in self.cargo)
        return (self.harbour.minute - self.came_at) * 2 + 25 * cooled, -len(self.cargo), self.name


class Yard:
    BLOCKS, ROWS, TIERS = 6, 24, 4

    def __init__(self):
        self.stacks = {(block, row): [] for block in range(self.BLOCKS) for row in range(self.ROWS)}
        self.reserved = defaultdict(int)
        self.by_kind = defaultdict(dict)
        self.shuffles = 0

    def room_for(self, container):
        blocks = (0,) if container.kind is Kind.COOLED else range(1, self.BLOCKS)
        best, best_cost = None, None
        for block in blocks:
            for row in range(self.ROWS):
                stack = self.stacks[block, row]
                height = len(stack) + self.reserved[block, row]
                if height >= self.TIERS:
                    continue
                cost = height * 2 + row / 10
                if stack and stack[-1].goal != container.goal:
                    cost += 3
                if best_cost is None or cost < best_cost:
                    best, best_cost = (block, row), cost
        if best is None:
            best = min(self.stacks, key=lambda place: (len(self.stacks[place]), place))
        self.reserved[best] += 1
        return Place(*best, len(self.stacks[best]))

    def put(self, container, place):
        key = place.block, place.row
        self.reserved[key] -= 1
        self.stacks[key].append(container)
        container.place = place._replace(tier=len(self.stacks[key]) - 1)
        self.by_kind[container.kind][container.number] = container

    def take(self, container):
        stack = self.stacks[container.place[:2]]
        above = stack[stack.index(container) + 1 :]
        for other in above:
            other.moves += 1
            other.place = other.place._replace(tier=other.place.tier - 1)
        self.shuffles += len(above)
        stack.remove(container)
        del self.by_kind[container.kind][container.number]
        container.place = None

    def find_for(self, ship):
        for kind in ship.wanted:
            for container in self.by_kind[kind].values():
                if container.goal == "sea":
                    self.take(container)
                    return container
        for kind in ship.wanted:  # nothing is there: an empty one is made ready
            return Container(-len(ship.loaded) - 1, kind, 20, "sea")
        return None

    def going_to(self, goal):
        found = [c for kind in Kind for c in self.by_kind[kind].values() if c.goal == goal]
        return sorted(found, key=lambda container: (container.arrived, container.number))

    def containers(self):
        for stack in self.stacks.values():
            yield from stack


class Office:
    def __init__(self, harbour):
        self.harbour = harbour
        self.book = []
        self.balance = defaultdict(int)
        self.delivered = 0

    def charge(self, account, amount, text):
        self.book.append(Entry(self.harbour.minute, account, amount, text))
        self.balance[account] += amount

    def settle(self, ship):
        stay = self.harbour.minute - ship.moored_at
        waited = ship.moored_at - ship.came_at
        self.charge("berths", 5 * stay - min(waited, 600), ship.name)
        self.charge("lifts", 12 * len(ship.loaded), ship.name)

    def deliver(self, container):
        self.delivered += 1
        self.charge("storage", container.fee(self.harbour.minute - container.arrived), container.goal)

    def report(self):
        yield f"{len(self.book)} entries, {self.delivered} containers delivered"
        for account, amount in sorted(self.balance.items()):
            entries = [entry for entry in self.book if entry.account == account]
            largest = max(entries, key=lambda entry: (entry.amount, entry.minute))
            yield f"{account:<10}{amount:>10,}{len(entries):>6}  most: {largest.amount} ({largest.text})"


class Harbour:
    GOALS = ("north", "south", "east", "sea")

    def __init__(self, seed):
        self.chance = Chance(seed)
        self.minute = 0
        self.wind = 20
        self.yard = Yard()
        self.office = Office(self)
        self.ships = []
        self.seen = 0
        self.numbers = 0
        self.berths = [Berth(number) for number in range(4)]
        self.actors = [Tug(self, f"tug {i}") for i in range(2)]
        plans = (Plan(), HeavyFirst(), CooledFirst())
        for berth in self.berths:
            for i in range(3):
                crane = Crane(self, f"crane {berth.number}{i}", berth, plans[(berth.number + i) % 3])
                berth.cranes.append(crane)
                self.actors.append(crane)
        self.actors += [Truck(self, f"truck {i}") for i in range(14)]
        self.actors += [Train(self, goal) for goal in self.GOALS[:3]]

    def make_container(self):
        self.numbers += 1
        kind = self.chance.pick(list(Kind))
        weight = 20 if kind is Kind.EMPTY else 40 + self.chance(240)
        return CLASSES[kind](self.numbers, kind, weight, self.chance.pick(self.GOALS))

    def make_ship(self):
        self.seen += 1
        cargo = [self.make_container() for _ in range(20 + self.chance(50))]
        wanted = {kind: 3 + self.chance(9) for kind in Kind if self.chance(3)}
        self.ships.append(Ship(self, f"ship {self.seen}", cargo, wanted))

    def run(self, minutes):
        for self.minute in range(minutes):
            self.wind = max(0, min(120, self.wind + self.chance(7) - 3))
            if self.chance(170) == 0:
                self.make_ship()
            for actor in self.actors:
                actor.step()
            if self.minute % 60 == 0:
                self.hourly()
        return self

    def hourly(self):
        self.ships = [ship for ship in self.ships if ship.state is not State.GONE]
        for container in self.yard.containers():
            match container:
                case CooledContainer(place=Place(block=0)):
                    pass
                case CooledContainer():
                    container.warm_up(60)

    def text(self):
        stored = list(self.yard.containers())
        lines = [*self.office.report(), f"{self.seen} ships, {len(stored)} stored, {self.yard.shuffles} shuffles"]
        lines += [f"{actor.name}: {actor.lifted}" for actor in self.actors if isinstance(actor, Crane)]
        lines += [repr(container) for container in sorted(stored)[:20]]
        return "\n".join(lines)


def main() -> None:
    text = Harbour(seed=77).run(DAYS * 24 * 60).text()
    checksum = hashlib.sha256(text.encode()).hexdigest()[:16]
    if checksum != CHECKSUM:
        raise SystemExit(f"checksum {checksum} instead of {CHECKSUM}:\n{text}")


if __name__ == "__main__":
    pyperf.Runner().bench_func("harbour", main)
