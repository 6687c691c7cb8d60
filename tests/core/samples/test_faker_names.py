"""`x-faker`: faker.js names of old and new, with arguments, within the schema's constraints."""

from __future__ import annotations

import re
from typing import Any

import pytest

from polymock.samples import Sampler, unknown_faker_names
from polymock.samples.draws import Draw
from polymock.samples.faker_names import _KINDS, _METHODS, maker


def sampled(schema: dict[str, Any]) -> Any:
    return Sampler({}).sample(schema, 3)


@pytest.mark.parametrize("name", sorted({*_KINDS, *_METHODS}))
def test_every_name_makes_something(name: str) -> None:
    made = maker({name: [["a", "b"]]} if name.startswith(("helpers", "random.array")) else name)
    assert made is not None
    assert made(Draw(1, 2, "pet")) is not None


def test_table_is_as_large_as_promised() -> None:
    assert len({*_KINDS, *_METHODS}) >= 120


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ({"type": "string", "x-faker": "internet.email"}, "@example.com$"),
        ({"type": "string", "x-faker": "faker.internet.email"}, "@example.com$"),
        ({"type": "string", "x-faker": "name.firstName"}, "^[A-Z]"),
        ({"type": "string", "x-faker": "commerce.price"}, r"^\d+\.\d\d$"),
        (
            {"type": "string", "x-faker": {"helpers.slugify": ["Hello big World"]}},
            "^Hello-big-World$",
        ),
        ({"type": "string", "x-faker": {"helpers.arrayElement": [["a", "b"]]}}, "^[ab]$"),
        ({"type": "string", "x-faker": {"string.numeric": {"length": 6}}}, r"^\d{6}$"),
    ],
)
def test_text_from_faker(schema: dict[str, Any], pattern: str) -> None:
    assert re.search(pattern, sampled(schema))


def test_numbers_from_faker() -> None:
    wish = {"datatype.number": {"min": 1, "max": 9}}
    assert 1 <= sampled({"type": "integer", "x-faker": wish}) <= 9
    assert isinstance(sampled({"type": "number", "x-faker": "commerce.price"}), float)


def test_schema_without_a_type_takes_what_faker_gives() -> None:
    assert sampled({"x-faker": {"helpers.arrayElement": [[7]]}}) == 7


def test_constraints_win_over_faker() -> None:
    assert sampled({"type": "string", "maxLength": 2, "x-faker": "internet.email"}) != ""
    assert len(sampled({"type": "string", "maxLength": 2, "x-faker": "internet.email"})) <= 2


def test_unknown_names_fall_back_and_are_listed() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "string", "x-faker": "nope.nothing"},
            "b": {"type": "string", "x-faker": {"other.thing": []}},
            "c": {"type": "string", "x-faker": "internet.email"},
        },
    }
    assert isinstance(sampled(schema)["a"], str)
    assert unknown_faker_names(schema) == ["nope.nothing", "other.thing"]
