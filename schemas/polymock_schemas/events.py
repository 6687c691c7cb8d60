"""Events: what happened to a server, its mocks and its world, as observers are told of it.

Each is a struct whose `type` is the event's name. `id` tells it from all others and stays the same
however often it is delivered; `ts` is when it happened, in microseconds since 1970, UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal, get_args

import msgspec

from polymock_schemas.calls import Outcome, Source, Violation

EventName = Literal[
    "server.started",
    "server.stopped",
    "request.received",
    "response.sent",
    "scenario.changed",
    "world.changed",
    "error.occurred",
]
EVENT_NAMES: tuple[EventName, ...] = get_args(EventName)

Fields = dict[str, str | list[str]]
"""Header fields by lower-case name, redacted as in the journal; a repeated one is a list."""


class Event(msgspec.Struct, frozen=True, tag_field="type"):
    """What all events have."""

    id: str
    ts: int


class ServerStarted(Event, frozen=True, tag="server.started"):
    """A server serves its mocks from now on."""

    pid: int
    mocks: tuple[str, ...]


class ServerStopped(Event, frozen=True, tag="server.stopped"):
    """A server was asked to end, and answers what has begun."""

    pid: int
    mocks: tuple[str, ...]


class RequestReceived(Event, frozen=True, tag="request.received"):
    """A call has come. `exchange` is the id of its row in the table `requests`.

    `body` is text, cut and redacted as in the journal; None where there was none.
    """

    exchange: str
    protocol: str
    mock: str
    operation: str
    session: str
    method: str
    path: str
    query: str
    client: str
    user_agent: str
    principal: str
    trace_id: str
    bytes: int
    headers: Fields
    body: str | None = None


class ResponseSent(Event, frozen=True, tag="response.sent"):
    """A call was answered. `exchange` is as in RequestReceived, `latency_us` microseconds.

    `parent` is the traceparent header of the call (W3C Trace Context), "" where it had none.
    """

    exchange: str
    protocol: str
    mock: str
    operation: str
    session: str
    method: str
    path: str
    status: int
    outcome: Outcome
    source: Source
    stub: str
    scenario: str
    principal: str
    latency_us: int
    trace_id: str
    parent: str
    bytes: int
    violations: tuple[Violation, ...]
    headers: Fields
    body: str | None = None


class ScenarioChanged(Event, frozen=True, tag="scenario.changed"):
    """A scenario went from one state to another."""

    scenario: str
    session: str
    before: str
    after: str


class WorldChanged(Event, frozen=True, tag="world.changed"):
    """Something was written. A world that was reset or restored has no `collection` and no `key`.

    `session` is "" for the base world, `mock` "" where a command wrote; `others` are how many
    entities changed with this one, as those that referred to what was deleted.
    """

    action: Literal["created", "updated", "deleted", "reset", "restored"]
    collection: str
    key: str
    session: str
    mock: str
    others: int


class ErrorOccurred(Event, frozen=True, tag="error.occurred"):
    """A call had another outcome than ok, or the server itself has a fault.

    `part` is `exchange` for the first; then `exchange` is the row's id in the table `requests`.
    For the second it is the part of the server that has it: `workers`, `journal`, `reload`.
    """

    part: str
    message: str
    exchange: str = ""
    protocol: str = ""
    mock: str = ""
    operation: str = ""
    session: str = ""
    status: int = 0
    outcome: str = ""
    violations: tuple[Violation, ...] = ()


def name_of(event: Event) -> str:
    """The event's name: `request.received`."""
    return str(event.__struct_config__.tag)


def told(event: Event, *, bodies: bool = True) -> dict[str, Any]:
    """The event as it goes over the net: `id`, `type`, `timestamp` (RFC 3339) and `data`.

    Values are of JSON's types. Without `bodies` the messages' bodies are left out.
    """
    data = msgspec.to_builtins(event)
    for name in ("id", "ts", "type"):
        del data[name]
    if not bodies:
        data.pop("body", None)
    return {
        "id": event.id,
        "type": name_of(event),
        "timestamp": instant(event.ts),
        "data": data,
    }


def instant(ts_us: int) -> str:
    """Microseconds since 1970 as RFC 3339 writes them: `2026-03-01T12:30:00.000250Z`."""
    at = datetime.fromtimestamp(ts_us // 1_000_000, UTC).replace(microsecond=ts_us % 1_000_000)
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
