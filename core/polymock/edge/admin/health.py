"""Health: whether the server lives, and whether calls are answered and recorded.

Plain ASGI, as it is asked for before anything else of the admin port is there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from polymock_schemas.observers import Health

Ready = Callable[[], Awaitable[Health]]

LIVE, READY = "/health/live", "/health/ready"


async def answer_health(ready: Ready, scope: Any, send: Any) -> None:
    """Answer a request for LIVE or READY."""
    method, fields = scope["method"], []
    if method not in ("GET", "HEAD"):
        status = 405
        told: dict[str, Any] = {"title": "Method Not Allowed", "status": status}
        fields = [(b"allow", b"GET, HEAD")]
    elif scope["path"] == LIVE:
        status, told = 200, {"status": "live"}
    else:
        status, told = _told(await ready())
    body = msgspec.json.encode(told)
    kind = b"application/problem+json" if status == 405 else b"application/json"
    fields += [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def _told(health: Health) -> tuple[int, dict[str, Any]]:
    return 200 if health.ready else 503, {
        "status": "ready" if health.ready else "not ready",
        "parts": {part.name: part.reason for part in health.parts},
        "states": {part.name: part.state for part in health.parts},
    }
