"""The plugin itself.

Settings (custom_config of Configure):
    rules      a JSON object with `rename`, `mask`, `drop`, `add`, in place of the package's own
"""
from __future__ import annotations

import json

from google.protobuf.empty_pb2 import Empty
from grpc import StatusCode
from grpc.aio import ServicerContext
from mcpd_plugins import BasePlugin
from mcpd_plugins.v1.plugins.plugin_pb2 import (
    FLOW_REQUEST,
    FLOW_RESPONSE,
    Capabilities,
    HTTPRequest,
    HTTPResponse,
    Metadata,
    PluginConfig,
)

from .rules import Rules


def _is_json(headers) -> bool:
    kinds = [value for name, value in headers.items() if name.lower() == "content-type"]
    return any(kind.partition(";")[0].strip().endswith("json") for kind in kinds)


class TransformPlugin(BasePlugin):
    """Rewrites JSON bodies; what is no JSON passes unchanged."""

    def __init__(self) -> None:
        self.rules = Rules.default()

    async def Configure(self, request: PluginConfig, context: ServicerContext) -> Empty:
        text = request.custom_config.get("rules", "")
        if text:
            try:
                self.rules = Rules.from_json(text)
            except ValueError as problem:
                await context.abort(StatusCode.INVALID_ARGUMENT, f"rules: {problem}")
        return Empty()

    async def GetMetadata(self, request: Empty, context: ServicerContext) -> Metadata:
        return Metadata(
            name="transform", version="1.1.0", description="Rewrites JSON bodies by rules"
        )

    async def GetCapabilities(self, request: Empty, context: ServicerContext) -> Capabilities:
        return Capabilities(flows=[FLOW_REQUEST, FLOW_RESPONSE])

    async def HandleRequest(self, request: HTTPRequest, context: ServicerContext) -> HTTPResponse:
        answer = HTTPResponse(**{"continue": True})
        if not _is_json(request.headers):
            return answer
        try:
            body = self._rewritten(request.body)
        except ValueError as problem:
            setattr(answer, "continue", False)
            answer.status_code = 400
            answer.body = json.dumps({"error": f"body is no JSON: {problem}"}).encode()
            return answer
        answer.modified_request.CopyFrom(request)
        answer.modified_request.body = body
        return answer

    async def HandleResponse(
        self, response: HTTPResponse, context: ServicerContext
    ) -> HTTPResponse:
        answer = HTTPResponse()
        answer.CopyFrom(response)
        setattr(answer, "continue", True)
        if _is_json(response.headers):
            try:
                answer.body = self._rewritten(response.body)
            except ValueError:
                pass  # a server's broken body is the client's to see, not ours to hide
        return answer

    def _rewritten(self, body: bytes) -> bytes:
        return json.dumps(self.rules.apply(json.loads(body)), separators=(",", ":")).encode()
