"""What the world tells of an answer in header fields: validators, places, links and totals."""

from __future__ import annotations

from collections.abc import Mapping, Set
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
    if response is None or not response.headers:
        own = _fields(reply, told, frozenset())
        return replace(reply, headers=(*reply.headers, *own)) if own else reply
    own = _fields(reply, told, {name.lower() for name in response.headers})
    names = {name for name, _ in own}
    others = (field for field in reply.headers if field[0] not in names)
    return replace(reply, headers=(*others, *own)) if own else reply


def _fields(reply: Reply, told: Told, declared: Set[str]) -> list[tuple[bytes, bytes]]:
    """The fields of the world; the contract declares those of some names, in lower case."""
    fields = []
    if told.state and reply.body:
        fields.append((b"etag", entity_tag(told.state, reply.body).encode("ascii")))
    if told.location and (reply.status == 201 or "location" in declared):
        fields.append((b"location", fit_value(told.location).encode("latin-1", "replace")))
    if told.links and "link" in declared:
        fields.append((b"link", told.links.encode("latin-1", "replace")))
    if told.total is not None:
        total = str(told.total).encode()
        fields.extend((name.encode("latin-1"), total) for name in declared & _TOTALS)
    return fields


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
