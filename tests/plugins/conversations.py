"""What is said to each plugin of examples/plugins, and what must be among the answers.

The answers of the executable are compared with those of CPython anyway; the facts listed here are
about both, so that an oracle which answers nonsense is seen.
"""
from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8"}
TOKEN = "correct horse"


@dataclass(frozen=True)
class Conversation:
    """`source` is what is built; `facts` are statements about the list of answers."""

    name: str
    source: str
    calls: tuple[dict[str, Any], ...]
    facts: Callable[[list[Any]], dict[str, bool]]


def call(rpc: str, /, times: int = 1, **message: Any) -> dict[str, Any]:
    return {"method": rpc, "message": message, "times": times}


def configure(**settings: str) -> dict[str, Any]:
    return call("Configure", custom_config=settings)


OPENING = (call("GetMetadata"), call("GetCapabilities"), call("CheckHealth"), call("CheckReady"))
CLOSING = (call("Stop"),)


HEADER = Conversation(
    "header",
    "header.py",
    (
        *OPENING,
        configure(**{"set.X-Team": "Größe", "remove": "cookie, X-Debug"}),
        call("HandleRequest", path="/a", headers={"Cookie": "x", "X-Debug": "1", "Accept": "*/*"}),
        call("HandleRequest", times=200, method="POST", path="/b", body="x" * 5000),
        call("HandleResponse", status_code=200, headers={"Server": "nginx", "Age": "3"}, body="ok"),
        *CLOSING,
    ),
    lambda answers: {
        "metadata": answers[0]["name"] == "header",
        "both flows": answers[1]["flows"] == ["FLOW_REQUEST", "FLOW_RESPONSE"],
        "headers": answers[5]["modified_request"]["headers"]
        == {"Accept": "*/*", "X-Team": "Größe", "X-Served-By": "header-plugin/1.2.0"},
        "200 calls": len(answers[6]) == 200 and answers[6][0] == answers[6][-1],
        "response": answers[7]["headers"] == {"Age": "3"} and answers[7]["body"] == "ok",
    },
)

AUTH = Conversation(
    "auth",
    "auth.py",
    (
        *OPENING,
        configure(tokens="not hex"),
        configure(
            tokens=f"{hashlib.sha256(TOKEN.encode()).hexdigest()}, {'0' * 64}",
            public="/health,/docs/*",
            realm="test",
        ),
        call("CheckReady"),
        call("HandleRequest", path="/docs/a"),
        call("HandleRequest", path="/private"),
        call("HandleRequest", path="/private", headers={"authorization": "Bearer wrong"}),
        call("HandleRequest", path="/private", headers={"Authorization": f"bearer {TOKEN}"}),
        *CLOSING,
    ),
    lambda answers: {
        "not ready": answers[3]["refused"] == ["FAILED_PRECONDITION", "no token is configured"],
        "bad settings": answers[4]["refused"][0] == "INVALID_ARGUMENT",
        "ready": answers[6] == {},
        "public": answers[7]["continue"] is True,
        "401": answers[8]["status_code"] == 401 and not answers[8]["continue"],
        "realm": answers[8]["headers"]["WWW-Authenticate"] == 'Bearer realm="test"',
        "403": answers[9]["status_code"] == 403,
        "accepted": answers[10]["continue"] is True,
    },
)

LOGGING = Conversation(
    "logging",
    "request_log.py",
    (
        *OPENING,
        call("HandleRequest", method="GET", path="/first", headers={"Cookie": "secret"}),
        configure(level="nonsense"),
        configure(level="DEBUG"),
        call("HandleRequest", method="PUT", path="/zweite/ü", headers={"Cookie": "s", "A": "b"}),
        call("HandleResponse", status_code=404, headers={"Set-Cookie": "s"}, body="nothing here"),
        *CLOSING,
    ),
    lambda answers: {
        "metadata": answers[0]["name"] == "request-log",
        "passes": answers[4] == {"continue": True},
        "bad level": answers[5]["refused"] == ["INVALID_ARGUMENT", "level: nonsense?"],
    },
)

RATE_LIMIT = Conversation(
    "rate limit",
    "rate_limit",
    (
        *OPENING,
        configure(burst="3", per_minute="0.01"),
        *(call("HandleRequest", remote_addr="192.0.2.1:1000") for _ in range(4)),
        call("HandleRequest", remote_addr="192.0.2.2:1000"),
        call("HandleRequest", remote_addr="[2001:db8::1]:7"),
        call("HandleRequest", remote_addr="[2001:db8::2]:8"),
        configure(burst="0"),
        configure(burst="5", client_header="X-Forwarded-For", per_minute="0.01"),
        call("HandleRequest", times=12, headers={"x-forwarded-for": "198.51.100.9, 10.0.0.1"}),
        *CLOSING,
    ),
    lambda answers: {
        "three pass": [answer["continue"] for answer in answers[5:9]] == [True] * 3 + [False],
        "429": answers[8]["status_code"] == 429 and "Retry-After" in answers[8]["headers"],
        "another client": answers[9]["continue"] is True,
        "one IPv6 network": answers[11]["headers"]["X-RateLimit-Remaining"] == "1",
        "bad settings": answers[12]["refused"][0] == "INVALID_ARGUMENT",
        "five of twelve": sum(answer["continue"] for answer in answers[14]) == 5,
    },
)

TRANSFORM = Conversation(
    "transform",
    "transform",
    (
        *OPENING,
        call(
            "HandleRequest",
            headers=JSON_HEADERS,
            body=json.dumps({"userName": "Ada", "debug": 1, "cards": [{"credit_card": "4111"}]}),
        ),
        call("HandleRequest", headers=JSON_HEADERS, body="{broken"),
        call("HandleRequest", headers={"Content-Type": "text/plain"}, body="{broken"),
        call("HandleResponse", status_code=200, headers=JSON_HEADERS, body='[{"password": "x"}]'),
        configure(rules='{"rename": {"a": "b"}, "what": 1}'),
        configure(rules='{"rename": {"a": "b"}}'),
        call("HandleRequest", headers=JSON_HEADERS, body='{"a": {"a": 1.5}}'),
        *CLOSING,
    ),
    lambda answers: {
        "rules.json": json.loads(answers[4]["modified_request"]["body"])
        == {
            "user_name": "Ada",
            "cards": [{"credit_card": "***"}],
            "api_version": 2,
            "source": "mcpd",
        },
        "400": answers[5]["status_code"] == 400,
        "text passes": answers[6] == {"continue": True},
        "response": answers[7]["body"] == '[{"password":"***"}]',
        "bad rules": answers[8]["refused"] == ["INVALID_ARGUMENT", "rules: unknown rule: what"],
        "new rules": answers[10]["modified_request"]["body"] == '{"b":{"b":1.5}}',
    },
)

ALL = (HEADER, AUTH, LOGGING, RATE_LIMIT, TRANSFORM)
