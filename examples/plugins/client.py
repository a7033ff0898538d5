"""Talks to an mcpd plugin as its host does, and shows the answers.

    python client.py unix PATH METHOD [JSON]        one call on a unix socket
    python client.py tcp HOST:PORT METHOD [JSON]    one call on TCP

METHOD is GetMetadata, GetCapabilities, CheckHealth, CheckReady, Configure, HandleRequest,
HandleResponse or Stop; JSON is the message, with the service's own field names. A body is given
and shown as text.

    python client.py unix /tmp/header.sock HandleRequest '{"method": "GET", "path": "/"}'

The server may still be starting: the client waits up to ten seconds, as mcpd does. Exit status: 0
answered, 1 not answered in time or refused, 2 wrong usage.
"""
from __future__ import annotations

import argparse
import base64
import json
import sys
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format
from google.protobuf.message import Message
from mcpd_plugins.v1.plugins import plugin_pb2
from mcpd_plugins.v1.plugins.plugin_pb2_grpc import PluginStub

SERVICE = plugin_pb2.DESCRIPTOR.services_by_name["Plugin"]
START_SECONDS = 10.0
CALL_SECONDS = 5.0


def target(network: str, address: str) -> str:
    """What grpc calls the address."""
    return f"unix:{address}" if network == "unix" else address


def connect(network: str, address: str, seconds: float = START_SECONDS) -> grpc.Channel:
    """A channel to a plugin that answers; TimeoutError when none does in time."""
    # Without these the second attempt comes after a whole second; a plugin starts much faster.
    options = [
        ("grpc.initial_reconnect_backoff_ms", 50),
        ("grpc.min_reconnect_backoff_ms", 50),
        ("grpc.max_reconnect_backoff_ms", 50),
        ("grpc.enable_http_proxy", 0),
    ]
    channel = grpc.insecure_channel(target(network, address), options)
    try:
        grpc.channel_ready_future(channel).result(timeout=seconds)
    except grpc.FutureTimeoutError:
        channel.close()
        raise TimeoutError(f"no plugin answers on {address} ({network})") from None
    return channel


def message(method: str, values: dict[str, Any]) -> Message:
    """The request message of a method, from field values with bodies as text."""
    kind = SERVICE.methods_by_name[method].input_type
    return json_format.ParseDict(_with_bytes(values, base64_of), _class_of(kind)())


def shown(answer: Message) -> dict[str, Any]:
    """An answer's fields by their own names, bodies as text where they are text."""
    values = json_format.MessageToDict(answer, preserving_proto_field_name=True)
    if isinstance(answer, plugin_pb2.HTTPResponse):
        values.setdefault("continue", False)  # the one field whose absence is an answer
    return _with_bytes(values, text_of)


def call(channel: grpc.Channel, method: str, values: dict[str, Any] | None = None) -> Message:
    """One call; grpc.RpcError when the plugin refuses."""
    function = getattr(PluginStub(channel), method)
    return function(message(method, values or {}), timeout=CALL_SECONDS)


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def text_of(encoded: str) -> str:
    raw = base64.b64decode(encoded)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return f"({len(raw)} bytes) {encoded}"


def _with_bytes(values: dict[str, Any], convert) -> dict[str, Any]:
    """A copy with every `body` converted, at any depth."""
    return {
        key: convert(value)
        if key == "body" and isinstance(value, str)
        else _with_bytes(value, convert)
        if isinstance(value, dict)
        else value
        for key, value in values.items()
    }


def _class_of(kind) -> type[Message]:
    return getattr(plugin_pb2, kind.name, None) or getattr(empty_pb2, kind.name)


def main() -> int:
    parser = argparse.ArgumentParser(description="Call one method of an mcpd plugin.")
    parser.add_argument("network", choices=["unix", "tcp"])
    parser.add_argument("address", help="socket path, or HOST:PORT")
    parser.add_argument("method", choices=sorted(SERVICE.methods_by_name))
    parser.add_argument("json", nargs="?", default="{}", help="the message (default: empty)")
    given = parser.parse_args()
    try:
        values = json.loads(given.json)
        message(given.method, values)
    except (ValueError, json_format.ParseError) as problem:
        parser.error(f"the message: {problem}")
    try:
        with connect(given.network, given.address) as channel:
            answer = call(channel, given.method, values)
    except TimeoutError as problem:
        print(f"client: {problem}", file=sys.stderr)
        return 1
    except grpc.RpcError as problem:
        print(f"client: {problem.code().name}: {problem.details()}", file=sys.stderr)
        return 1
    print(json.dumps(shown(answer), indent=2, sort_keys=True, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
