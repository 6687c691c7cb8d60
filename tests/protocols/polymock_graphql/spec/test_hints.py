from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from polymock.jsonschema import Validator
from polymock.samples import Sampler, unknown_faker_names
from polymock_graphql.model import GraphqlDocument
from polymock_graphql.spec.fakes import FAKES, date_pattern, fake

Load = Callable[..., GraphqlDocument]


def samples(load_sdl: Load, field: str) -> list[Any]:
    schemas = load_sdl(f"type Query {{ a: {field} }} enum Kind {{ A B C }} scalar Mine").schemas
    leaf = schemas.leaf("Query", "a")
    whole = {"type": "object", "required": ["a"], "properties": {"a": leaf}}
    return [Sampler(schemas.definitions).sample(whole, seed)["a"] for seed in range(40)]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ('String @examples(values: ["red", "green"])', {"red", "green"}),
        ("Int @examples(values: [1, 2, null])", {1, 2}),
        ('[Kind] @examples(values: ["A", "B", "Z"])', {"A", "B"}),
        ('[String] @examples(values: [["x"], "y"])', {"x", "y"}),
        ("Boolean @examples(values: [true])", {True}),
        ("Mine @examples(values: [3, true])", {3, True}),
    ],
)
def test_examples(load_sdl: Load, field: str, expected: set[Any]) -> None:
    assert set(samples(load_sdl, field)) == expected


def test_examples_that_do_not_fit_say_nothing(load_sdl: Load) -> None:
    assert all(isinstance(v, int) for v in samples(load_sdl, 'Int @examples(values: ["x"])'))


@pytest.mark.parametrize(
    ("field", "check"),
    [
        ("String @fake(type: email)", lambda v: v.endswith("@example.com")),
        (
            'String @fake(type: email, options: {emailProvider: "x.org"})',
            lambda v: v.endswith("@x.org"),
        ),
        ("Float @fake(type: money, options: {minMoney: 9, maxMoney: 9.5})", lambda v: 9 <= v <= 10),
        ("Int @fake(type: number, options: {minNumber: 5, maxNumber: 7})", lambda v: 5 <= v <= 7),
        (
            "Float @fake(type: number, options: {maxNumber: 1, precisionNumber: 0.01})",
            lambda v: 0 <= v <= 1 and round(v, 2) == v,
        ),
        (
            'String @fake(type: pastDate, options: {dateFormat: "YYYY"})',
            lambda v: 2000 <= int(v) < 2030,
        ),
        ("String @fake(type: lorem, options: {loremSize: word})", lambda v: " " not in v),
        ("String @fake(type: password, options: {passwordLength: 20})", lambda v: len(v) == 20),
        (
            "String @fake(type: imageUrl, options: {imageSize: {width: 5, height: 6}})",
            lambda v: "5x6" in v,
        ),
        ("String @fake(type: productName, locale: de)", lambda v: len(v.split()) == 3),
        ("String @fake(type: nothing)", lambda v: isinstance(v, str)),
        ("String @constraint(minLength: 30, maxLength: 40)", lambda v: 30 <= len(v) <= 40),
        ('String @constraint(pattern: "^[0-9]{4}$")', lambda v: len(v) == 4 and v.isdecimal()),
        ('String @constraint(format: "email")', lambda v: "@" in v),
        (
            'String @constraint(startsWith: "a.", endsWith: "z")',
            lambda v: v[:2] == "a." and v[-1] == "z",
        ),
        ("Int @constraint(min: 3, max: 4)", lambda v: v in (3, 4)),
        ("Int @constraint(exclusiveMin: 3, max: 4, minLength: 9)", lambda v: v == 4),
        ('Int @constraint(min: "3", multipleOf: 0)', lambda v: isinstance(v, int)),
    ],
)
def test_fakes_and_constraints(load_sdl: Load, field: str, check: Callable[[Any], bool]) -> None:
    for value in samples(load_sdl, field):
        assert check(value), value


def test_hints_on_a_scalar_hold_everywhere(load_sdl: Load) -> None:
    schemas = load_sdl("type Query { a: Mine b: [Mine] } scalar Mine @fake(type: city)").schemas
    assert schemas.leaf("Query", "b") == schemas.definitions["Mine"] == {"x-faker": "location.city"}


@pytest.mark.parametrize("name", FAKES)
def test_every_fake_is_known_to_the_sampler(name: str) -> None:
    made = fake(name, {})
    assert made is not None
    assert unknown_faker_names(made) == []
    assert Sampler({}).sample({"type": "string", **made}, 1)
    odd: dict[str, Any] = {
        "minMoney": "x",
        "maxMoney": -5,
        "decimalPlaces": -1,
        "imageSize": 3,
        "emailProvider": 5,
        "passwordLength": "y",
        "loremSize": 4,
        "dateFormat": [],
        "minNumber": None,
        "precisionNumber": "z",
    }
    assert Sampler({}).sample({"type": "string", **(fake(name, odd) or {})}, 1)


def test_date_formats() -> None:
    pattern = date_pattern("dddd, DD MMM YYYY [at] hh:mm:ss.SSS A Z (X)")
    sample = Sampler({}).sample({"type": "string", "pattern": pattern}, 1)
    assert " at " in sample
    assert Validator({"pattern": pattern}, {}).is_valid(
        "Friday, 03 Nov 2023 at 07:08:09.123 AM +00:00 (1699000000)"
    )


@pytest.mark.parametrize(
    ("directive", "expected"),
    [
        ("@listLength(min: 2, max: 4)", (2, 4)),
        ("@listLength(min: 4, max: 2)", (2, 4)),
        ("@listLength(min: 0, max: 9999999)", (0, 1000)),
        ("@sample(min: 1, max: 1)", (1, 1)),
        ("@constraint(minItems: 3)", (3, 5)),
        ("@constraint(maxItems: 3)", (0, 3)),
        ('@listLength(min: "a")', None),
        ("@deprecated", None),
        ("", None),
    ],
)
def test_list_lengths(load_sdl: Load, directive: str, expected: tuple[int, int] | None) -> None:
    schemas = load_sdl(f"type Query {{ a: [Int!]! {directive} }}").schemas
    assert schemas.list_length("Query", "a") == expected
    if expected:
        query = Sampler(schemas.definitions).sample(schemas.definitions["Query"], 1)
        assert "a" not in query or expected[0] <= len(query["a"]) <= expected[1]


def test_the_definitions_that_are_supplied(load_sdl: Load) -> None:
    schema = load_sdl(
        "type Query { a: [Int] @fake(type: number) @listLength(min: 1, max: 2) }"
    ).schema
    directives = {directive.name for directive in schema.directives}
    assert {"fake", "listLength"} <= directives
    assert not {"examples", "constraint"} & directives
    own = load_sdl("directive @fake(type: String) on FIELD_DEFINITION type Query { a: Int @fake }")
    assert "fake__Types" not in own.schema.type_map
