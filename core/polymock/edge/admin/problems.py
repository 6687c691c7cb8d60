"""Refusals of the admin API: problem details (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from polymock.commands.execution import refusal
from polymock.errors import UserError
from polymock_schemas.commands import RefusalKind

STATUSES: Mapping[RefusalKind, int] = {
    "wrong": 400,
    "unknown": 404,
    "taken": 409,
    "conflict": 409,
    "forbidden": 403,
    "unavailable": 503,
    "failed": 500,
}

log = logging.getLogger("polymock.admin")


def refuse_command(_request: Any, error: UserError) -> Response[bytes]:
    """A command that was not carried out."""
    told = refusal(error)
    violations = [{"location": v.location, "message": v.message} for v in told.violations]
    title = "The command failed" if told.kind == "failed" else "The command was refused"
    return problem(STATUSES[told.kind], title, told.message, violations, told.hint)


def refuse(_request: Any, error: HTTPException) -> Response[bytes]:
    """What Litestar does not let through."""
    violations = [
        {
            "location": ".".join(filter(None, ("body", str(entry.get("key", ""))))),
            "message": entry.get("message", ""),
        }
        for entry in (error.extra if isinstance(error.extra, list) else [])
        if isinstance(entry, dict)
    ]
    return problem(error.status_code, "The request was refused", error.detail, violations)


def refuse_body(_request: Any, _error: Exception) -> Response[bytes]:
    """JSON that is not UTF-8 or nested without end, which Litestar takes for a fault of ours."""
    return problem(400, "The request was refused", "The body is no JSON that can be read.")


def fail(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """A fault of ours."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(500, "The request failed", "The server's log says why.")


def problem(
    status: int,
    title: str,
    detail: str,
    violations: list[dict[str, str]] | None = None,
    hint: str = "",
) -> Response[bytes]:
    """Problem details (RFC 9457)."""
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
    }
    if hint:
        told["hint"] = hint
    if violations:
        told["violations"] = violations
    return Response(
        msgspec.json.encode(told),
        status_code=status,
        media_type="application/problem+json",
    )
