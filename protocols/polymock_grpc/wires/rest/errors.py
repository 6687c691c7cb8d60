"""Errors over REST: a google.rpc.Status as JSON, as Google's APIs write it (AIP-193).

{"error": {"code": 404, "message": "…", "status": "NOT_FOUND", "details": [{"@type": "…", …}]}}
"""

from __future__ import annotations

from typing import Any

import msgspec

from polymock_grpc.model import TYPE_PREFIX, Detail, Status
from polymock_grpc.wires.codes import code_of
from polymock_grpc.wires.metadata import header_fields
from polymock_schemas.calls import Headers, Reply


def refuse(status: Status, http: int | None = None, headers: Headers = ()) -> Reply:
    """An error as the whole reply.

    `http` is its status where the code's own would not tell what is wrong with the request, and
    `headers` go with it.
    """
    code = code_of(status.code)
    number = code.http if http is None else http
    body = error_body(status, number)
    return Reply(
        status=number,
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


def error_body(status: Status, http: int) -> bytes:
    """The JSON text of an error, with its HTTP status."""
    error: dict[str, Any] = {
        "code": http,
        "message": status.message,
        "status": code_of(status.code).name,
    }
    if status.details:
        error["details"] = [_detail(detail) for detail in status.details]
    return msgspec.json.encode({"error": error})


def _detail(detail: Detail) -> dict[str, Any]:
    """An Any in ProtoJSON."""
    kind = TYPE_PREFIX + detail.type_name
    if isinstance(detail.json, dict):
        return {"@type": kind, **detail.json}
    return {"@type": kind, "value": detail.json}
