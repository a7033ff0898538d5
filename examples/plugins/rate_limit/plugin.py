"""The plugin itself.

Settings (custom_config of Configure):
    burst          requests a client may send at once (default: 10)
    per_minute     requests a client may send in the long run (default: 60)
    client_header  header that names the client instead of its address, e.g. X-Forwarded-For
"""
from __future__ import annotations

import ipaddress
import json
import time

from google.protobuf.empty_pb2 import Empty
from grpc import StatusCode
from grpc.aio import ServicerContext
from mcpd_plugins import BasePlugin
from mcpd_plugins.v1.plugins.plugin_pb2 import (
    FLOW_REQUEST,
    Capabilities,
    HTTPRequest,
    HTTPResponse,
    Metadata,
    PluginConfig,
)

from . import __version__
from .bucket import Buckets


def client_address(remote: str) -> str:
    """The client of an `address:port` text. One IPv6 customer has a whole /64, so that counts."""
    host = remote.rpartition(":")[0].strip("[]") or remote
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return remote
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


class RateLimitPlugin(BasePlugin):
    """Answers 429 in place of a server that would be asked too often."""

    def __init__(self) -> None:
        self.buckets = Buckets(burst=10, rate=1.0, clock=time.monotonic)
        self.client_header = ""

    async def Configure(self, request: PluginConfig, context: ServicerContext) -> Empty:
        settings = dict(request.custom_config)
        try:
            burst = int(settings.get("burst", "10"))
            rate = float(settings.get("per_minute", "60")) / 60
            if burst < 1 or rate <= 0:
                raise ValueError("burst and per_minute must be positive")
        except ValueError as problem:
            await context.abort(StatusCode.INVALID_ARGUMENT, str(problem))
        self.buckets = Buckets(burst, rate, time.monotonic)
        self.client_header = settings.get("client_header", "").lower()
        return Empty()

    async def GetMetadata(self, request: Empty, context: ServicerContext) -> Metadata:
        return Metadata(
            name="rate-limit", version=__version__, description="Token buckets per client"
        )

    async def GetCapabilities(self, request: Empty, context: ServicerContext) -> Capabilities:
        return Capabilities(flows=[FLOW_REQUEST])

    async def HandleRequest(self, request: HTTPRequest, context: ServicerContext) -> HTTPResponse:
        client = self._client(request)
        left = self.buckets.take(client)
        limit = {"X-RateLimit-Limit": str(self.buckets.burst)}
        if left is not None:
            answer = HTTPResponse(**{"continue": True})
            answer.headers.update({**limit, "X-RateLimit-Remaining": str(left)})
            return answer
        seconds = self.buckets.wait(client)
        answer = HTTPResponse(
            **{"continue": False},
            status_code=429,
            body=json.dumps({"error": "too many requests", "client": client}).encode(),
        )
        answer.headers.update({**limit, "Retry-After": str(seconds)})
        return answer

    def _client(self, request: HTTPRequest) -> str:
        if self.client_header:
            for name, value in request.headers.items():
                if name.lower() == self.client_header:
                    return value.partition(",")[0].strip()
        return client_address(request.remote_addr)
