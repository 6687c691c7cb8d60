"""Refusals as GraphQL responses without `data` (GraphQL, section 7.1; GraphQL over HTTP, section
"Status Codes").

A well-formed request that cannot be executed is 200 in `application/json`, where only that status
tells that a GraphQL server spoke, and 400 in `application/graphql-response+json`. A later edition
has 422 there for what does not validate; the audits that servers are measured by ask for 400.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from polymock.errors import (
    DeadlineExceeded,
    Forbidden,
    Invalid,
    MethodNotAllowed,
    MockError,
    NoAnswer,
    NoOperation,
    NotAcceptable,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unreadable,
    UnsupportedMedia,
)
from polymock_graphql.reading.errors import LimitExceeded, errors_of
from polymock_graphql.reading.media_types import JSON
from polymock_graphql.reading.negotiation import ANYTHING, error_media
from polymock_schemas.calls import Call, Headers, Outcome, Reply

STATUSES: Mapping[type[MockError], int] = {
    NoOperation: 404,
    MethodNotAllowed: 405,
    Unauthenticated: 401,
    Forbidden: 403,
    Unreadable: 400,
    TooLarge: 413,
    UnsupportedMedia: 415,
    NotAcceptable: 406,
    DeadlineExceeded: 504,
    Unavailable: 503,
    NoAnswer: 500,
}
MAX_FIELD = 1000


def refuse(call: Call, error: MockError) -> Reply:
    """Encode a refusal. It is not remembered: it depends on header fields that nobody matched."""
    media = error_media(call.fields.get(b"accept", ANYTHING))
    status = _status(error, media)
    body = msgspec.json.encode({"errors": errors_of(error)})
    return Reply(
        status=status,
        headers=(
            (b"content-type", f"{media}; charset=utf-8".encode()),
            (b"content-length", str(len(body)).encode()),
            (b"vary", b"Accept"),
            *_fields(error),
        ),
        body=b"" if call.method == "HEAD" else body,
        source="refusal",
        outcome=outcome_of(status),
        violations=error.violations,
    )


def outcome_of(status: int) -> Outcome:
    """Of a refusal; one of status 200 is the client's mistake too."""
    return "server_error" if status >= 500 else "client_error"


def _status(error: MockError, media: str) -> int:
    if isinstance(error, Invalid | LimitExceeded):
        return 200 if media == JSON else 400
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)


def _fields(error: MockError) -> Headers:
    """The header fields that RFC 9110 asks for beside a status."""
    if isinstance(error, MethodNotAllowed):
        return ((b"allow", ", ".join(error.allowed).encode("latin-1", "replace")),)
    if isinstance(error, UnsupportedMedia):
        return ((b"accept", ", ".join(error.accepted).encode("latin-1", "replace")),)
    if isinstance(error, Unauthenticated):
        challenges = error.challenges or ("Bearer",)
        return tuple((b"www-authenticate", _field(challenge)) for challenge in challenges)
    return ()


def _field(value: str) -> bytes:
    return "".join(c for c in value[:MAX_FIELD] if c.isprintable()).encode("latin-1", "replace")
