"""What the world tells of an answer in header fields: validators, places, links and totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from polymock_openapi.answering.choices import Told
from polymock_openapi.answering.response_headers import fit_value
from polymock_openapi.model import Response
from polymock_openapi.world.conditions import entity_tag, is_unchanged
from polymock_schemas.calls import Headers, Reply

_TOTALS = frozenset({"x-total-count", "x-total", "total-count", "x-total-items"})
_KEPT_BY_304 = frozenset(
    {"cache-control", "content-location", "date", "etag", "expires", "vary", "last-modified"}
)
"""What a 304 says of what a 200 would have said (RFC 9110, section 15.4.5)."""


def tells(told: Told, name: str) -> bool:
    """Whether the world says what stands in a field of this name."""
    return (name == "location" and bool(told.location)) or (name == "link" and bool(told.links))


def tell(reply: Reply, told: Told, response: Response | None) -> Reply:
    """The reply with what the world tells, in place of what the contract alone would say."""
    declared = {name.lower() for name in response.headers} if response is not None else set()
    own = dict(_fields(reply, told, declared))
    if not own:
        return reply
    others = reply.headers
    if declared:
        others = tuple(field for field in others if field[0] not in own)
    return replace(reply, headers=(*others, *own.items()))


def _fields(reply: Reply, told: Told, declared: set[str]) -> Iterator[tuple[bytes, bytes]]:
    if told.state and reply.body:
        yield b"etag", entity_tag(told.state, reply.body).encode("ascii")
    if told.location and (reply.status == 201 or "location" in declared):
        yield b"location", fit_value(told.location).encode("latin-1", "replace")
    if told.links and "link" in declared:
        yield b"link", told.links.encode("latin-1", "replace")
    if told.total is not None:
        for name in declared & _TOTALS:
            yield name.encode("latin-1"), str(told.total).encode()


def unless_unchanged(reply: Reply, sent: Mapping[str, Any]) -> Reply:
    """The reply, or 304 where the caller has this very representation already."""
    asked = sent.get("if-none-match")
    if asked is None or not 200 <= reply.status < 300:
        return reply
    tag = next((value for name, value in reply.headers if name == b"etag"), None)
    if tag is None or not is_unchanged(asked, tag.decode("latin-1")):
        return reply
    kept: Headers = tuple(
        field for field in reply.headers if field[0].decode("latin-1") in _KEPT_BY_304
    )
    return replace(reply, status=304, headers=kept, body=b"")
