"""Preferences, as users of the `Prefer` header and of the query write them."""

from __future__ import annotations

import pytest

from polymock.errors import Invalid
from polymock_openapi.model import Preferences
from polymock_openapi.reading.preferences import preferences
from polymock_schemas.calls import Call


def call(*prefer: str, query: str = "") -> Call:
    headers = tuple((b"prefer", value.encode()) for value in prefer)
    return Call("GET", "/", query.encode(), headers, dict(headers))


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        (call(), Preferences()),
        (call("code=404"), Preferences(code=404)),
        (
            call("code=404, example=cat, dynamic=true, seed=7"),
            Preferences(code=404, example="cat", dynamic=True, seed=7),
        ),
        (call("code=404; example=cat"), Preferences(code=404, example="cat")),
        (call("code=404", "Example = cat"), Preferences(code=404, example="cat")),
        (call('example="a cat, \\"big\\"; old"'), Preferences(example='a cat, "big"; old')),
        (call("example=Kätzchen"), Preferences(example="Kätzchen")),
        (call("return=minimal, respond-async; wait=10"), Preferences()),
        (call("dynamic"), Preferences(dynamic=True)),
        (call("code=200, code=404"), Preferences(code=200)),
        (call("seed=-3, dynamic=false"), Preferences(seed=-3, dynamic=False)),
        (
            call(query="a=1&__code=404&__example=a+cat&__dynamic=false&__seed=7"),
            Preferences(code=404, example="a cat", dynamic=False, seed=7),
        ),
        (call(query="%5F%5Fcode=404"), Preferences(code=404)),
        (call("code=404", query="__code=200&__seed=1"), Preferences(code=404, seed=1)),
        (call(query="__other=1"), Preferences()),
    ],
)
def test_preferences(sent: Call, asked: Preferences) -> None:
    assert preferences(sent) == asked


@pytest.mark.parametrize(
    ("sent", "location"),
    [
        (call("code=abc"), "header.Prefer"),
        (call("code=99"), "header.Prefer"),
        (call("code=600"), "header.Prefer"),
        (call("code=\uff14\uff10\uff14"), "header.Prefer"),
        (call("dynamic=yes"), "header.Prefer"),
        (call("seed=1.5"), "header.Prefer"),
        (call("seed=" + "9" * 30), "header.Prefer"),
        (call("example="), "header.Prefer"),
        (call('example="cat'), "header.Prefer"),
        (call('"\\' * 30_000), "header.Prefer"),
        (call(query="__code=ok"), "query.__code"),
        (call(query="__example=%00"), "query.__example"),
        (call(query="__seed=%zz"), "query.__seed"),
    ],
)
def test_wrong_preferences(sent: Call, location: str) -> None:
    with pytest.raises(Invalid) as refusal:
        preferences(sent)
    assert [violation.location for violation in refusal.value.violations] == [location]
