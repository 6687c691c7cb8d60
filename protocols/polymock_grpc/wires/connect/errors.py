"""Connect's errors: the JSON of an error, and of a stream's end.

{"code": "not_found", "message": "…", "details": [{"type": "…", "value": "base64", "debug": {…}}]}
"""

from __future__ import annotations

from typing import Any

import msgspec

from polymock_grpc.model import Status
from polymock_grpc.wires.codes import code_of
from polymock_grpc.wires.envelopes import wrap
from polymock_grpc.wires.metadata import header_fields, unpadded
from polymock_schemas.calls import Headers, Reply

END_OF_STREAM = 0x02
"""The flag of the frame that ends an answer's stream."""


def refuse_unary(status: Status, http: int | None = None, headers: Headers = ()) -> Reply:
    """An error as the whole reply.

    `http` is its HTTP status where the code's own would not tell what is wrong with the request,
    and `headers` go with it.
    """
    code = code_of(status.code)
    body = msgspec.json.encode(_error(status))
    return Reply(
        status=code.http if http is None else http,
        headers=(
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            *headers,
            *header_fields(status.metadata),
        ),
        body=body,
        source="refusal",
        outcome=code.outcome,
        code=status.code,
    )


def refuse_stream(status: Status, codec: str) -> Reply:
    """An error as the end of a stream: its HTTP status is 200."""
    body = end_of_stream(status, status.metadata)
    return Reply(
        status=200,
        headers=(
            (b"content-type", b"application/connect+" + codec.encode()),
            (b"content-length", b"%d" % len(body)),
        ),
        body=body,
        source="refusal",
        outcome=code_of(status.code).outcome,
        code=status.code,
    )


def end_of_stream(status: Status | None, trailers: Headers) -> bytes:
    """The frame that ends a stream, with the error where there was one."""
    end: dict[str, Any] = {}
    if status is not None:
        end["error"] = _error(status)
    metadata: dict[str, list[str]] = {}
    for name, value in header_fields(trailers):
        metadata.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    if metadata:
        end["metadata"] = metadata
    return wrap(msgspec.json.encode(end), END_OF_STREAM)


def _error(status: Status) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code_of(status.code).connect}
    if status.message:
        error["message"] = status.message
    if status.details:
        error["details"] = [
            {
                "type": detail.type_name,
                "value": unpadded(detail.value).decode("ascii"),
                "debug": detail.json,
            }
            for detail in status.details
        ]
    return error
