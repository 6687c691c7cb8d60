from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLScalarType, graphql_sync
from hypothesis import given
from hypothesis import strategies as st

from polymock.samples import Sampler
from polymock_graphql.model import GraphqlDocument
from polymock_graphql.spec.scalar_table import BUILT_IN, EXACT, FOLDED, SPECIFICATIONS, UNKNOWN
from polymock_graphql.spec.scalars import InputCheck, named, scalar_of

Load = Callable[..., GraphqlDocument]
KNOWN = sorted({*BUILT_IN, *EXACT, *FOLDED})


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "DateTime",
            ["2024-05-01T12:00:00Z", "2024-05-01T12:00:00+02:00"],
            ["2024-05-01", 5, None],
        ),
        ("Date", ["2024-02-29"], ["2023-02-29", "May", 1]),
        ("Time", ["12:00:00Z", "12:30", "2024-05-01T12:00:00Z"], ["25:00", 1]),
        ("LocalTime", ["12:00:00"], ["12:00:00Z"]),
        ("Timestamp", [1714564800000, "2024-05-01T12:00:00Z"], ["now", 1.5]),
        ("timestamptz", ["2024-05-01T12:00:00Z"], ["now"]),
        ("timestamp", ["2024-05-01T12:00:00"], [5]),
        ("Duration", ["PT15M", "P1D", "00:15:00", "1h30m"], ["soon"]),
        ("URL", ["https://example.com/a"], ["no url", 1]),
        ("UUID", ["a2991a9d-9753-4681-8fc0-e29b2c65f074"], ["a2991a9d"]),
        ("JSON", [{}, [1], "a", 1, None, True], []),
        ("JSONObject", [{}, {"a": 1}], [[], "a"]),
        ("Decimal", ["12.50", 12.5, 12, "-1e3"], ["twelve"]),
        ("BigInt", [1 << 70, "123456789012345678901"], [1.5, "a"]),
        ("Long", [1 << 62], ["x"]),
        ("PositiveInt", [1], [0, -1, "1"]),
        ("Byte", ["aGVsbG8="], ["***"]),
        ("EmailAddress", ["a@example.com"], ["a at example"]),
        ("PhoneNumber", ["+12025550123", "030 1234567"], ["phone"]),
        ("CountryCode", ["DE"], ["Germany"]),
        ("Currency", ["EUR"], ["Euro"]),
        ("HexColorCode", ["#1e90ff"], ["blue-ish"]),
        ("IP", ["192.0.2.1", "2001:db8::1"], ["localhost"]),
        ("MAC", ["02:a2:8f:6d:4e:e1"], ["02"]),
        ("Latitude", [52.5], [91]),
        ("ObjectID", ["5f0c0ffee0ddba11f00dcafe"], ["5f"]),
    ],
)
def test_input(name: str, good: list[Any], bad: list[Any]) -> None:
    scalar = named(name)
    assert scalar is not None
    check = InputCheck(name, scalar)
    for value in good:
        assert check(value) == value
    for value in bad:
        with pytest.raises(Exception, match=f"{name} cannot represent the value .*: it must be"):
            check(value)


@pytest.mark.parametrize("name", KNOWN)
def test_every_sample_is_taken_as_input(name: str) -> None:
    scalar = named(name)
    assert scalar is not None
    check, sampler = InputCheck(name, scalar), Sampler({"Scalar": scalar.schema})
    whole = {"type": "object", "required": ["x"], "properties": {"x": {"$ref": "#/$defs/Scalar"}}}
    for seed in range(20):
        for examples in (True, False):
            sample = sampler.sample(scalar.schema, seed, examples=examples)
            assert check(sample) == sample
            assert check(sampler.sample(whole, seed, examples=examples)["x"]) is not check


def test_names_meet_whatever_their_case() -> None:
    assert named("DATE_TIME") is named("dateTime") is named("DateTime") is not None
    assert named("timestamp") is not named("Timestamp")
    assert named("Whatever") is None
    assert all(name in FOLDED for _, name in SPECIFICATIONS)


@pytest.mark.parametrize(
    ("name", "url", "expected"),
    [
        ("When", "https://scalars.graphql.org/andimarek/date-time", "datetime"),
        ("When", "https://tools.ietf.org/html/rfc3339", "datetime"),
        ("Key", "https://tools.ietf.org/html/rfc4122", "uuid"),
        ("Date", "https://tools.ietf.org/html/rfc3339", "date"),
    ],
)
def test_specifications(name: str, url: str, expected: str) -> None:
    assert scalar_of(GraphQLScalarType(name, specified_by_url=url)) is FOLDED[expected]


def test_unknown_scalars_take_any_json() -> None:
    assert scalar_of(GraphQLScalarType("Mine", specified_by_url="https://example.com")) is UNKNOWN
    assert isinstance(Sampler({}).sample(UNKNOWN.schema, 1), str)


def test_errors_of_variables_and_literals_are_clear(load_sdl: Load) -> None:
    schema = load_sdl(
        "scalar Date scalar JSON scalar Mine type Query { a(d: Date j: JSON m: Mine): Int }"
    ).schema
    expected = "Date cannot represent the value 'soon': it must be a date of RFC 3339 such as"
    by_literal = graphql_sync(schema, '{ a(d: "soon") }')
    by_variable = graphql_sync(
        schema, "query($d: Date) { a(d: $d) }", variable_values={"d": "soon"}
    )
    for result in (by_literal, by_variable):
        assert result.errors
        assert expected in result.errors[0].message
    query = 'query($j: JSON) { a(d: "2024-05-01" j: {a: [1, $j, null, X]} m: 5) }'
    assert graphql_sync(schema, query, variable_values={"j": [{}]}).errors is None


@given(st.recursive(st.none() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_checks_never_fail_otherwise(value: Any) -> None:
    for name in ("DateTime", "BigInt", "Decimal", "URL", "JSON", "Duration"):
        scalar = named(name)
        assert scalar is not None
        try:
            assert InputCheck(name, scalar)(value) is value
        except Exception as error:
            assert "cannot represent" in str(error)
