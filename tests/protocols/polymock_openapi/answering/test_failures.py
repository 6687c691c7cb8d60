"""Sampled error bodies that say which error they are."""

from typing import Any

import pytest

from polymock_openapi.answering.failures import phrase, tell_error


def told(value: Any, status: int = 404, plain: Any = None) -> Any:
    return tell_error(value, value if plain is None else plain, status, lambda _: True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"status": 7, "message": "x"}, {"status": 404, "message": "Not Found"}),
        ({"statusCode": 7, "error": "x"}, {"statusCode": 404, "error": "Not Found"}),
        ({"status_code": 7.5}, {"status_code": 404}),
        ({"status": "active"}, {"status": "404"}),
        ({"code": 7}, {"code": 404}),
        ({"code": "ABC"}, {"code": "not_found"}),
        ({"title": "x", "detail": "y"}, {"title": "Not Found", "detail": "Not Found"}),
        ({"error": {"code": 7, "id": 1}}, {"error": {"code": 404, "id": 1}}),
        ({"errors": [{"reason": "x"}]}, {"errors": [{"reason": "Not Found"}]}),
        ({"errors": ["x"]}, {"errors": ["Not Found"]}),
        ([{"message": "x"}], [{"message": "Not Found"}]),
        ({"retry": True, "name": "x"}, {"retry": True, "name": "x"}),
        ({"status": True}, {"status": True}),
        ({"err": "x"}, {"err": "Not Found"}),
        ("x", "Not Found"),
        (7, 7),
        ({}, {}),
    ],
)
def test_members_tell_of_the_error(before: Any, after: Any) -> None:
    assert told(before) == after


def test_the_given_value_is_left_as_it_is() -> None:
    before = {"error": {"code": 7}}
    assert told(before) == {"error": {"code": 404}}
    assert before == {"error": {"code": 7}}


def test_the_words_of_an_author_stay_but_no_wrong_status() -> None:
    value = {"status": 400, "code": 12, "message": "No such pet", "reason": "stone"}
    plain = {"status": 7, "code": 8, "message": "linen", "reason": "stone"}
    after = {"status": 404, "code": 12, "message": "No such pet", "reason": "Not Found"}
    assert told(value, plain=plain) == after


def test_what_does_not_fit_is_left_out_of_it() -> None:
    def is_valid(value: Any) -> bool:
        return bool(value["code"] < 10)

    value = {"code": 7, "message": "x"}
    assert tell_error(value, value, 404, is_valid) == {"code": 7, "message": "Not Found"}


def test_a_deep_value_is_no_problem() -> None:
    value: Any = {"code": 7}
    for _ in range(50):
        value = {"inner": value}
    assert told(value) == value


def test_phrases() -> None:
    assert (phrase(503), phrase(499)) == ("Service Unavailable", "Error 499")
