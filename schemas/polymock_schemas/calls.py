"""Calls, replies and exchanges: what every edge and every contract hand to one another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Literal

import msgspec

Headers = tuple[tuple[bytes, bytes], ...]
"""Header or metadata fields in wire order: (lower-case name, value), repeated names repeated."""

Source = Literal["", "stub", "handler", "upstream", "world", "example", "sample", "refusal"]
"""Who made an answer; empty where the edge answered by itself (a CORS preflight)."""

Outcome = Literal["ok", "client_error", "server_error", "fault"]


class Violation(msgspec.Struct, frozen=True, gc=False):
    """One reason why a call breaks its contract.

    `location` is a path into the call: `path.petId`, `query.limit`, `header.X-Trace`,
    `cookie.sid`, `body` or `body` with an RFC 6901 JSON Pointer behind it (`body/owner/name`).
    """

    location: str
    message: str


class Call(msgspec.Struct, gc=False):
    """One request as an edge read it off the wire, before any contract looked at it.

    `path` is raw (percent-encoded, as RFC 3986 sends it), starts with `/` and has lost the mock's
    own prefix; `query` is raw without its `?`. `fields` maps each lower-case header name to its
    last value, for look-ups; `headers` keeps all of them, in order.
    """

    method: str
    path: str
    query: bytes
    headers: Headers
    fields: dict[bytes, bytes]
    body: bytes = b""
    client: str = ""
    origin: str = ""
    """Scheme and authority that the caller used (`http://127.0.0.1:8080`)."""
    prefix: str = ""
    """The mock's own prefix, which stood before `path` on the wire (`/shop`)."""
    is_bare: bool = False
    """Whether the prefix was all, without the slash that `path` has."""
    messages: AsyncIterator[bytes] | None = None
    """What a client streams, message by message as it comes; None where `body` is all there is."""
    deadline: float | None = None
    """When the caller gives up, in seconds of `time.monotonic()`; None where it did not say."""

    @property
    def address(self) -> str:
        """The raw path as it was sent."""
        return self.prefix if self.is_bare else self.prefix + self.path

    notes: Any = None
    """The contract's own: what it remembers of the call until its answer has ended."""


class Outbound(msgspec.Struct, frozen=True, gc=False):
    """A request that the mock sends after it answered (an OpenAPI callback)."""

    method: str
    url: str
    headers: Headers
    body: bytes


class Ending(bytes):
    """A chunk of a stream that is no message but says on the wire that there are no more."""


class Reply(msgspec.Struct, frozen=True, gc=False):
    """What an edge writes back, with all that the engine knew of it, for the journal.

    `status` is the one on the wire: of HTTP, or of the listener's own protocol. `headers` hold
    `content-length` where the edge is HTTP and the body is all. `stable` says that the same call
    always gets this very reply, so it may be remembered.

    A reply that goes on has a `stream`: what follows `body`, chunk by chunk; each chunk counts as a
    message unless it is an `Ending`. A MockError that the stream raises is refused by the contract,
    and the refusal's body and trailers end the stream.
    """

    status: int
    headers: Headers
    body: bytes
    source: Source
    outcome: Outcome = "ok"
    operation: str = ""
    principal: str = ""
    violations: tuple[Violation, ...] = ()
    stub: str = ""
    scenario: str = ""
    stable: bool = False
    outbound: tuple[Outbound, ...] = ()
    code: int | None = None
    """The protocol's own status where HTTP's is another (a gRPC code): what the journal keeps."""
    trailers: Headers = ()
    """Fields behind the body, on wires that have them; HTTP's edge leaves them out."""
    stream: AsyncIterator[bytes] | None = None
    request_messages: int = 1
    response_messages: int = 1
    """Of a stream: how many messages came, and how many were sent."""


class Exchange(msgspec.Struct, frozen=True):
    """One call with its reply, as recorded: the columns of the table `requests`.

    `ts` is microseconds since 1970 (UTC), `latency_us` microseconds. Bodies are cut at the
    journal's limit (`truncated`) and redacted as configured. A body that is not UTF-8 text stands
    as `base64:` and its base64 form.
    """

    id: str
    ts: int
    protocol: str
    mock: str
    operation: str
    method: str
    path: str
    query: str
    status: int
    outcome: Outcome
    source: Source
    latency_us: int
    request_bytes: int
    response_bytes: int
    request_headers: dict[str, Any]
    response_headers: dict[str, Any]
    request_body: str | None
    response_body: str | None
    truncated: bool = False
    violations: tuple[Violation, ...] = ()
    stub: str = ""
    scenario: str = ""
    principal: str = ""
    client: str = ""
    user_agent: str = ""
    session: str = ""
    node: str = ""
    trace_id: str = ""
    request_messages: int = 1
    response_messages: int = 1
