"""An mcpd plugin that lets a request through only with a known bearer token.

Settings (custom_config of Configure):
    tokens     SHA-256 sums of the accepted tokens in hex, separated by commas
    public     path patterns that need no token, separated by commas, e.g. "/health,/docs/*"
    realm      what the WWW-Authenticate header names (default: mcpd)

Tokens are configured as sums, so that the configuration is no secret. For a first try without any
configuration the environment variable AUTH_TOKEN holds one token in clear.
"""
from __future__ import annotations

import asyncio
import fnmatch
import hashlib
import hmac
import json
import os
import sys

from google.protobuf.empty_pb2 import Empty
from grpc import StatusCode
from grpc.aio import ServicerContext
from mcpd_plugins import BasePlugin, serve
from mcpd_plugins.v1.plugins.plugin_pb2 import (
    FLOW_REQUEST,
    Capabilities,
    HTTPRequest,
    HTTPResponse,
    Metadata,
    PluginConfig,
)


def _words(listed: str) -> list[str]:
    return [word.strip() for word in listed.split(",") if word.strip()]


def _sum(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class AuthPlugin(BasePlugin):
    """Checks the Authorization header of each request."""

    def __init__(self, token: str | None = None) -> None:
        self.accepted: list[bytes] = [_sum(token)] if token else []
        self.public: list[str] = []
        self.realm = "mcpd"

    async def Configure(self, request: PluginConfig, context: ServicerContext) -> Empty:
        settings = dict(request.custom_config)
        try:
            self.accepted += [bytes.fromhex(text) for text in _words(settings.get("tokens", ""))]
        except ValueError as problem:
            await context.abort(StatusCode.INVALID_ARGUMENT, f"tokens: {problem}")
        self.public = _words(settings.get("public", ""))
        self.realm = settings.get("realm", self.realm)
        return Empty()

    async def GetMetadata(self, request: Empty, context: ServicerContext) -> Metadata:
        return Metadata(
            name="auth", version="2.0.1", description="Accepts requests with a known bearer token"
        )

    async def GetCapabilities(self, request: Empty, context: ServicerContext) -> Capabilities:
        return Capabilities(flows=[FLOW_REQUEST])

    async def CheckReady(self, request: Empty, context: ServicerContext) -> Empty:
        if not self.accepted:
            await context.abort(StatusCode.FAILED_PRECONDITION, "no token is configured")
        return Empty()

    async def HandleRequest(self, request: HTTPRequest, context: ServicerContext) -> HTTPResponse:
        if any(fnmatch.fnmatchcase(request.path, pattern) for pattern in self.public):
            return HTTPResponse(**{"continue": True})
        headers = {name.lower(): value for name, value in request.headers.items()}
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return self._refuse(401, "a bearer token is needed")
        if not self._is_accepted(token.strip()):
            return self._refuse(403, "this token is not accepted")
        return HTTPResponse(**{"continue": True})

    def _is_accepted(self, token: str) -> bool:
        """Compares with every sum in constant time: how long it takes tells nothing."""
        given = _sum(token)
        return sum(hmac.compare_digest(given, accepted) for accepted in self.accepted) > 0

    def _refuse(self, status: int, reason: str) -> HTTPResponse:
        answer = HTTPResponse(
            **{"continue": False},
            status_code=status,
            body=json.dumps({"error": reason}).encode(),
        )
        answer.headers["Content-Type"] = "application/json"
        if status == 401:
            answer.headers["WWW-Authenticate"] = f'Bearer realm="{self.realm}"'
        return answer


if __name__ == "__main__":
    asyncio.run(serve(AuthPlugin(os.environ.get("AUTH_TOKEN")), sys.argv))
