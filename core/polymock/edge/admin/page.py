"""The API's own description: its OpenAPI document, and a page to try it in a browser."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import msgspec
from litestar import Response, get
from litestar.types import ControllerRouterHandler

from polymock.commands.catalog import Catalog
from polymock.edge.admin.openapi import PREFIX, document

FOLDER = Path(__file__).parent


def page_handlers(catalog: Catalog, *, needs_token: bool) -> Sequence[ControllerRouterHandler]:
    """`/api/v1/openapi.json`; at `/` and `/api/v1/` the page, with its style and its script."""

    @functools.cache
    def described() -> bytes:
        return msgspec.json.encode(document(catalog, needs_token=needs_token), enc_hook=str)

    @get(f"{PREFIX}/openapi.json", sync_to_thread=False)
    def openapi() -> Response[bytes]:
        return Response(described(), media_type="application/json")

    @get(["/", PREFIX], sync_to_thread=False)
    def page() -> Response[bytes]:
        return _file("page.html", "text/html")

    @get(f"{PREFIX}/page.css", sync_to_thread=False)
    def style() -> Response[bytes]:
        return _file("page.css", "text/css")

    @get(f"{PREFIX}/page.js", sync_to_thread=False)
    def script() -> Response[bytes]:
        return _file("page.js", "text/javascript")

    return (openapi, page, style, script)


def _file(name: str, media_type: str) -> Response[bytes]:
    return Response((FOLDER / name).read_bytes(), media_type=media_type)
