"""Health: whether the server lives, and whether calls are answered and recorded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from polymock_schemas.observers import Health

Ready = Callable[[], Awaitable[Health]]


def health_handlers(ready: Ready) -> Sequence[ControllerRouterHandler]:
    """`/health/live` and `/health/ready`."""

    @get("/health/live", sync_to_thread=False)
    def live() -> dict[str, str]:
        return {"status": "live"}

    @get("/health/ready")
    async def readiness() -> Response[dict[str, Any]]:
        health = await ready()
        return Response(
            {
                "status": "ready" if health.ready else "not ready",
                "parts": {part.name: part.reason for part in health.parts},
                "states": {part.name: part.state for part in health.parts},
            },
            status_code=200 if health.ready else 503,
        )

    return (live, readiness)
