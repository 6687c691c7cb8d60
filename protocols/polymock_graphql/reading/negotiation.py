"""Which media type an answer gets: what the client accepts, and what the operation can be."""

from __future__ import annotations

from functools import lru_cache

from polymock.errors import NotAcceptable
from polymock_graphql.model import OperationKind
from polymock_graphql.reading.media_types import (
    EVENTS,
    GRAPHQL_JSON,
    HTML,
    JSON,
    PARTS,
    Accepted,
    parse_accept,
)

SOCKET = "websocket"
"""In the place of a media type: the results go out over a WebSocket."""
DEFER_SPEC = f"{PARTS};deferSpec=20220824"
"""Parts in the form that most clients read, an earlier one than the GraphQL drafts'."""
SUBSCRIPTION_SPEC = f"{PARTS};subscriptionSpec=1.0"
ANYTHING = b"*/*"
_WHOLE = (JSON, GRAPHQL_JSON)
"""The types of an answer that is no stream; without any wish it is the first."""


@lru_cache(maxsize=512)
def choose_media(accept: bytes, kind: OperationKind, *, incremental: bool = False) -> str:
    """The media type to answer in. `accept` is the field's value.

    A stream is only for those who name its type: `*/*` is also what clients send that cannot read
    one. Raises NotAcceptable.
    """
    accepted = parse_accept(accept)
    if kind == "subscription":
        return _choose_stream(accepted)
    streams = [EVENTS] if accepted.names(EVENTS) else []
    if incremental and accepted.names(PARTS):
        streams.insert(0, PARTS)
    offers = (*streams, *_WHOLE) if incremental else (*_WHOLE, *streams)
    if incremental and streams and accepted.weight(streams[0]) >= accepted.weight(JSON):
        best: str | None = streams[0]
    else:
        best = accepted.best(offers)
    if best is None and accepted.names(PARTS):
        best = PARTS
    if best is None:
        raise NotAcceptable(
            f"The answer can be {', '.join(_WHOLE)} or {EVENTS}; `Accept` names none of them.",
            (*_WHOLE, EVENTS),
        )
    return _with_form(best, accepted)


def wants_page(accept: bytes) -> bool:
    """Whether a browser asks: HTML is named, and before the types of answers."""
    accepted = parse_accept(accept)
    return accepted.names(HTML) is not None and accepted.best((*_WHOLE, HTML)) == HTML


def error_media(accept: bytes) -> str:
    """The media type of a refusal; where none is accepted, the one that says what it is."""
    return parse_accept(accept).best(_WHOLE) or GRAPHQL_JSON


def _choose_stream(accepted: Accepted) -> str:
    offers = [media for media in (EVENTS, PARTS) if accepted.names(media)]
    best = accepted.best(offers)
    if best is None:
        raise NotAcceptable(
            f"A subscription is answered as a stream: send `Accept: {EVENTS}`, or open a "
            "WebSocket with the subprotocol graphql-transport-ws.",
            (EVENTS, SUBSCRIPTION_SPEC),
        )
    return SUBSCRIPTION_SPEC if best == PARTS else best


def _with_form(media: str, accepted: Accepted) -> str:
    if media != PARTS:
        return media
    asked = accepted.names(PARTS)
    parameters = asked.parameters if asked else {}
    return PARTS if "incrementalspec" in parameters else DEFER_SPEC
