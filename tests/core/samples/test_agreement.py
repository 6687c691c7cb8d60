"""Properties of one object that agree: city and country code, birth date and age, file and type."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from polymock.samples import Sampler
from polymock.samples.places import ALPHA3, LANGUAGES3, PLACES

TEXT: dict[str, Any] = {"type": "string"}
INTEGER: dict[str, Any] = {"type": "integer"}
SEEDS = range(60)


def sampled(seed: int, title: str = "", /, **properties: Any) -> Any:
    schema = {
        "title": title,
        "type": "object",
        "required": list(properties),
        "properties": properties,
    }
    return Sampler({}).sample(schema, seed)


def matching(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern}


def place_of(city: str) -> Any:
    return next(place for place in PLACES if place.city == city)


@pytest.mark.parametrize("name", ["country", "nationality", "billing_country"])
@pytest.mark.parametrize(
    ("schema", "wide"),
    [
        (matching("^[A-Z]{2}$"), False),
        ({"type": "string", "maxLength": 2}, False),
        (matching("^[A-Z]{3}$"), True),
        ({"type": "string", "minLength": 3, "maxLength": 3}, True),
    ],
)
def test_a_country_without_room_is_a_code(name: str, schema: dict[str, Any], wide: bool) -> None:
    for seed in range(10):
        value = sampled(seed, **{"city": TEXT, name: schema})
        code = place_of(value["city"]).country_code
        assert value[name] == (ALPHA3[code] if wide else code)


def test_codes_of_an_address_are_those_of_its_city() -> None:
    value = sampled(
        7,
        city=TEXT,
        countryCode=matching("^[A-Z]{3}$"),
        currency=matching("^[A-Z]{3}$"),
        language=matching("^[a-z]{3}$"),
        lang=matching("^[a-z]{2}-[A-Z]{2}$"),
        state=matching("^[A-Z0-9]{1,3}$"),
        region={"type": "string", "maxLength": 3},
    )
    place = place_of(value["city"])
    assert value["countryCode"] == ALPHA3[place.country_code]
    assert value["currency"] == place.currency
    assert value["language"] == LANGUAGES3[place.language]
    assert value["lang"] == f"{place.language}-{place.country_code}"
    assert value["state"] == value["region"] == place.region_code


def test_every_place_has_codes_of_three_letters() -> None:
    for place in PLACES:
        assert ALPHA3[place.country_code].startswith(place.country_code[0])
        assert len(LANGUAGES3[place.language]) == 3


@pytest.mark.parametrize("bounds", [{}, {"minimum": -180, "maximum": 180}, {"format": "double"}])
def test_coordinates_are_those_of_the_city(bounds: dict[str, Any]) -> None:
    cities = set()
    for seed in range(200):
        number = {"type": "number", **bounds}
        value = sampled(seed, city=TEXT, latitude=number, longitude=number)
        place = place_of(value["city"])
        assert (value["latitude"], value["longitude"]) == (place.latitude, place.longitude)
        cities.add(place.city)
    assert "Auckland" in cities


def test_age_and_birth_date_agree() -> None:
    for seed in SEEDS:
        value = sampled(seed, birth_date={"type": "string", "format": "date"}, age=INTEGER)
        birth = date.fromisoformat(value["birth_date"])
        assert birth.replace(year=birth.year + value["age"]) <= date(2026, 1, 1)
        assert birth.replace(year=birth.year + value["age"] + 1) > date(2026, 1, 1)


def test_an_age_keeps_to_its_bounds() -> None:
    for seed in range(20):
        assert sampled(seed, age={"type": "integer", "maximum": 17})["age"] <= 17


@pytest.mark.parametrize(
    ("name", "digits"),
    [("md5", 32), ("sha1", 40), ("sha256", 64), ("file_sha256", 64), ("sha512", 128)],
)
def test_a_hash_has_its_length(name: str, digits: int) -> None:
    assert re.fullmatch(f"[0-9a-f]{{{digits}}}", sampled(1, **{name: TEXT})[name])


def test_a_file_is_of_its_type() -> None:
    types = {
        "csv": "text/csv",
        "jpg": "image/jpeg",
        "pdf": "application/pdf",
        "png": "image/png",
        "txt": "text/plain",
    }
    for seed in SEEDS:
        value = sampled(seed, filename=TEXT, contentType=TEXT, extension=TEXT)
        suffix = value["filename"].rpartition(".")[2]
        assert value["contentType"] == types[suffix]
        assert value["extension"] == suffix


@pytest.mark.parametrize("name", ["exp_year", "expiryYear", "card_expiration_year"])
def test_a_card_has_not_expired(name: str) -> None:
    assert 2028 <= sampled(3, **{name: INTEGER})[name] <= 2032
    assert 2028 <= int(sampled(3, **{name: TEXT})[name]) <= 2032
    assert 28 <= int(sampled(3, **{name: matching(r"^\d\d$")})[name]) <= 32


@pytest.mark.parametrize("name", ["price_cents", "totalCents", "priceInCents", "amount"])
def test_integer_prices_are_in_cents(name: str) -> None:
    for seed in SEEDS:
        assert 500 <= sampled(seed, **{name: INTEGER})[name] <= 49_900
    assert sampled(1, **{name: {"type": "integer", "maximum": 90}})[name] <= 90


@pytest.mark.parametrize("name", ["archivedAt", "deleted_at", "cancelledAt", "canceledAt"])
def test_an_end_comes_last(name: str) -> None:
    moment = {"type": "string", "format": "date-time"}
    for seed in SEEDS:
        value = sampled(seed, createdAt=moment, updatedAt=moment, **{name: moment})
        assert value["createdAt"] < value["updatedAt"] < value[name]
