"""Events, as the core makes them."""

from typing import Any

import msgspec

from polymock_schemas.events import RequestReceived, ResponseSent, ServerStarted

TS = 1_700_000_000_000_250
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
EXCHANGE = "018bcfe5-6800-7000-8000-000000000001"
_REQUEST = {
    "type": "request.received",
    "id": f"rq_{EXCHANGE}",
    "ts": TS,
    "exchange": EXCHANGE,
    "protocol": "openapi",
    "mock": "shop",
    "operation": "GET /pets/{petId}",
    "session": "",
    "method": "GET",
    "path": "/pets/1",
    "query": "",
    "client": "127.0.0.1",
    "user_agent": "curl",
    "principal": "",
    "trace_id": "",
    "bytes": 3,
    "headers": {},
    "body": "abc",
}
_RESPONSE = {
    "type": "response.sent",
    "id": f"rs_{EXCHANGE}",
    "ts": TS,
    "exchange": EXCHANGE,
    "protocol": "openapi",
    "mock": "shop",
    "operation": "GET /pets/{petId}",
    "session": "",
    "method": "GET",
    "path": "/pets/1",
    "status": 200,
    "outcome": "ok",
    "source": "example",
    "stub": "",
    "scenario": "",
    "principal": "",
    "latency_us": 1500,
    "trace_id": "",
    "parent": "",
    "bytes": 8,
    "violations": [],
    "headers": {},
    "body": '{"id":1}',
}


def request(**more: Any) -> RequestReceived:
    """A call, with other values where a test says so."""
    return msgspec.convert({**_REQUEST, **more}, RequestReceived)


def response(**more: Any) -> ResponseSent:
    """A reply, with other values where a test says so."""
    return msgspec.convert({**_RESPONSE, **more}, ResponseSent)


def started(number: int = 0) -> ServerStarted:
    """A start, one of many."""
    return ServerStarted(f"sv_{number:04d}", TS + number, 4711, ("shop",))
