from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from polymock.commands.catalog import Catalog
from polymock.edge.admin.page import FOLDER, page_handlers


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    app = Litestar(page_handlers(Catalog(), needs_token=True), openapi_config=None)
    with TestClient(app) as opened:
        yield opened


@pytest.mark.parametrize("path", ["/", "/api/v1", "/api/v1/"])
def test_the_page(client: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for part in re.findall(r'(?:src|href)="(/[^"]+)"', answer.text):
        assert client.get(part).status_code == 200, part


def test_its_parts(client: Any) -> None:
    assert client.get("/api/v1/page.js").headers["content-type"].startswith("text/javascript")
    assert client.get("/api/v1/page.css").headers["content-type"].startswith("text/css")
    document = client.get("/api/v1/openapi.json")
    assert document.headers["content-type"] == "application/json"
    assert document.json()["security"] == [{"token": []}]


def test_it_keeps_to_its_policy() -> None:
    """Nothing inline, nothing from elsewhere, no text that becomes markup, nothing kept."""
    page = (FOLDER / "page.html").read_text()
    assert not re.search(r"\son\w+=|<style|\sstyle=|<script(?![^>]*\ssrc=)", page)
    for name in ("page.html", "page.js", "page.css"):
        text = (FOLDER / name).read_text()
        assert not re.search(r"https?://|//cdn|@import|url\(", text), name
    script = (FOLDER / "page.js").read_text()
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "Function(",
    ):
        assert word not in script
    for word in ("localStorage", "sessionStorage", "document.cookie", "indexedDB"):
        assert word not in script
