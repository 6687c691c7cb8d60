"""Sessions: begun, listed, reset and ended."""

from __future__ import annotations

from polymock.edge.admin.routes import Route

_SESSIONS = "/api/v1/sessions"

ROUTES = (
    Route("GET", _SESSIONS, "sessions.list"),
    Route("POST", _SESSIONS, "sessions.create", 201),
    Route("GET", f"{_SESSIONS}/{{name:str}}", "sessions.get"),
    Route("POST", f"{_SESSIONS}/{{name:str}}/reset", "sessions.reset"),
    Route("DELETE", f"{_SESSIONS}/{{name:str}}", "sessions.drop"),
)
