"""The control process's application: health, and the commands under `/api/v1`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from litestar import Litestar, Response, get, post
from litestar.config.allowed_hosts import AllowedHostsConfig
from litestar.exceptions import HTTPException
from litestar.params import Body
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from polymock.errors import JournalError
from polymock.journal.writer import Journal
from polymock_schemas.commands import SqlResult

LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]", "::1"]
"""A name other than these in `Host` means that a web page rebound its DNS name to this port."""
MAX_REQUEST = 1024 * 1024

Ready = Callable[[], tuple[bool, dict[str, str]]]


class SqlQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A question to the journal: one SELECT."""

    sql: Annotated[str, Meta(min_length=1, max_length=100_000)]
    limit: Annotated[int, Meta(ge=1, le=100_000)] = 1000
    timeout_ms: Annotated[int, Meta(ge=1, le=60_000)] = 10_000


def admin_app(ready: Ready, journal: Journal | None) -> Litestar:
    """The admin API over a journal; `ready` tells the state of the server's parts."""

    @get("/health/live", sync_to_thread=False)
    def live() -> dict[str, str]:
        return {"status": "live"}

    @get("/health/ready", sync_to_thread=False)
    def readiness() -> Response[dict[str, Any]]:
        fine, parts = ready()
        return Response(
            {"status": "ready" if fine else "not ready", "parts": parts},
            status_code=200 if fine else 503,
        )

    @post("/api/v1/logs/sql", status_code=200, sync_to_thread=True)
    def run_sql(data: Annotated[SqlQuery, Body()]) -> SqlResult:
        if journal is None:
            raise JournalError("Nothing is recorded.", "Serve without --no-journal.")
        return journal.query(data.sql, limit=data.limit, timeout_ms=data.timeout_ms)

    handlers: list[ControllerRouterHandler] = [live, readiness, run_sql]
    return Litestar(
        handlers,
        allowed_hosts=AllowedHostsConfig(allowed_hosts=LOOPBACK_NAMES),
        exception_handlers={JournalError: _refuse_query, HTTPException: _refuse},
        request_max_body_size=MAX_REQUEST,
        openapi_config=None,
        logging_config=None,
    )


def _refuse_query(_request: Any, error: JournalError) -> Response[bytes]:
    return _problem(400, "The query was refused", error.message, hint=error.hint)


def _refuse(_request: Any, error: HTTPException) -> Response[bytes]:
    violations = [
        {
            "location": ".".join(filter(None, ("body", str(entry.get("key", ""))))),
            "message": entry.get("message", ""),
        }
        for entry in (error.extra if isinstance(error.extra, list) else [])
        if isinstance(entry, dict)
    ]
    return _problem(error.status_code, "The request was refused", error.detail, violations)


def _problem(
    status: int,
    title: str,
    detail: str,
    violations: list[dict[str, str]] | None = None,
    hint: str = "",
) -> Response[bytes]:
    """Problem details (RFC 9457)."""
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
    }
    if hint:
        problem["hint"] = hint
    if violations:
        problem["violations"] = violations
    return Response(
        msgspec.json.encode(problem),
        status_code=status,
        media_type="application/problem+json",
    )
