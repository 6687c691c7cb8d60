"""Single properties: what a sample of an object with that property alone has."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polymock.errors import Unsatisfiable
from polymock.jsonschema import Schema
from polymock.samples import Sampler

SCHEMAS: list[tuple[str, Schema]] = [
    ("email", {"type": "string"}),
    ("name", {"type": "string", "minLength": 30}),
    ("code", {"type": "string", "pattern": "^[A-Z]{3}$"}),
    ("price", {"type": "number"}),
    ("count", {"type": "integer", "minimum": 5, "maximum": 6}),
    ("status", {"enum": ["a", "b", "c"]}),
    ("active", {"type": "boolean"}),
    ("createdAt", {"type": "string", "format": "date-time"}),
    ("link", {"$ref": "#/$defs/Link"}),
    ("title", {"type": "string", "examples": ["First"]}),
    ("motto", {"type": "string", "x-faker": "lorem.word"}),
    ("odd", {"type": "integer", "not": {"multipleOf": 2}}),
    ("anything", True),
]
LINK: Schema = {"type": "object", "properties": {"href": {"type": "string"}}, "required": ["href"]}


@settings(deadline=None)
@given(st.sampled_from(SCHEMAS), st.integers(0, 2**64 - 1))
def test_equal_to_the_sample_of_an_object(named: tuple[str, Schema], seed: int) -> None:
    name, schema = named
    whole: dict[str, Any] = {"type": "object", "title": "Customer"}
    whole |= {"properties": {name: schema}, "required": [name]}
    sampler = Sampler({"Link": LINK})
    made = sampler.property(schema, name, "Customer").make(seed)
    assert made == sampler.sample(whole, seed)[name]


def test_turns_go_through_the_examples() -> None:
    maker = Sampler({}).property({"type": "string", "examples": ["a", "b"]}, "word", "Page")
    assert [maker.make(1, turn) for turn in range(4)] == ["a", "b", "a", "b"]


def test_contradictions_are_told() -> None:
    schema: Schema = {"type": "string", "minLength": 5, "maxLength": 1}
    with pytest.raises(Unsatisfiable):
        Sampler({}).property(schema, "word", "Page").make(1)
    with pytest.raises(Unsatisfiable):
        Sampler({}).property({"$ref": "#/$defs/None"}, "word", "Page")
