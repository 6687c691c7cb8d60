"""Filters of AIP-160 over documents."""

from __future__ import annotations

from typing import Any

import pytest

from polymock.errors import Invalid
from polymock_grpc.world.filters import MAX_DEPTH, MAX_LENGTH, read_filter

BOOK: dict[str, Any] = {
    "title": "The Long Way",
    "pageCount": 300,
    "price": 9.5,
    "state": "STATE_LENT",
    "read": True,
    "tags": ["new", "short"],
    "labels": {"env": "prod"},
    "cover": {"color": "red", "seller": {"city": "Rome"}},
    "createTime": "2024-05-01T10:00:00Z",
    "author": None,
}
KNOWN = {name.lower() for name in BOOK}


def holds(text: str) -> bool:
    test = read_filter(text, "filter", KNOWN.__contains__)
    assert test is not None
    return test(BOOK)


@pytest.mark.parametrize(
    "text",
    [
        "page_count = 300",
        "pageCount>=300 AND price<10",
        "state = LENT",
        'title = "The Long Way" OR price > 100',
        'title = "The*"',
        'title = "*way"',
        'title = "*long*"',
        "title != Other",
        "read = true",
        "tags:new",
        "tags:(new short)",
        "tags:(old OR short)",
        "labels:env AND labels.env = prod",
        "cover.seller.city = Rome",
        "cover:*",
        "author = null",
        "cover != null",
        "NOT price > 10",
        "-price > 10 -tags:old",
        "create_time > 2024-01-01T00:00:00Z",
        "create_time < 2025-01-01",
        "rome",
        '"long way"',
        "(price > 100 OR price < 10) (page_count = 300)",
        "price > -1",
    ],
)
def test_what_a_document_keeps(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "page_count = 301",
        "price > 10",
        "NOT read = true",
        "tags:old",
        "tags:(new AND old)",
        "labels:region",
        "author:*",
        "cover.color = blue",
        "berlin",
        "price < 10 AND (title = x OR tags:old)",
    ],
)
def test_what_it_does_not(text: str) -> None:
    assert not holds(text)


def test_or_binds_closer_than_and() -> None:
    assert not holds("price > 10 AND tags:new OR read = true")
    assert holds("(price > 10 AND tags:new) OR read = true")


def test_an_empty_filter_is_none() -> None:
    assert read_filter("  ", "filter", KNOWN.__contains__) is None


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("height > 3", 1, "height"),
        ("price >", 8, "a value is missing"),
        ("price > 3 AND", 14, "a comparison is missing"),
        ("(price > 3", 11, "`)` is missing"),
        ("price > 3)", 10, "')'"),
        ("price = AND", 9, "'AND' is no value"),
        ('title = "open', 9, "is not expected"),
        ("AND price > 3", 1, "'AND'"),
        ("tags:(a OR b AND c)", 14, "brackets"),
    ],
)
def test_a_broken_one_says_where(text: str, place: int, told: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_filter(text, "filter", KNOWN.__contains__)
    assert f"at character {place}: " in caught.value.detail
    assert told in caught.value.detail
    assert caught.value.violations[0].location == "body/filter"


@pytest.mark.parametrize(
    "text",
    [
        "(" * (MAX_DEPTH + 2) + "price > 1" + ")" * (MAX_DEPTH + 2),
        "price > 1 " * 300,
        "tags:(" + "a " * 300 + ")",
        "x" * (MAX_LENGTH + 1),
        "tags:" + "(" * 1000,
    ],
)
def test_a_hostile_one_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_filter(text, "filter", KNOWN.__contains__)
