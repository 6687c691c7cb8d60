"""The control process's application: health, and the commands under `/api/v1`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.params import Body
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from polymock.errors import JournalError
from polymock.journal.writer import Journal
from polymock_schemas.commands import SqlResult

MAX_REQUEST = 1024 * 1024

log = logging.getLogger("polymock.admin")

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
        before_request=refuse_web_pages,
        exception_handlers={
            JournalError: _refuse_query,
            HTTPException: _refuse,
            UnicodeDecodeError: _refuse_body,
            RecursionError: _refuse_body,
            Exception: _fail,
        },
        request_max_body_size=MAX_REQUEST,
        openapi_config=None,
        logging_config=None,
    )


def refuse_web_pages(request: Request[Any, Any, Any]) -> None:
    """Keep pages that a browser shows from reaching the admin API through that browser.

    Another name in `Host` means DNS rebinding, an `Origin` of another site a cross-site call.
    Raises PermissionDeniedException.
    """
    host = request.headers.get("host", "")
    origin = request.headers.get("origin")
    if not _is_loopback(host):
        raise PermissionDeniedException("`Host` must name this machine: 127.0.0.1 or localhost.")
    if origin is not None and origin.partition("://")[2] != host:
        raise PermissionDeniedException("Calls from pages of another origin are refused.")


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


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


def _refuse_body(_request: Any, _error: Exception) -> Response[bytes]:
    """JSON that is not UTF-8 or nested without end, which Litestar takes for a fault of ours."""
    return _problem(400, "The request was refused", "The body is no JSON that can be read.")


def _fail(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _problem(500, "The request failed", "The server's log says why.")


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
