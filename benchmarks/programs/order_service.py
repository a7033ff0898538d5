"""An asynchronous service: requests as bytes come in, go through layers, and are answered.

Clients in the same event loop speak to a shop over in-memory connections: they log in, look at
goods, fill carts and order. The service parses requests, knows sessions, limits rates, caches,
keeps a store with transactions, and has workers behind a queue that carry out orders and tell
those who listen. Nothing depends on the clock, so all answers are the same every time; they are
reduced to a checksum.
"""
from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass, field

import pyperf

CLIENTS = 24
VISITS = 28
CHECKSUM = "e89e986dfabebb24"


# ---- messages ----


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    query: dict[str, str] = field(default_factory=dict)
    user: str | None = None

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            raise HttpError(400, "the body is not JSON") from None


@dataclass
class Response:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value, status: int = 200) -> Response:
        body = json.dumps(value, sort_keys=True).encode()
        return cls(status, body, {"content-type": "application/json"})

    def encode(self) -> bytes:
        headers = {**self.headers, "content-length": str(len(self.body))}
        lines = [f"HTTP/1.1 {self.status}"]
        lines += [f"{name}: {value}" for name, value in sorted(headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


class HttpError(Exception):
    def __init__(self, status: int, reason: str):
        super().__init__(reason)
        self.status = status


class Connection:
    """One direction of a stream: bytes are fed on one side and read on the other."""

    def __init__(self):
        self._buffer = bytearray()
        self._closed = False
        self._news = asyncio.Event()

    def feed(self, data: bytes) -> None:
        self._buffer += data
        self._news.set()

    def close(self) -> None:
        self._closed = True
        self._news.set()

    async def _more(self) -> None:
        if self._closed:
            raise EOFError
        self._news.clear()
        await self._news.wait()

    async def read_until(self, mark: bytes) -> bytes:
        while (end := self._buffer.find(mark)) < 0:
            await self._more()
        return self.take(end + len(mark))

    async def read_exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            await self._more()
        return self.take(count)

    def take(self, count: int) -> bytes:
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data


async def read_message(connection: Connection) -> tuple[str, dict[str, str], bytes]:
    head = (await connection.read_until(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = await connection.read_exactly(int(headers.get("content-length", 0)))
    return first, headers, body


async def requests(connection: Connection) -> AsyncIterator[Request]:
    while True:
        try:
            first, headers, body = await read_message(connection)
        except EOFError:
            return
        method, target, _ = first.split(" ")
        path, _, rest = target.partition("?")
        query = dict(part.split("=", 1) for part in rest.split("&") if "=" in part)
        yield Request(method, path, headers, body, query)


# ---- the store ----


@dataclass
class Product:
    number: int
    name: str
    price: int
    stock: int


class Store:
    """Tables behind one lock; a transaction that fails leaves nothing behind."""

    def __init__(self, products: list[Product]):
        self.products = {product.number: product for product in products}
        self.orders: dict[int, dict] = {}
        self._lock = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def transaction(self):
        async with self._lock:
            stock = {number: product.stock for number, product in self.products.items()}
            try:
                yield self
            except Exception:
                for number, count in stock.items():
                    self.products[number].stock = count
                raise

    async def find(self, text: str, limit: int) -> list[Product]:
        await asyncio.sleep(0)
        found = [each for each in self.products.values() if text in each.name]
        return sorted(found, key=lambda each: (each.price, each.number))[:limit]


class Cache:
    def __init__(self, size: int):
        self.size = size
        self.hits = self.misses = 0
        self._entries: OrderedDict[str, asyncio.Future] = OrderedDict()

    async def get(self, key: str, make: Callable[[], Awaitable]):
        """Those who ask while it is being made wait for the same result."""
        if key in self._entries:
            self.hits += 1
            self._entries.move_to_end(key)
            return await asyncio.shield(self._entries[key])
        self.misses += 1
        future = self._entries[key] = asyncio.get_running_loop().create_future()
        try:
            result = await make()
        except BaseException as problem:
            del self._entries[key]
            future.set_exception(problem)
            future.exception()
            raise
        future.set_result(result)
        while len(self._entries) > self.size:
            self._entries.popitem(last=False)
        return result

    def clear(self) -> None:
        self._entries.clear()


# ---- layers ----

Handler = Callable[[Request], Awaitable[Response]]


def reports_errors(inner: Handler) -> Handler:
    async def handle(request: Request) -> Response:
        try:
            return await inner(request)
        except HttpError as problem:
            return Response.of({"error": str(problem)}, problem.status)
        except (KeyError, TypeError) as problem:
            return Response.of({"error": f"missing or wrong: {problem}"}, 422)

    return handle


def limits_rate(inner: Handler, most: int) -> Handler:
    """By client: so many requests in a row without a pause."""
    counts: defaultdict[str, int] = defaultdict(int)

    async def handle(request: Request) -> Response:
        client = request.headers.get("x-client", "")
        counts[client] += 1
        if counts[client] > most:
            counts[client] = 0
            raise HttpError(429, "too many requests")
        return await inner(request)

    return handle


def knows_users(inner: Handler, sessions: dict[str, str]) -> Handler:
    async def handle(request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme == "Bearer":
            request.user = sessions.get(token)
        return await inner(request)

    return handle


class Router:
    def __init__(self):
        self.routes: list[tuple[str, list[str], Callable]] = []

    def add(self, method: str, pattern: str):
        def register(function):
            self.routes.append((method, pattern.strip("/").split("/"), function))
            return function

        return register

    async def __call__(self, request: Request) -> Response:
        parts = request.path.strip("/").split("/")
        allowed = False
        for method, pattern, function in self.routes:
            values = self.match(pattern, parts)
            if values is None:
                continue
            if method == request.method:
                return await function(request, **values)
            allowed = True
        raise HttpError(405 if allowed else 404, f"no {request.method} {request.path}")

    @staticmethod
    def match(pattern: list[str], parts: list[str]) -> dict[str, str] | None:
        if len(pattern) != len(parts):
            return None
        values = {}
        for want, have in zip(pattern, parts):
            if want.startswith("{"):
                values[want[1:-1]] = have
            elif want != have:
                return None
        return values


# ---- the shop ----


class Shop:
    def __init__(self, store: Store):
        self.store = store
        self.cache = Cache(16)
        self.sessions: dict[str, str] = {}
        self.carts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self.jobs: asyncio.Queue[int | None] = asyncio.Queue(8)
        self.listeners: defaultdict[str, list[asyncio.Queue]] = defaultdict(list)
        self.handler = self.layers()

    def layers(self) -> Handler:
        router = Router()
        router.add("POST", "/login")(self.log_in)
        router.add("GET", "/products")(self.search)
        router.add("GET", "/products/{number}")(self.show)
        router.add("PUT", "/cart/{number}")(self.put)
        router.add("POST", "/orders")(self.order)
        router.add("GET", "/orders/{number}")(self.status)
        return reports_errors(limits_rate(knows_users(router, self.sessions), 40))

    def need_user(self, request: Request) -> str:
        if request.user is None:
            raise HttpError(401, "log in first")
        return request.user

    def product(self, number: str) -> Product:
        if not number.isdigit() or int(number) not in self.store.products:
            raise HttpError(404, f"no product {number}")
        return self.store.products[int(number)]

    async def log_in(self, request: Request) -> Response:
        name = request.json()["name"]
        token = hashlib.md5(name.encode()).hexdigest()
        self.sessions[token] = name
        return Response.of({"token": token})

    async def search(self, request: Request) -> Response:
        text, limit = request.query.get("q", ""), int(request.query.get("limit", "10"))

        async def make() -> bytes:
            found = await self.store.find(text, limit)
            return Response.of([asdict(product) for product in found]).body

        return Response(200, await self.cache.get(f"{text}/{limit}", make))

    async def show(self, request: Request, number: str) -> Response:
        return Response.of(asdict(self.product(number)))

    async def put(self, request: Request, number: str) -> Response:
        cart = self.carts[self.need_user(request)]
        product, count = self.product(number), request.json()["count"]
        if count > product.stock:
            raise HttpError(409, f"only {product.stock} of {product.name}")
        cart[product.number] = cart.get(product.number, 0) + count
        return Response.of({"items": sum(cart.values())})

    async def order(self, request: Request) -> Response:
        user = self.need_user(request)
        cart = self.carts.pop(user, {})
        total = 0
        async with self.store.transaction() as store:
            for number, count in cart.items():
                product = store.products[number]
                product.stock -= count
                total += count * product.price
                await asyncio.sleep(0)
                if product.stock < 0:
                    raise HttpError(409, f"{product.name} is sold out")
            key = len(store.orders) + 1
            store.orders[key] = {"user": user, "total": total, "state": "new"}
        self.cache.clear()
        await self.jobs.put(key)
        return Response.of({"order": key, "total": total}, 201)

    async def status(self, request: Request, number: str) -> Response:
        order = self.store.orders.get(int(number))
        if order is None or order["user"] != self.need_user(request):
            raise HttpError(404, f"no order {number}")
        return Response.of(order)

    async def carry_out(self) -> None:
        """One worker."""
        while (key := await self.jobs.get()) is not None:
            order = self.store.orders[key]
            for state in ("packed", "sent"):
                await asyncio.sleep(0)
                order["state"] = state
                for queue in self.listeners[order["user"]]:
                    queue.put_nowait((key, state))

    async def serve(self, incoming: Connection, outgoing: Connection) -> None:
        async for request in requests(incoming):
            response = await self.handler(request)
            outgoing.feed(response.encode())
        outgoing.close()


# ---- clients ----


class Client:
    def __init__(self, number: int, shop: Shop):
        self.number = number
        self.name = f"client-{number}"
        self.shop = shop
        self.sent, self.received = Connection(), Connection()
        self.token = ""
        self.digest = hashlib.sha256()
        self.news: asyncio.Queue = asyncio.Queue()
        shop.listeners[self.name].append(self.news)

    async def ask(self, method: str, path: str, value=None):
        body = json.dumps(value).encode() if value is not None else b""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: shop\r\nX-Client: {self.name}\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        data = head + body
        for start in range(0, len(data), 64):  # as it may come from a network
            self.sent.feed(data[start : start + 64])
            await asyncio.sleep(0)
        first, _, body = await read_message(self.received)
        self.digest.update(first.encode() + body)
        return int(first.split()[1]), json.loads(body)

    async def visit(self, round_number: int) -> None:
        seed = self.number * 31 + round_number * 17
        status, found = await self.ask("GET", f"/products?q=a{seed % 7}&limit={3 + seed % 4}")
        if status == 429:
            return
        for product in found:
            await self.ask("GET", f"/products/{product['number']}")
            await self.ask("PUT", f"/cart/{product['number']}", {"count": 1 + seed % 3})
        await self.ask("PUT", f"/cart/{seed}", {"number": 1} if seed % 2 else {"count": 2})
        status, answer = await self.ask("POST", "/orders")
        if status == 201:
            while (await self.news.get()) != (answer["order"], "sent"):
                pass
            await self.ask("GET", f"/orders/{answer['order']}")

    async def run(self) -> str:
        server = asyncio.create_task(self.shop.serve(self.sent, self.received))
        await self.ask("POST", "/orders")
        _, answer = await self.ask("POST", "/login", {"name": self.name})
        self.token = answer["token"]
        for number in range(VISITS):
            await self.visit(number)
        self.sent.close()
        await server
        return self.digest.hexdigest()


async def run_service() -> str:
    products = [
        Product(number, f"a{number % 7} thing {number}", 100 + number * 37 % 900, 4000)
        for number in range(200)
    ]
    shop = Shop(Store(products))
    workers = [asyncio.create_task(shop.carry_out()) for _ in range(3)]
    digests = await asyncio.gather(*(Client(number, shop).run() for number in range(CLIENTS)))
    for _ in workers:
        await shop.jobs.put(None)
    await asyncio.gather(*workers)
    result = [digests, shop.cache.hits, shop.cache.misses, sorted(shop.store.orders.items())]
    return hashlib.sha256(repr(result).encode()).hexdigest()[:16]


def main() -> None:
    checksum = asyncio.run(run_service())
    if checksum != CHECKSUM:
        raise SystemExit(f"checksum {checksum} instead of {CHECKSUM}")


if __name__ == "__main__":
    pyperf.Runner().bench_func("order_service", main)
