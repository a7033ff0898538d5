"""An mcpd plugin that sets and removes HTTP headers, on the way in and on the way out.

Settings (custom_config of Configure):
    set.NAME       value of a header to set on every request, e.g. "set.X-Team" = "search"
    remove         names of request headers to drop, separated by commas
    hide           names of response headers to drop, separated by commas (default: Server)
"""
from __future__ import annotations

import asyncio
import sys

from google.protobuf.empty_pb2 import Empty
from grpc.aio import ServicerContext
from mcpd_plugins import BasePlugin, serve
from mcpd_plugins.v1.plugins.plugin_pb2 import (
    FLOW_REQUEST,
    FLOW_RESPONSE,
    Capabilities,
    HTTPRequest,
    HTTPResponse,
    Metadata,
    PluginConfig,
)

VERSION = "1.2.0"


def _names(listed: str) -> frozenset[str]:
    """Header names of a comma-separated list; HTTP compares them without regard to case."""
    return frozenset(name.strip().lower() for name in listed.split(",") if name.strip())


class HeaderPlugin(BasePlugin):
    """Sets, replaces and drops headers."""

    def __init__(self) -> None:
        self.added: dict[str, str] = {"X-Served-By": f"header-plugin/{VERSION}"}
        self.removed: frozenset[str] = frozenset()
        self.hidden: frozenset[str] = _names("Server")

    async def Configure(self, request: PluginConfig, context: ServicerContext) -> Empty:
        settings = dict(request.custom_config)
        self.removed = _names(settings.get("remove", ""))
        self.hidden = _names(settings.get("hide", "Server"))
        for key, value in settings.items():
            if key.startswith("set."):
                self.added[key.removeprefix("set.")] = value
        return Empty()

    async def GetMetadata(self, request: Empty, context: ServicerContext) -> Metadata:
        return Metadata(
            name="header", version=VERSION, description="Sets and removes HTTP headers"
        )

    async def GetCapabilities(self, request: Empty, context: ServicerContext) -> Capabilities:
        return Capabilities(flows=[FLOW_REQUEST, FLOW_RESPONSE])

    async def HandleRequest(self, request: HTTPRequest, context: ServicerContext) -> HTTPResponse:
        answer = HTTPResponse(**{"continue": True})
        answer.modified_request.CopyFrom(request)
        headers = answer.modified_request.headers
        for name in [name for name in headers if name.lower() in self.removed]:
            del headers[name]
        headers.update(self.added)
        return answer

    async def HandleResponse(
        self, response: HTTPResponse, context: ServicerContext
    ) -> HTTPResponse:
        answer = HTTPResponse()
        answer.CopyFrom(response)
        for name in [name for name in answer.headers if name.lower() in self.hidden]:
            del answer.headers[name]
        setattr(answer, "continue", True)
        return answer


if __name__ == "__main__":
    asyncio.run(serve(HeaderPlugin(), sys.argv))
