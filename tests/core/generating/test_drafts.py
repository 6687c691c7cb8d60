from __future__ import annotations

from typing import Any

import pytest

from polymock.generating.drafts import UUID, Draft
from polymock_schemas.calls import Violation


def mended(location: str, *messages: str, body: Any = None) -> Draft:
    draft = Draft("POST", "/pets/{petId}", {}, body)
    for message in messages:
        assert draft.mend([Violation(location, message)])
    return draft


@pytest.mark.parametrize(
    ("message", "value"),
    [
        ('"x" is not one of "sold", "free" or 2 other candidates', "sold"),
        ('"1" is not a "uuid"', UUID),
        ('"a" is not of type "integer"', "1"),
        ("1000 is greater than the maximum of 100", "100"),
        ("it is missing", "example"),
    ],
)
def test_a_query_parameter_becomes_what_is_asked_for(message: str, value: str) -> None:
    assert mended("query.x", message).path == f"/pets/1?x={value}"


def test_one_message_after_another_is_followed() -> None:
    messages = (
        "it is missing",
        '"example" is not of type "integer"',
        "1 is less than the minimum of 3",
    )
    assert mended("query.x", *messages).path == "/pets/1?x=3"


def test_a_member_that_is_missing_is_put_in() -> None:
    draft = mended("body", '"name" is a required property', body={})
    assert draft.body == {"name": "example"}
    draft.mend([Violation("body/name", '"example" is not of type "object"')])
    draft.mend([Violation("body/name", '"a/b" is a required property')])
    assert draft.content == '{"name":{"a/b":"example"}}'


def test_items_of_a_list_are_mended_in_it() -> None:
    draft = mended("body/0/n", '"x" is not of type "integer"', body=[{"n": "x"}, 2])
    assert draft.body == [{"n": 1}, 2]


def test_other_values_are_tried_in_turn_until_there_are_none() -> None:
    draft = Draft("GET", "/{a}", {})
    seen = []
    while draft.mend([Violation("path.a", "no")]):
        seen.append(draft.path)
        assert len(seen) < 50
    assert len(seen) > 5
    assert seen[0] == "/example"


def test_a_place_that_is_not_known_cannot_be_mended() -> None:
    assert not Draft("GET", "/", {}).mend([Violation("metadata", "no"), Violation("path.x", "no")])


def test_captures_are_encoded() -> None:
    draft = Draft("GET", "/a b/{x}/{+y*}", {"x": "1/2?", "y": "ü"})
    assert draft.path == "/a%20b/1%2F2%3F/%C3%BC"


@pytest.mark.parametrize(
    ("challenge", "header", "value"),
    [
        ('Basic realm="x"', "Authorization", "Basic dXNlcjpleGFtcGxl"),
        ('Bearer realm="x"', "Authorization", "Bearer example"),
        ('ApiKey realm="x", name="X-Key", in="header"', "X-Key", "example"),
        ('ApiKey realm="x", name="sid", in="cookie"', "Cookie", "sid=example"),
    ],
)
def test_credentials_are_given_as_the_challenge_asks(
    challenge: str, header: str, value: str
) -> None:
    draft = Draft("GET", "/", {})
    assert draft.identify([challenge])
    assert draft.headers == {header: value}
    assert not draft.identify([challenge])
