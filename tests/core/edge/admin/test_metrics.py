"""Pages of observers on the admin port."""

from __future__ import annotations

from litestar.testing import TestClient

from polymock.edge.admin.metrics import metrics_handlers
from polymock.edge.application import Application
from polymock_schemas.observers import Page

KIND = "text/plain; version=0.0.4; charset=utf-8"


def test_a_page_is_of_the_media_type_that_its_observer_says() -> None:
    asked: list[tuple[str, str]] = []

    def show(path: str, accept: str) -> Page:
        asked.append((path, accept))
        return Page(media_type=KIND, body=b"up 1\n")

    app = Application([*metrics_handlers(["/metrics"], show)], openapi_config=None)
    with TestClient(app) as client:
        answer = client.get("/metrics", headers={"accept": "text/plain"})
    assert (answer.text, answer.headers["content-type"]) == ("up 1\n", KIND)
    assert asked == [("/metrics", "text/plain")]
