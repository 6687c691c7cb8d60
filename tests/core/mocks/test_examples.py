"""Calls that would do, as an agent is told of them."""

from __future__ import annotations

from typing import Any

import pytest

from polymock.mocks.examples import example_of
from polymock_schemas.mocks import BodyForm, OperationForm


@pytest.mark.parametrize(
    ("media_type", "example", "text"),
    [
        (
            "application/x-www-form-urlencoded",
            {"criteria": "*:*", "start": 0, "deep": {"a": 1}, "tags": ["x", True]},
            "criteria=%2A%3A%2A&start=0&deep=%7B%22a%22%3A1%7D&tags=x&tags=true",
        ),
        ("application/xml", {"name": "Rex"}, '{"name":"Rex"}'),
        ("text/plain", "hello", "hello"),
        ("text/plain", 7, "7"),
    ],
)
def test_a_body_that_is_no_json_is_text_of_its_type(
    media_type: str, example: Any, text: str
) -> None:
    form = OperationForm("POST", "/records", bodies=(BodyForm(media_type, True, {}, example),))
    assert example_of(form, "/api", {}) == {
        "method": "POST",
        "path": "/api/records",
        "text": text,
        "headers": {"Content-Type": media_type},
    }
