"""Runtime expressions over a call and its reply."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock_openapi.answering.expressions import Scene, evaluate, expand, point
from polymock_openapi.model import Endpoint, Preferences, Reading

ENDPOINT = Endpoint(
    name="POST /subscriptions/{kind}",
    method="post",
    path="/subscriptions/{kind}",
    pointer="/paths/~1subscriptions~1{kind}/post",
    parameters=(),
    body=None,
    responses=(),
    security=(),
    schemes={},
    callbacks=(),
    definitions={},
)
SCENE = Scene(
    reading=Reading(
        endpoint=ENDPOINT,
        method="POST",
        captures={"kind": "news"},
        path={"kind": "news"},
        query={"q.url": "http://q.test", "n": 7},
        header={},
        cookie={},
        body={"url": "http://b.test/x", "list": [{"a/b": True}], "~": None, "": "empty"},
        media_type="application/json",
        accept="",
        preferences=Preferences(),
        url="http://mock.test/subscriptions/news?n=7",
        sent={"x-url": "http://h.test"},
    ),
    status=201,
    headers={"location": "/subscriptions/1"},
    body={"id": 12},
)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$url", "http://mock.test/subscriptions/news?n=7"),
        ("$method", "POST"),
        ("$statusCode", 201),
        ("$request.path.kind", "news"),
        ("$request.query.q.url", "http://q.test"),
        ("$request.query.n", 7),
        ("$request.header.X-Url", "http://h.test"),
        ("$request.body#/url", "http://b.test/x"),
        ("$request.body#/list/0/a~1b", True),
        ("$request.body#/~0", None),
        ("$request.body#/", "empty"),
        ("$response.body", {"id": 12}),
        ("$response.body#/id", 12),
        ("$response.header.Location", "/subscriptions/1"),
        ("$request.body#/list/1", msgspec.UNSET),
        ("$request.body#/list/00", msgspec.UNSET),
        ("$request.body#url", msgspec.UNSET),
        ("$request.cookie.x", msgspec.UNSET),
        ("$response.query.x", msgspec.UNSET),
        ("$request.header.absent", msgspec.UNSET),
        ("$request", msgspec.UNSET),
        ("$", msgspec.UNSET),
        ("url", msgspec.UNSET),
    ],
)
def test_an_expression_names_a_part_of_the_call_or_the_reply(expression: str, value: Any) -> None:
    assert evaluate(expression, SCENE) == value


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{$request.body#/url}", "http://b.test/x"),
        ("$request.body#/url", "http://b.test/x"),
        ("{$request.body#/url}/done?id={$response.body#/id}", "http://b.test/x/done?id=12"),
        ("http://fixed.test/{plain}", "http://fixed.test/{plain}"),
        ("http://x.test/{$request.body#/absent}", None),
        ("http://x.test/{$request.body#/list}", None),
        ("http://x.test/{$request.body#/~0}", None),
        ("http://x.test/{$request.body#/list/0/a~1b}", "http://x.test/true"),
    ],
)
def test_a_template_is_filled_in_or_has_no_value(template: str, text: str | None) -> None:
    assert expand(template, SCENE) == text


def test_long_templates_and_long_texts_have_no_value() -> None:
    assert expand("x" * 5000, SCENE) is None
    assert expand("{$url}" * 600, SCENE) is None


@given(st.text(alphabet="$.#/{}~01aurlequstbody", max_size=40))
def test_no_expression_is_an_unexpected_error(text: str) -> None:
    evaluate(text, SCENE)
    expand(text, SCENE)


def test_a_pointer_into_nothing_is_nothing() -> None:
    assert point("text", "/a") is msgspec.UNSET
    assert point([1], "/-1") is msgspec.UNSET
    assert point([1], "/99999999999999999999") is msgspec.UNSET
    assert point({"a": 1}, "") == {"a": 1}
