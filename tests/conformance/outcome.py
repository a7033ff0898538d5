"""One module of the suite in a process of its own: what became of each test, and how two such runs differ."""
from __future__ import annotations

import collections
import json
import os
import signal
import subprocess
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

TIMEOUT = 900
SHOWN_OUTPUT = 2000


@dataclass
class Outcome:
    tests: dict[str, str] = field(default_factory=dict)  # name of the test -> "pass", "fail", "skip", …
    texts: dict[str, str] = field(default_factory=dict)  # name of the test -> traceback or reason
    running: str = ""                                    # the test that had started last when the process ended early
    end: str = ""                                        # how the process ended, "" when it ended well
    tail: str = ""                                       # of its output


@dataclass
class Difference:
    test: str
    text: str


def save(path: Path, key: str, outcome: Outcome) -> None:
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"key": key, "outcome": asdict(outcome)}), encoding="utf-8")
    fresh.replace(path)


def saved(path: Path, key: str) -> Outcome | None:
    """What was saved under the same key."""
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Outcome(**entry["outcome"]) if entry["key"] == key else None


def _run(argv: list, folder: Path, environment: dict[str, str]) -> tuple[str, str]:
    """How the process ended and the end of its output. What it started goes with it when it takes too long."""
    with open(folder / "output", "w+b") as output:
        process = subprocess.Popen(argv, cwd=folder / "cwd", env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        try:
            status = process.wait(TIMEOUT)
            end = "" if status == 0 else f"ended with {status}"
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            end = f"took more than {TIMEOUT} s"
        output.seek(0)
        return end, output.read()[-SHOWN_OUTPUT:].decode("utf-8", "replace")


def run(command: list, name: str, interpreter: str | None, environment: dict[str, str]) -> Outcome:
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix="conformance-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        (folder / "cwd").mkdir()
        result = folder / "result"
        argv = [*command, name, result, *([interpreter] if interpreter else [])]
        outcome.end, outcome.tail = _run(argv, folder, environment)
        lines = result.read_text(encoding="utf-8").splitlines() if result.exists() else []
    seen: collections.Counter[str] = collections.Counter()
    for line in lines:
        try:
            event, test, text = json.loads(line)
        except ValueError:
            continue  # the process ended while it wrote
        if event == "start":
            outcome.running = test
            continue
        if event == "done":
            outcome.running = ""
        seen[test] += 1
        key = test if seen[test] == 1 else f"{test} #{seen[test]}"
        outcome.tests[key] = event
        if event != "pass":
            outcome.texts[key] = text
    return outcome


def compare(name: str, expected: Outcome, got: Outcome) -> list[Difference]:
    """Differences; tests are named as in their module."""
    found = []
    if expected.end != got.end:
        place = f" in {got.running}" if got.end and got.running else ""
        text = f"{expected.end or 'ended well'} -> {got.end or 'ended well'}{place}\n{got.tail if got.end else ''}"
        found.append(Difference("<process>", text))
    for test in sorted(expected.tests.keys() | got.tests.keys()):
        before, after = expected.tests.get(test, "absent"), got.tests.get(test, "absent")
        if before != after:
            short = test.removeprefix(f"test.{name}").lstrip(".")
            found.append(Difference(short, f"{before} -> {after}\n{got.texts.get(test, '')}"))
    return found
