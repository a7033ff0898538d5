"""A simulation of many objects: trams, stops, passengers and a control room, driven by events.

Passengers appear at stops with a place to go, look for a route, wait, ride, change and arrive, or
lose patience. Trams keep to their lines, fill up, break down and are repaired; the control room
sends out further ones where people wait too long. The random numbers are the same every time, so the
report is, too, and is reduced to a checksum.
"""
from __future__ import annotations

import enum
import hashlib
import heapq
import itertools
import random
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass, field

import pyperf

MINUTES = 360
CHECKSUM = "c25d8bfcc0999a8a"


# ---- events ----


class Event(ABC):
    """Something that happens at a time; equal times happen in the order in which they were made."""

    counter = itertools.count()

    def __init__(self, time: float):
        self.time = time
        self.number = next(Event.counter)

    def __lt__(self, other: Event) -> bool:
        return (self.time, self.number) < (other.time, other.number)

    @abstractmethod
    def happen(self, city: City) -> None:
        ...


class Arrival(Event):
    """A tram comes to a stop."""

    def __init__(self, time: float, tram: Tram):
        super().__init__(time)
        self.tram = tram

    def happen(self, city: City) -> None:
        tram, stop = self.tram, self.tram.stop
        left = tram.let_out(city)
        taken = stop.board(tram, city.now)
        delay = 0.3 + 0.05 * (left + taken)
        if tram.wears_out(city.random):
            tram.state = TramState.BROKEN
            city.report.breakdowns += 1
            city.schedule(Repair(city.now + city.random.uniform(3, 15), tram))
        else:
            city.schedule(Departure(city.now + delay, tram))


class Departure(Event):
    def __init__(self, time: float, tram: Tram):
        super().__init__(time)
        self.tram = tram

    def happen(self, city: City) -> None:
        minutes = self.tram.move_on()
        city.schedule(Arrival(city.now + minutes * city.traffic, self.tram))


class Repair(Event):
    def __init__(self, time: float, tram: Tram):
        super().__init__(time)
        self.tram = tram

    def happen(self, city: City) -> None:
        self.tram.repair()
        city.schedule(Departure(city.now, self.tram))


class Crowd(Event):
    """Passengers come to a stop; more of them in the rush hours."""

    def __init__(self, time: float, stop: Stop):
        super().__init__(time)
        self.stop = stop

    def happen(self, city: City) -> None:
        for _ in range(city.random.randrange(1, 4)):
            goal = city.random.choice(city.stops)
            if goal is self.stop:
                continue
            route = city.find_route(self.stop, goal)
            if route is None:
                city.report.hopeless += 1
                continue
            kind = Commuter if city.random.random() < city.rush else Tourist
            passenger = kind(city.now, route, city.random.uniform(8, 30))
            city.report.appeared += 1
            self.stop.queue(passenger)
        pause = city.random.expovariate(1 / (2.5 - 2 * city.rush))
        city.schedule(Crowd(city.now + pause, self.stop))


class Inspection(Event):
    """The control room looks at all stops."""

    def happen(self, city: City) -> None:
        waiting = {line: 0 for line in city.lines}
        for stop in city.stops:
            city.report.gave_up += stop.drop_impatient(city.now)
            for line, people in stop.waiting_by_line():
                waiting[line] += people
        for line, people in waiting.items():
            if people > 14 * len(line.trams) and len(line.trams) < line.most_trams:
                tram = line.add_tram()
                city.schedule(Arrival(city.now + 1, tram))
                city.report.extra_trams += 1
        city.schedule(Inspection(city.now + 5))


# ---- what there is in the city ----


class Stop:
    def __init__(self, name: str):
        self.name = name
        self.lines: list[Line] = []
        self._waiting: dict[Line, deque[Passenger]] = {}

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def serve(self, line: Line) -> None:
        self.lines.append(line)
        self._waiting[line] = deque()

    @property
    def crowd(self) -> int:
        return sum(len(queue) for queue in self._waiting.values())

    def queue(self, passenger: Passenger) -> None:
        self._waiting[passenger.leg.line].append(passenger)

    def waiting_by_line(self):
        for line, queue in self._waiting.items():
            yield line, len(queue)

    def board(self, tram: Tram, now: float) -> int:
        """Those who go in the tram's direction, as far as there is room."""
        queue = self._waiting[tram.line]
        taken = 0
        for _ in range(len(queue)):
            passenger = queue.popleft()
            if tram.has_room and tram.goes_to(passenger.leg.end):
                passenger.board(now)
                tram.passengers.append(passenger)
                taken += 1
            else:
                queue.append(passenger)
        return taken

    def drop_impatient(self, now: float) -> int:
        dropped = 0
        for line, queue in self._waiting.items():
            patient = deque(each for each in queue if not each.is_fed_up(now))
            dropped += len(queue) - len(patient)
            self._waiting[line] = patient
        return dropped


class Line:
    def __init__(self, name: str, stops: list[Stop], minutes: list[float], most_trams: int):
        self.name = name
        self.stops = stops
        self.minutes = minutes
        self.most_trams = most_trams
        self.trams: list[Tram] = []
        self.places = {stop: place for place, stop in enumerate(stops)}
        for stop in stops:
            stop.serve(self)

    def add_tram(self) -> Tram:
        kind = LongTram if len(self.trams) % 3 == 0 else Tram
        tram = kind(self, f"{self.name}-{len(self.trams) + 1}")
        self.trams.append(tram)
        return tram

    def minutes_between(self, start: Stop, end: Stop) -> float:
        first, last = sorted((self.places[start], self.places[end]))
        return sum(self.minutes[first:last])


class TramState(enum.Enum):
    RUNNING = "running"
    BROKEN = "broken"


class Tram:
    capacity = 40
    reliability = 0.9985

    def __init__(self, line: Line, name: str):
        self.line = line
        self.name = name
        self.place = 0
        self.direction = 1
        self.state = TramState.RUNNING
        self.passengers: list[Passenger] = []
        self.stops_served = 0
        self.wear = 0.0

    @property
    def stop(self) -> Stop:
        return self.line.stops[self.place]

    @property
    def has_room(self) -> bool:
        return len(self.passengers) < self.capacity

    def goes_to(self, stop: Stop) -> bool:
        distance = self.line.places[stop] - self.place
        return distance * self.next_direction() > 0

    def next_direction(self) -> int:
        if not 0 <= self.place + self.direction < len(self.line.stops):
            return -self.direction
        return self.direction

    def move_on(self) -> float:
        self.direction = self.next_direction()
        start = self.place
        self.place += self.direction
        return self.line.minutes[min(start, self.place)]

    def let_out(self, city: City) -> int:
        stop = self.stop
        stays, leaves = [], []
        for passenger in self.passengers:
            (leaves if passenger.leg.end is stop else stays).append(passenger)
        self.passengers = stays
        self.stops_served += 1
        for passenger in leaves:
            passenger.step_out(city, stop)
        return len(leaves)

    def wears_out(self, dice: random.Random) -> bool:
        self.wear += 0.001 * (1 + len(self.passengers) / self.capacity)
        return dice.random() > self.reliability - self.wear * 0.01

    def repair(self) -> None:
        self.state = TramState.RUNNING
        self.wear = 0.0


class LongTram(Tram):
    capacity = 70
    reliability = 0.997

    def wears_out(self, dice: random.Random) -> bool:
        return super().wears_out(dice) and self.stops_served > 10


@dataclass(frozen=True)
class Leg:
    line: Line
    start: Stop
    end: Stop


class Passenger:
    def __init__(self, now: float, route: list[Leg], patience: float):
        self.came = self.waits_since = now
        self.route = route
        self.patience = patience
        self.step = 0
        self.waited = 0.0

    @property
    def leg(self) -> Leg:
        return self.route[self.step]

    def is_fed_up(self, now: float) -> bool:
        return now - self.waits_since > self.patience

    def board(self, now: float) -> None:
        self.waited += now - self.waits_since

    def step_out(self, city: City, stop: Stop) -> None:
        self.step += 1
        if self.step == len(self.route):
            city.report.add(self, city.now)
        else:
            self.waits_since = city.now
            stop.queue(self)


class Commuter(Passenger):
    """Waits less and less gladly."""

    def is_fed_up(self, now: float) -> bool:
        return super().is_fed_up(now + 2.0 * self.step)


class Tourist(Passenger):
    def step_out(self, city: City, stop: Stop) -> None:
        super().step_out(city, stop)
        self.patience += 5


@dataclass
class Report:
    appeared: int = 0
    arrived: int = 0
    gave_up: int = 0
    hopeless: int = 0
    breakdowns: int = 0
    extra_trams: int = 0
    waited: float = 0.0
    travelled: float = 0.0
    longest: float = 0.0
    by_kind: dict[str, int] = field(default_factory=dict)

    def add(self, passenger: Passenger, now: float) -> None:
        self.arrived += 1
        self.waited += passenger.waited
        minutes = now - passenger.came
        self.travelled += minutes
        self.longest = max(self.longest, minutes)
        kind = type(passenger).__name__
        self.by_kind[kind] = self.by_kind.get(kind, 0) + 1

    def text(self) -> str:
        kinds = ", ".join(f"{name} {count}" for name, count in sorted(self.by_kind.items()))
        return (
            f"{self.appeared} came, {self.arrived} arrived ({kinds}), {self.gave_up} gave up, "
            f"{self.hopeless} without a route, {self.breakdowns} breakdowns, "
            f"{self.extra_trams} extra trams, waiting {self.waited / max(1, self.arrived):.3f}, "
            f"travelling {self.travelled / max(1, self.arrived):.3f}, longest {self.longest:.3f}"
        )


# ---- the city ----


class City:
    def __init__(self, seed: int, stops: int = 48, lines: int = 9):
        self.random = random.Random(seed)
        self.now = 0.0
        self.events: list[Event] = []
        self.report = Report()
        self.stops = [Stop(f"stop {number}") for number in range(stops)]
        self.lines = [self.make_line(number) for number in range(lines)]
        self.routes: dict[tuple[Stop, Stop], list[Leg] | None] = {}

    def make_line(self, number: int) -> Line:
        stops = self.random.sample(self.stops, self.random.randrange(7, 14))
        minutes = [self.random.uniform(1.0, 4.0) for _ in stops[1:]]
        return Line(f"line {number + 1}", stops, minutes, most_trams=8)

    @property
    def rush(self) -> float:
        """From 0 to 1: twice a day everybody is under way."""
        hour = 5 + self.now / 60
        return max(0.0, 1 - abs(hour - 8) / 2, 1 - abs(hour - 17) / 3)

    @property
    def traffic(self) -> float:
        return 1.0 + 0.4 * self.rush

    def schedule(self, event: Event) -> None:
        heapq.heappush(self.events, event)

    def find_route(self, start: Stop, goal: Stop) -> list[Leg] | None:
        key = (start, goal)
        if key not in self.routes:
            self.routes[key] = self.search_route(start, goal)
        return self.routes[key]

    def search_route(self, start: Stop, goal: Stop) -> list[Leg] | None:
        """The quickest way, where changing counts as six minutes (Dijkstra)."""
        number = itertools.count()
        best = {start: 0.0}
        waiting = [(0.0, next(number), start, [])]
        while waiting:
            minutes, _, stop, legs = heapq.heappop(waiting)
            if stop is goal:
                return legs
            if minutes > best[stop]:
                continue
            for line in stop.lines:
                for end in line.stops:
                    if end is stop:
                        continue
                    total = minutes + 6 + line.minutes_between(stop, end)
                    if total < best.get(end, float("inf")):
                        best[end] = total
                        entry = (total, next(number), end, [*legs, Leg(line, stop, end)])
                        heapq.heappush(waiting, entry)
        return None

    def start(self) -> None:
        for line in self.lines:
            for offset in range(2):
                self.schedule(Arrival(offset * 9.0, line.add_tram()))
        for stop in self.stops:
            if stop.lines:
                self.schedule(Crowd(self.random.uniform(0, 5), stop))
        self.schedule(Inspection(5.0))

    def run(self, minutes: float) -> Report:
        self.start()
        while self.events and self.events[0].time <= minutes:
            event = heapq.heappop(self.events)
            self.now = event.time
            event.happen(self)
        return self.report


def main() -> None:
    report = City(seed=4711).run(MINUTES)
    checksum = hashlib.sha256(report.text().encode()).hexdigest()[:16]
    if checksum != CHECKSUM:
        raise SystemExit(f"checksum {checksum} instead of {CHECKSUM}: {report.text()}")


if __name__ == "__main__":
    pyperf.Runner().bench_func("tram_city", main)
