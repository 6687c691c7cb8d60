"""What is told of values whose schemas go on and on: all that there is, and no more than that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import process_time
from typing import Any

from polymock.world.adapting import Adapter
from polymock.world.entities import MISSING
from polymock.world.tries import MAX_ENTITIES, NEAR

REF = {"$ref": "#/$defs/Part"}
NULLABLE = {"anyOf": [REF, {"type": "null"}]}
PART = {
    "type": "object",
    "properties": {"size": {"type": "integer"}, "inner": NULLABLE, "other": NULLABLE},
    "required": ["size"],
}
PERSON = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "boss": {"anyOf": [{"$ref": "#/$defs/Person"}, {"type": "null"}]},
        "friends": {"type": "array", "items": {"$ref": "#/$defs/Person"}},
    },
    "required": ["id", "name", "boss"],
}
TEAM = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "person": {"$ref": "#/$defs/Person"}},
    "required": ["name", "person"],
}


class Crowd:
    """Entities that each tell of others, without an end."""

    def document(self, nouns: Sequence[str], key: str) -> Mapping[str, Any] | None:
        friends = [{"id": f"{key}{n}"} for n in range(3)]
        return {"id": key, "name": f"N{key}", "boss": {"id": f"{key}b"}, "friends": friends}


def nested(levels: int, **bottom: Any) -> dict[str, Any]:
    if not levels:
        return {"size": "1", **bottom}
    return {"inner": nested(levels - 1, **bottom), "other": nested(levels - 1, **bottom)}


def filled(levels: int) -> dict[str, Any]:
    if not levels:
        return {"size": 1}
    return {"size": 7, "inner": filled(levels - 1), "other": filled(levels - 1)}


def test_gaps_are_filled_however_many_are_inside_one_another() -> None:
    adapter = Adapter(REF, {"Part": PART}, fill=lambda schema, seed: {"size": 7})
    assert adapter.adapt(nested(5)) == filled(5)


def test_what_nobody_can_fill_is_given_up_soon() -> None:
    part = {**PART, "required": ["size", "seal"]}
    adapter = Adapter(REF, {"Part": part}, fill=lambda schema, seed: {"size": 7})
    started = process_time()
    assert adapter.settle([nested(5)] * 50) is MISSING
    assert adapter.settle(nested(5, seal=1)) is MISSING
    assert process_time() - started < 2


def test_parts_that_are_equal_are_told_each_in_its_place() -> None:
    adapter = Adapter(
        {"type": "array", "items": NULLABLE}, {"Part": PART}, fill=lambda schema, seed: {"size": 7}
    )
    same = {"other": {"size": "3"}}
    assert adapter.adapt([same, same, None, {"size": "2"}]) == [
        {"size": 7, "other": {"size": 3}},
        {"size": 7, "other": {"size": 3}},
        None,
        {"size": 2},
    ]


def test_entities_inside_entities_come_to_an_end() -> None:
    adapter = Adapter(TEAM, {"Person": PERSON}, fill=lambda schema, seed: {"name": "?"})
    told = adapter.adapt({"name": "A", "person": {"id": "1"}}, Crowd())
    person, key = told["person"], "1"
    for _ in range(NEAR):
        assert (person["id"], person["name"]) == (key, f"N{key}")
        person, key = person["boss"], f"{key}b"
    assert _count(told) <= 1 + 2 * MAX_ENTITIES


def test_only_so_many_are_told_whole() -> None:
    teams = [{"name": "A", "person": {"id": str(n)}} for n in range(100)]
    schema = {"type": "array", "items": TEAM}
    adapter = Adapter(schema, {"Person": PERSON}, fill=lambda schema, seed: {"name": "?"})
    told = adapter.adapt(teams, Crowd())
    assert [each["person"]["name"] for each in told] == [f"N{n}" for n in range(100)]
    assert MAX_ENTITIES <= _count(told) - 100 <= 2 * MAX_ENTITIES


def _count(value: Any) -> int:
    if isinstance(value, list):
        return sum(_count(each) for each in value)
    if not isinstance(value, dict):
        return 0
    own = str(value.get("name", "")).startswith("N")
    return own + sum(_count(each) for each in value.values())
