"""An asynchronous service: a hub for chat rooms that speaks a protocol of lines of JSON.

Clients in the same event loop join rooms, talk, whisper, search and leave. The hub checks frames,
passes them through middleware (limits, words that are not liked, statistics), keeps a history, sends
to the members of a room through a queue for each, and lets bots answer. Clocks are the hub's own, so
that all is the same every time; what clients hear is reduced to a checksum.
"""
from __future__ import annotations

import asyncio
import hashlib
import json
from collections import deque
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial, wraps

import pyperf

CLIENTS = 30
LINES = 22
ROOMS = ("lobby", "tea", "chess", "news", "music")
CHECKSUM = "6c0cb364cb6b70ed"


class HubError(Exception):
    code = "error"

    def __init__(self, message, **details):
        super().__init__(message)
        self.details = details

    def as_frame(self):
        return {"type": "error", "code": self.code, "message": str(self), **self.details}


class BadFrame(HubError):
    code = "bad_frame"


class NotAllowed(HubError):
    code = "not_allowed"


class TooFast(HubError):
    code = "too_fast"


# ---- connections ----


class Pipe:
    """One direction of a connection: bytes in, lines out, with a limit on what waits."""

    def __init__(self, limit=4096):
        self._chunks = bytearray()
        self._limit = limit
        self._closed = False
        self._changed = asyncio.Condition()

    async def write(self, data):
        async with self._changed:
            while len(self._chunks) > self._limit and not self._closed:
                await self._changed.wait()
            if self._closed:
                raise ConnectionError("the pipe is closed")
            self._chunks += data
            self._changed.notify_all()

    async def line(self):
        async with self._changed:
            while True:
                end = self._chunks.find(b"\n")
                if end >= 0:
                    found = bytes(self._chunks[:end])
                    del self._chunks[: end + 1]
                    self._changed.notify_all()
                    return found
                if self._closed:
                    return b""
                await self._changed.wait()

    async def close(self):
        async with self._changed:
            self._closed = True
            self._changed.notify_all()


@dataclass(eq=False)
class Session:
    number: int
    incoming: Pipe
    outgoing: Pipe
    name: str = ""
    rooms: set[str] = field(default_factory=set)
    allowance: float = 8.0
    last_seen: int = 0
    outbox: asyncio.Queue = field(default_factory=lambda: asyncio.Queue(maxsize=64))
    dropped: int = 0

    def send(self, frame):
        try:
            self.outbox.put_nowait(frame)
        except asyncio.QueueFull:
            self.dropped += 1

    async def pump(self):
        while (frame := await self.outbox.get()) is not None:
            await self.outgoing.write(json.dumps(frame, sort_keys=True).encode() + b"\n")


@dataclass(slots=True)
class Post:
    number: int
    room: str
    author: str
    text: str
    tick: int

    def as_frame(self):
        return {"type": "post", "id": self.number, "room": self.room, "from": self.author, "text": self.text}


class Room:
    def __init__(self, name, keep=50):
        self.name = name
        self.members: dict[str, Session] = {}
        self.history: deque[Post] = deque(maxlen=keep)
        self.lock = asyncio.Lock()
        self.posts = 0

    async def publish(self, post):
        async with self.lock:
            self.posts += 1
            self.history.append(post)
            for member in self.members.values():
                if member.name != post.author:
                    member.send(post.as_frame())
            await asyncio.sleep(0)

    async def search(self, word):
        for post in reversed(list(self.history)):
            if word in post.text:
                yield post
            else:
                await asyncio.sleep(0)


# ---- middleware and commands ----

COMMANDS = {}


def command(*fields, member=False):
    """Registers a handler; the fields must be there, and strs."""

    def register(function):
        @wraps(function)
        async def checked(hub, session, frame):
            missing = [name for name in fields if not isinstance(frame.get(name), str)]
            if missing:
                raise BadFrame(f"{function.__name__} needs {', '.join(missing)}", missing=missing)
            if member and frame["room"] not in session.rooms:
                raise NotAllowed(f"{session.name} is not in {frame['room']}")
            return await function(hub, session, *(frame[name] for name in fields))

        COMMANDS[function.__name__] = checked
        return checked

    return register


@command("name")
async def hello(hub, session, name):
    if not name.isidentifier() or name in hub.sessions:
        raise NotAllowed(f"{name!r} cannot be used")
    session.name = name
    hub.sessions[name] = session
    return {"rooms": sorted(hub.rooms)}


@command("room")
async def join(hub, session, room):
    place = hub.rooms.get(room) or hub.rooms.setdefault(room, Room(room))
    place.members[session.name] = session
    session.rooms.add(room)
    return {"members": len(place.members), "last": [post.number for post in place.history][-3:]}


@command("room", member=True)
async def leave(hub, session, room):
    session.rooms.discard(room)
    hub.rooms[room].members.pop(session.name, None)
    return {}


@command("room", "text", member=True)
async def say(hub, session, room, text):
    hub.posted += 1
    post = Post(hub.posted, room, session.name, text, hub.tick)
    await hub.rooms[room].publish(post)
    hub.listeners.put_nowait(post)
    return {"id": post.number}


@command("to", "text")
async def whisper(hub, session, to, text):
    other = hub.sessions.get(to)
    if other is None:
        raise NotAllowed(f"{to} is not here", to=to)
    other.send({"type": "whisper", "from": session.name, "text": text})
    return {}


@command("room", "word", member=True)
async def find(hub, session, room, word):
    return {"found": [post.number async for post in hub.rooms[room].search(word)][:5]}


async def limit_rate(hub, session, frame, proceed):
    passed = hub.tick - session.last_seen
    session.allowance = min(8.0, session.allowance + passed * 0.02)
    session.last_seen = hub.tick
    if session.allowance < 1.0:
        raise TooFast("slow down", wait=round((1 - session.allowance) / 0.02))
    session.allowance -= 1.0
    return await proceed(session, frame)


async def mask_words(hub, session, frame, proceed):
    if "text" in frame and isinstance(frame["text"], str):
        words = frame["text"].split(" ")
        frame = {**frame, "text": " ".join("*" * len(w) if w in hub.disliked else w for w in words)}
    return await proceed(session, frame)


async def count_frames(hub, session, frame, proceed):
    kind = frame.get("type", "?")
    try:
        result = await proceed(session, frame)
    except HubError as error:
        hub.statistics[kind, error.code] = hub.statistics.get((kind, error.code), 0) + 1
        raise
    hub.statistics[kind, "ok"] = hub.statistics.get((kind, "ok"), 0) + 1
    return result


class Hub:
    def __init__(self):
        self.sessions: dict[str, Session] = {}
        self.rooms = {name: Room(name) for name in ROOMS}
        self.statistics = {}
        self.disliked = frozenset(("bother", "drat"))
        self.posted = self.tick = self.connected = 0
        self.listeners: asyncio.Queue = asyncio.Queue()
        self.handle = self.dispatch
        for layer in (mask_words, limit_rate, count_frames):
            self.handle = partial(layer, self, proceed=self.handle)

    async def dispatch(self, session, frame):
        handler = COMMANDS.get(frame.get("type"))
        if handler is None:
            raise BadFrame(f"{frame.get('type')!r} is not known")
        if not session.name and handler is not hello:
            raise NotAllowed("say hello first")
        return await handler(self, session, frame)

    @asynccontextmanager
    async def session(self, incoming, outgoing):
        self.connected += 1
        session = Session(self.connected, incoming, outgoing)
        pump = asyncio.create_task(session.pump())
        try:
            yield session
        finally:
            for room in session.rooms:
                self.rooms[room].members.pop(session.name, None)
            self.sessions.pop(session.name, None)
            await session.outbox.put(None)
            await pump
            await outgoing.close()

    async def serve(self, incoming, outgoing):
        async with self.session(incoming, outgoing) as session:
            while line := await incoming.line():
                self.tick += 1
                session.send(await self.answer(session, line))

    async def answer(self, session, line):
        number = None
        try:
            try:
                frame = json.loads(line)
                number = frame["n"]
            except (ValueError, KeyError, TypeError) as error:
                raise BadFrame(f"no frame: {type(error).__name__}") from error
            result = await self.handle(session, frame)
        except HubError as error:
            return {**error.as_frame(), "n": number}
        return {"type": "ok", "n": number, **result}

    async def bot(self, name, word, reply):
        heard = 0
        while (post := await self.listeners.get()) is not None:
            if word in post.text and post.author != name:
                heard += 1
                await self.rooms[post.room].publish(Post(-heard, post.room, name, reply.format(post.author), post.tick))
        return heard


# ---- clients ----


class Client:
    WORDS = "tea cake drat pawn queen song late early bother robot why not so".split()

    def __init__(self, hub, number):
        self.hub = hub
        self.name = f"user{number}"
        self.seed = number * 7919 + 17
        self.requests, self.answers = Pipe(), Pipe()
        self.heard = hashlib.sha256()
        self.counts = {}
        self.replies: dict[int, asyncio.Future] = {}

    def roll(self, limit):
        self.seed = (self.seed * 69069 + 12345) & 0xFFFFFFFF
        return (self.seed >> 12) % limit

    async def listen(self):
        while line := await self.answers.line():
            frame = json.loads(line)
            self.counts[frame["type"]] = self.counts.get(frame["type"], 0) + 1
            waiting = self.replies.pop(frame.pop("n", None), None)
            if waiting is not None:
                waiting.set_result(frame)
            self.heard.update(line)

    async def ask(self, number, **frame):
        reply = self.replies[number] = asyncio.get_running_loop().create_future()
        await self.requests.write(json.dumps({"n": number, **frame}).encode() + b"\n")
        return await reply

    def next_frame(self):
        room = ROOMS[self.roll(len(ROOMS))]
        text = " ".join(self.WORDS[self.roll(len(self.WORDS))] for _ in range(3 + self.roll(7)))
        match self.roll(12):
            case 0 | 1:
                return {"type": "join", "room": room}
            case 2:
                return {"type": "leave", "room": room}
            case 3:
                return {"type": "whisper", "to": f"user{self.roll(CLIENTS + 3)}", "text": text}
            case 4:
                return {"type": "find", "room": room, "word": self.WORDS[self.roll(len(self.WORDS))]}
            case 5:
                return {"type": "say", "room": room}
            case _:
                return {"type": "say", "room": room, "text": text}

    async def run(self):
        listener = asyncio.create_task(self.listen())
        await self.ask(0, type="hello", name=self.name)
        for room in ROOMS[:3]:
            await self.ask(ROOMS.index(room) + 1, type="join", room=room)
        for number in range(10, 10 + LINES):
            reply = await self.ask(number, **self.next_frame())
            if reply.get("code") == "too_fast":
                for _ in range(5):
                    await asyncio.sleep(0)
        await self.requests.write(b"nonsense\n[1, 2]\n")
        await self.requests.close()
        await listener
        return self.name, self.counts, self.heard.hexdigest()


async def run_hub():
    hub = Hub()
    clients = [Client(hub, number) for number in range(CLIENTS)]
    bot = asyncio.create_task(hub.bot("helper", "robot", "did you call, {}?"))
    async with asyncio.TaskGroup() as group:
        servers = [group.create_task(hub.serve(client.requests, client.answers)) for client in clients]
        results = [group.create_task(client.run()) for client in clients]
    hub.listeners.put_nowait(None)
    with suppress(asyncio.CancelledError):
        results.append(bot)
        await bot
    assert all(server.done() for server in servers)
    posts = {room.name: room.posts for room in hub.rooms.values()}
    return [task.result() for task in results], sorted(hub.statistics.items()), posts


def main() -> None:
    checksum = hashlib.sha256(repr(asyncio.run(run_hub())).encode()).hexdigest()[:16]
    if checksum != CHECKSUM:
        raise SystemExit(f"checksum {checksum} instead of {CHECKSUM}")


if __name__ == "__main__":
    pyperf.Runner().bench_func("chat_hub", main)
