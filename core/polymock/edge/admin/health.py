"""Health: whether the server lives, and whether calls are answered and recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Response, get
from litestar.types import ControllerRouterHandler

Ready = Callable[[], tuple[bool, dict[str, str]]]


def health_handlers(ready: Ready) -> Sequence[ControllerRouterHandler]:
    """`/health/live` and `/health/ready`."""

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

    return (live, readiness)
