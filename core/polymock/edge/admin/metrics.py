"""Pages that observers show on the admin port: `/metrics`, and whatever else one has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

from litestar import Response, get
from litestar.params import HeaderParameter
from litestar.types import ControllerRouterHandler

from polymock_schemas.observers import Page

Show = Callable[[str, str], Page]
"""The page of a path, as an Accept header wants it. Raises PluginError."""


def metrics_handlers(paths: Sequence[str], show: Show) -> Sequence[ControllerRouterHandler]:
    """A handler for each of the paths."""
    return [_handler(path, show) for path in paths]


def _handler(path: str, show: Show) -> ControllerRouterHandler:
    def page(
        accept: Annotated[str, HeaderParameter(name="Accept", max_length=2000)] = "",
    ) -> Response[bytes]:
        shown = show(path, accept)
        # As a media type it would get a second charset.
        return Response(shown.body, headers={"content-type": shown.media_type})

    return get(path, name=f"page {path}", sync_to_thread=True)(page)
