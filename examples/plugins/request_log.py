"""An mcpd plugin that writes one JSON line per request and per response to stderr.

Settings (custom_config of Configure):
    level      DEBUG shows headers, too; INFO does not (default)
    secret     names of headers whose values are never written, separated by commas
               (default: Authorization, Cookie, Set-Cookie)

stdout stays empty. Stop writes how many requests and responses there were.
"""
from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

from google.protobuf.empty_pb2 import Empty
from grpc import StatusCode
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

log = logging.getLogger("request_log")


class JsonLines(logging.Formatter):
    """One record, one line: fields of the record's `extra`, sorted."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {"level": record.levelname, "event": record.getMessage()}
        fields.update(getattr(record, "fields", {}))
        if record.exc_info:
            fields["error"] = self.formatException(record.exc_info)
        return json.dumps(fields, sort_keys=True, ensure_ascii=False)


class RequestLogPlugin(BasePlugin):
    """Logs what passes by and changes nothing."""

    def __init__(self) -> None:
        self.secret = frozenset({"authorization", "cookie", "set-cookie"})
        self.count: Counter[str] = Counter()

    async def Configure(self, request: PluginConfig, context: ServicerContext) -> Empty:
        settings = dict(request.custom_config)
        level = logging.getLevelNamesMapping().get(settings.get("level", "INFO").upper())
        if level is None:
            await context.abort(StatusCode.INVALID_ARGUMENT, f"level: {settings['level']}?")
        log.setLevel(level)
        if "secret" in settings:
            self.secret = frozenset(name.strip().lower() for name in settings["secret"].split(","))
        return Empty()

    async def Stop(self, request: Empty, context: ServicerContext) -> Empty:
        self._write("stopping", dict(sorted(self.count.items())))
        return Empty()

    async def GetMetadata(self, request: Empty, context: ServicerContext) -> Metadata:
        return Metadata(
            name="request-log", version="1.0.0", description="Writes a JSON line per request"
        )

    async def GetCapabilities(self, request: Empty, context: ServicerContext) -> Capabilities:
        return Capabilities(flows=[FLOW_REQUEST, FLOW_RESPONSE])

    async def HandleRequest(self, request: HTTPRequest, context: ServicerContext) -> HTTPResponse:
        self.count["requests"] += 1
        fields = {"method": request.method, "path": request.path, "bytes": len(request.body)}
        self._write("request", fields, request.headers)
        return HTTPResponse(**{"continue": True})

    async def HandleResponse(
        self, response: HTTPResponse, context: ServicerContext
    ) -> HTTPResponse:
        self.count["responses"] += 1
        fields = {"status": response.status_code, "bytes": len(response.body)}
        self._write("response", fields, response.headers)
        return HTTPResponse(**{"continue": True})

    def _write(
        self, event: str, fields: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        shown = dict(fields)
        if headers is not None and log.isEnabledFor(logging.DEBUG):
            shown["headers"] = {
                name: "***" if name.lower() in self.secret else value
                for name, value in sorted(headers.items())
            }
        log.info(event, extra={"fields": shown})


def main() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    asyncio.run(serve(RequestLogPlugin(), sys.argv))


if __name__ == "__main__":
    main()
