"""A mid-size program on the standard library: imports what many tools import, and does some work.

Reads generated log lines, parses and aggregates them with a thread pool and in an event loop, and
prints a report as JSON. Its output is the same on every run.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import logging
import re
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Iterator, NamedTuple

log = logging.getLogger("mid")
LINE = re.compile(r"(?P<when>\S+) (?P<level>[A-Z]+) (?P<host>[\w.-]+): (?P<text>.*)")
START = datetime(2024, 2, 29, 12, 0, tzinfo=timezone.utc)


class Entry(NamedTuple):
    when: datetime
    level: str
    host: str
    text: str


@dataclass
class Summary:
    hosts: dict[str, int] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)
    last: str = ""

    def add(self, entry: Entry) -> None:
        self.hosts[entry.host] = self.hosts.get(entry.host, 0) + 1
        self.levels[entry.level] = self.levels.get(entry.level, 0) + 1
        self.last = max(self.last, entry.when.isoformat())


def lines(count: int) -> Iterator[str]:
    for number in range(count):
        when = START + timedelta(seconds=17 * number)
        level = ("INFO", "WARNING", "ERROR")[number * 7 % 3]
        yield f"{when.isoformat()} {level} node-{number % 5}.example: request {number} done"


def parse(line: str) -> Entry:
    match = LINE.fullmatch(line)
    if match is None:
        raise ValueError(line)
    return Entry(datetime.fromisoformat(match["when"]), *match.group("level", "host", "text"))


async def summarise(entries: list[Entry], workers: int) -> Summary:
    queue: asyncio.Queue[Entry | None] = asyncio.Queue(maxsize=64)
    summary = Summary()

    async def work() -> None:
        while (entry := await queue.get()) is not None:
            summary.add(entry)

    tasks = [asyncio.create_task(work()) for _ in range(workers)]
    for entry in entries:
        await queue.put(entry)
    for _ in tasks:
        await queue.put(None)
    await asyncio.gather(*tasks)
    return summary


def main() -> None:
    parser = argparse.ArgumentParser(description="Summarises log lines.")
    parser.add_argument("--lines", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    with ThreadPoolExecutor(given.workers) as pool:
        entries = list(pool.map(parse, lines(given.lines), chunksize=100))
    summary = asyncio.run(summarise(entries, given.workers))
    request = urllib.request.Request("http://localhost/report", headers={"Accept": "text/plain"})
    log.info("would send to %s", request.full_url)
    print(json.dumps({"to": request.full_url, **asdict(summary)}, indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
