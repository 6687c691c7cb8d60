"""Schemas made to hang, to exhaust or to break the sampler: an answer or a clear refusal, soon."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from polymock.errors import Unsatisfiable
from polymock.samples import Sampler


def nested(levels: int, *, required: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
        if required:
            schema["required"] = ["a"]
    return schema


def chain(length: int, **keywords: Any) -> dict[str, Any]:
    steps = {f"d{i}": {"$ref": f"#/$defs/d{i + 1}"} for i in range(length)}
    bodies = {
        name: {"type": "object", "properties": {"x": step}, **keywords} if keywords else step
        for name, step in steps.items()
    }
    return {**bodies, f"d{length}": {"type": "string"}}


def web(size: int, **keywords: Any) -> dict[str, Any]:
    everything = {f"p{j}": {"$ref": f"#/$defs/d{j}"} for j in range(size)}
    return {f"d{i}": {"type": "object", "properties": everything, **keywords} for i in range(size)}


def doubling(levels: int) -> dict[str, Any]:
    bodies: dict[str, Any] = {}
    for i in range(levels):
        ref = {"$ref": f"#/$defs/d{i + 1}"}
        bodies[f"d{i}"] = {"type": "array", "prefixItems": [ref, ref], "minItems": 2}
    return {**bodies, f"d{levels}": {"type": "string"}}


def hostile() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    start = {"$ref": "#/$defs/d0"}
    yield "10,000 levels", nested(10_000, required=False), {}
    yield "110 required levels", nested(110, required=True), {}
    yield "chain of references", start, chain(5_000)
    yield "chain of objects", start, chain(2_000, required=["x"])
    yield "loop of references", start, {"d0": {"$ref": "#/$defs/d1"}, "d1": {"$ref": "#/$defs/d0"}}
    yield "mutual recursion", start, web(20)
    yield "required mutual recursion", start, web(20, required=["p0", "p19"])
    yield "doubling", start, doubling(40)
    yield (
        "1,000 branches",
        {"anyOf": [{"minLength": 2, "maxLength": 1, "type": "string"}] * 1000},
        {},
    )
    yield (
        "1,000 kinds",
        {
            "oneOf": [
                {"type": "object", "properties": {"k": {"const": i}}, "required": ["k"]}
                for i in range(1000)
            ]
        },
        {},
    )
    yield (
        "many choices",
        {
            "allOf": [{"anyOf": [{"minimum": i}, {"maximum": -i}]} for i in range(40)],
            "type": "integer",
        },
        {},
    )
    yield (
        "cube of lists",
        {
            "type": "array",
            "minItems": 1000,
            "items": {"type": "array", "minItems": 1000, "items": {"type": "integer"}},
        },
        {},
    )
    yield "large enum", {"enum": list(range(100_000))}, {}
    yield (
        "wide object",
        {"type": "object", "properties": {f"p{i}": {"type": "string"} for i in range(3000)}},
        {},
    )
    yield "large map", {"type": "object", "minProperties": 5_000}, {}
    yield (
        "distinct items",
        {
            "type": "array",
            "minItems": 3000,
            "uniqueItems": True,
            "items": {"type": "string", "maxLength": 3},
        },
        {},
    )
    yield "impossible pattern", {"type": "string", "pattern": "^(?=a)b$"}, {}
    yield "catastrophic pattern", {"type": "string", "pattern": "^(([a-z])+.)+[A-Z]([a-z])+$"}, {}
    yield "long pattern", {"type": "string", "pattern": "(a{1000}){1000}{1000}"}, {}
    yield "longest string", {"type": "string", "minLength": 1 << 20}, {}
    yield "smallest step", {"type": "number", "multipleOf": 5e-324}, {}
    yield "lone surrogate", {"type": "object", "required": ["\ud800"]}, {}


@pytest.mark.parametrize(
    ("schema", "definitions"), [case[1:] for case in hostile()], ids=[case[0] for case in hostile()]
)
def test_hostile_schema_ends_quickly(schema: Any, definitions: dict[str, Any]) -> None:
    started = time.perf_counter()
    try:
        Sampler(definitions).sample(schema, 1)
    except Unsatisfiable as refusal:
        assert len(refusal.reason) < 500
    assert time.perf_counter() - started < 10


def test_large_answers_stay_moderate() -> None:
    value = Sampler(web(20)).sample({"$ref": "#/$defs/d0"}, 1)
    assert len(str(value)) < 100_000
