"""Realistic values: what a property's name promises, within what its schema allows."""

from __future__ import annotations

import re
from typing import Any

import pytest

from polymock.samples import Sampler
from polymock.samples.names import entity_of, kind_of, words
from polymock.samples.wording import WORDS


def sampled(name: str, schema: dict[str, Any], title: str = "") -> Any:
    whole = {"title": title, "type": "object", "required": [name], "properties": {name: schema}}
    return Sampler({}).sample(whole, 5)[name]


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("email", r"^[a-z.]+@example\.com$"),
        ("customerEmail", r"^[a-z.]+@example\.com$"),
        ("first_name", r"^[A-Z]"),
        ("country-code", r"^[A-Z]{2}$"),
        ("photoUrls", r"^https://example\.com/images/"),
        ("website", r"^https://example\.com/"),
        ("createdAt", r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"),
        ("birthDate", r"^(19|20)\d\d-\d\d-\d\d$"),
        ("userId", r"^use_[0-9a-z]{10}$"),
        ("uuid", r"^[0-9a-f-]{36}$"),
        ("password", r"^Example-password"),
        ("api_key", r"^example-token"),
        ("phone_number", r"^\+\d"),
        ("currency", r"^[A-Z]{3}$"),
        ("slug", r"^[a-z]+-[a-z]+$"),
        ("version", r"^\d+\.\d+\.\d+$"),
        ("isbn", r"^978\d{10}$"),
        ("timezone", r"^[A-Z][a-z]+/"),
        ("ip_address", r"^(192|198|203)\."),
    ],
)
def test_text_by_name(name: str, pattern: str) -> None:
    assert re.search(pattern, sampled(name, {"type": "string"}))


@pytest.mark.parametrize(
    ("name", "kind", "low", "high"),
    [
        ("age", "integer", 18, 79),
        ("price", "number", 5, 499),
        ("latitude", "number", -60, 70),
        ("rating", "number", 1, 5),
        ("id", "integer", 1, 9999),
        ("createdAt", "integer", 1_704_067_200, 1_767_225_600),
        ("timestamp_ms", "integer", 1_704_067_200_000, 1_767_225_600_000),
    ],
)
def test_numbers_by_name(name: str, kind: str, low: float, high: float) -> None:
    assert low <= sampled(name, {"type": kind}) <= high


def test_price_has_at_most_two_decimals() -> None:
    assert re.fullmatch(r"\d+(\.\d\d?)?", str(sampled("totalPrice", {"type": "number"})))


def test_constraints_win_over_names() -> None:
    assert sampled("email", {"type": "string", "enum": ["x"]}) == "x"
    assert len(sampled("email", {"type": "string", "maxLength": 5})) <= 5
    assert 500 <= sampled("age", {"type": "integer", "minimum": 500, "maximum": 510}) <= 510
    assert re.fullmatch(r"\d{4}", sampled("name", {"type": "string", "pattern": r"^\d{4}$"}))


@pytest.mark.parametrize("name", ["name", "displayName", "short_name"])
def test_names_of_people_and_of_things(name: str) -> None:
    person, thing = (sampled(name, {"type": "string"}, title) for title in ("User", "Instance"))
    assert person == sampled("fullName", {"type": "string"}, "User")
    assert set(thing.lower().split()) <= set(WORDS)


def test_what_ends_in_a_plural() -> None:
    schema = {"type": "array", "items": {"type": "string"}}
    for name in ("endpointUris", "imageUrls", "links"):
        assert all(each.startswith("https://example.com/") for each in sampled(name, schema))


def test_name_suits_the_object() -> None:
    person, pet = (
        sampled("name", {"type": "string"}, "User"),
        sampled("name", {"type": "string"}, "Pet"),
    )
    assert re.fullmatch(r"\S+ \S+.*", person)
    assert " " not in pet


def test_boolean_by_name() -> None:
    assert sampled("isActive", {"type": "boolean"}) is True
    assert sampled("deleted", {"type": "boolean"}) is False


def test_names_are_read_in_every_spelling() -> None:
    assert words("createdAt") == words("created_at") == words("created-at") == ("created", "at")
    assert words("IDNumber") == ("id", "number")
    assert kind_of("total-price") == "price"
    assert kind_of("xyzzy") == ""
    assert entity_of("NewPetResponse") == "pet"
    assert entity_of("categories") == "category"
