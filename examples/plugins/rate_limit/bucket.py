"""Token buckets: each client has `burst` tokens, and `rate` new ones come every second."""
from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    tokens: float
    filled_at: float


class Buckets:
    """The buckets of all clients; the one unused for longest goes when there are too many."""

    def __init__(self, burst: int, rate: float, clock: Callable[[], float], most: int = 10_000):
        self.burst = burst
        self.rate = rate
        self._clock = clock
        self._most = most
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, client: str) -> int | None:
        """Takes a token. How many are left, or None when there was none to take."""
        now = self._clock()
        bucket = self._buckets.setdefault(client, Bucket(self.burst, now))
        self._buckets.move_to_end(client)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        earned = (now - bucket.filled_at) * self.rate
        bucket.tokens = min(self.burst, bucket.tokens + earned)
        bucket.filled_at = now
        if bucket.tokens < 1:
            return None
        bucket.tokens -= 1
        return int(bucket.tokens)

    def wait(self, client: str) -> int:
        """Whole seconds until the client's next token."""
        missing = 1 - self._buckets[client].tokens
        return max(1, math.ceil(missing / self.rate))
