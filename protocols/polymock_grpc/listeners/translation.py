"""Metadata, deadlines and statuses of gRPC to calls, and from replies; pure."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from time import monotonic

import msgspec

from polymock_grpc.listeners.addresses import client_of
from polymock_grpc.model import INTERNAL, OK
from polymock_schemas.calls import Call, Headers, Reply

Metadata = list[tuple[str, str | bytes]]

MAX_CODE = 16
"""UNAUTHENTICATED, the last of the codes."""
MARGIN_SECONDS = 0.005
MARGIN_SHARE = 0.1

_CONTENT_TYPE = (b"content-type", b"application/grpc")
_MESSAGE = b"grpc-message"
_DETAILS = b"grpc-status-details-bin"
_OF_THE_WIRE = frozenset(
    (
        b"connection",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"host",
        b"keep-alive",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)
"""Fields that are not metadata: the transport writes those that it needs."""
_NAME = re.compile(rb"[0-9a-z_.\-]+")
_UNSAFE = re.compile(r"[^\x20-\x7e]")


class Outcome(msgspec.Struct, frozen=True):
    """How a call ends on the wire (gRPC over HTTP/2, Trailers)."""

    code: int
    message: str
    metadata: Metadata


def build_call(
    path: str,
    metadata: Iterable[tuple[str, str | bytes]],
    peer: str,
    remaining: float | None,
    origin: str,
    body: bytes = b"",
    messages: AsyncIterator[bytes] | None = None,
) -> Call:
    """The call of a request.

    `metadata` has lower-case names, and bytes under `-bin` names; `remaining` are the seconds that
    the caller still waits.
    """
    headers = (
        _CONTENT_TYPE,
        *[
            (name.encode(), value if isinstance(value, bytes) else value.encode())
            for name, value in metadata
        ],
    )
    return Call(
        method="POST",
        path=path,
        query=b"",
        headers=headers,
        fields=dict(headers),
        body=body,
        client=client_of(peer),
        origin=origin,
        messages=messages,
        deadline=None if remaining is None else monotonic() + remaining - _margin(remaining),
    )


def to_metadata(fields: Headers) -> Metadata:
    """Header or trailer fields as metadata, without the fields that are the transport's own.

    Metadata holds printable ASCII, but for `-bin` names: what else stands there becomes `?`.
    """
    return [
        (name.decode("ascii"), value if name.endswith(b"-bin") else _printable(value))
        for name, value in fields
        if _is_metadata(name)
    ]


def outcome_of(reply: Reply) -> Outcome:
    """How a reply ends. A status that gRPC has not says that the mock itself failed."""
    if not OK <= reply.status <= MAX_CODE:
        return Outcome(INTERNAL, "The mock failed; the server's log says where.", [])
    code = reply.status
    if not reply.trailers:
        return Outcome(code, "", [])
    text = dict(reply.trailers).get(_MESSAGE, b"").decode("utf-8", "replace")
    return Outcome(code, text, to_metadata(reply.trailers))


def _margin(remaining: float) -> float:
    """How much earlier than the caller the mock gives up: so the mock can still say so itself."""
    return min(MARGIN_SECONDS, max(0.0, remaining) * MARGIN_SHARE)


def _is_metadata(name: bytes) -> bool:
    if name.startswith(b"grpc-"):
        return name == _DETAILS
    return name not in _OF_THE_WIRE and _NAME.fullmatch(name) is not None


def _printable(value: bytes) -> str:
    return _UNSAFE.sub("?", value.decode("utf-8", "replace"))
