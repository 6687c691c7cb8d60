"""What a caller said, said back."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from polymock_openapi.answering.declared import DeclaredBody
from polymock_openapi.answering.echo import echo, overlay
from polymock_openapi.model import Endpoint, MediaType, Preferences, Reading


def reading(path: str, values: Mapping[str, Any], body: Any = msgspec.UNSET) -> Reading:
    of = Endpoint(
        name=f"PUT {path}",
        method="PUT",
        path=path,
        pointer="/paths/x/put",
        parameters=(),
        body=None,
        responses=(),
        security=(),
        schemes={},
        callbacks=(),
        definitions={},
    )
    return Reading(
        endpoint=of,
        method="PUT",
        captures={name: str(value) for name, value in values.items()},
        path=values,
        query={},
        header={},
        cookie={},
        body=body,
        media_type="",
        accept="",
        preferences=Preferences(),
        url="http://mock.test/",
        sent={},
    )


def echoed(
    value: Any, path: str, values: Mapping[str, Any], body: Any = msgspec.UNSET, schema: Any = True
) -> Any:
    declared = DeclaredBody(MediaType("application/json", schema), {})
    return echo(value, reading(path, values, body), declared)


@pytest.mark.parametrize(
    ("path", "values", "before", "after"),
    [
        ("/pets/{petId}", {"petId": 7}, {"id": 1}, {"id": 7}),
        ("/pets/{petId}", {"petId": "7"}, {"id": 1}, {"id": 7}),
        ("/pets/{petId}", {"petId": 7}, {"id": "x"}, {"id": "7"}),
        ("/pets/{petId}", {"petId": 7}, {"pet_id": 1, "id": 2}, {"pet_id": 7, "id": 2}),
        ("/pets/{pet-id}", {"pet-id": 7}, {"petId": 1}, {"petId": 7}),
        ("/pets/{petId}.json", {"petId": 7}, {"id": 1}, {"id": 7}),
        ("/users/{user_name}", {"user_name": "ann"}, {"name": "x"}, {"name": "ann"}),
        ("/pets/{petId}/toys", {"petId": 7}, {"id": 1}, {"id": 1}),
        ("/pets/{petId}/toys", {"petId": 7}, {"id": 1, "petId": 2}, {"id": 1, "petId": 7}),
        ("/pets/{petId}", {"petId": [7]}, {"id": 1}, {"id": 1}),
        ("/pets/{color}", {"color": "red"}, {"id": 1}, {"id": 1}),
        ("/pets/{petId}", {"petId": 7}, [{"id": 1}], [{"id": 1}]),
    ],
)
def test_what_the_path_names_is_said_back(
    path: str, values: dict[str, Any], before: Any, after: Any
) -> None:
    assert echoed(before, path, values) == after


def test_only_what_stays_valid_is_said_back() -> None:
    schema = {"properties": {"id": {"maximum": 5}, "a": {"type": "string"}, "b": True}}
    value = {"id": 1, "a": "x", "b": 0}
    assert echoed(value, "/x/{id}", {"id": 7}, {"a": 9, "b": 9}, schema) == {
        "id": 1,
        "a": "x",
        "b": 9,
    }
    assert value == {"id": 1, "a": "x", "b": 0}


def test_what_a_caller_does_not_write_is_kept() -> None:
    schema = {"allOf": [{"properties": {"at": {"type": "string", "readOnly": True}}}]}
    assert echoed({"at": "now"}, "/x", {}, {"at": "then"}, schema) == {"at": "now"}


def test_objects_inside_are_merged() -> None:
    value = {"to": {"street": "a", "zip": "1", "at": {"x": 1}}, "map": {"k": 1}}
    body = {"to": {"zip": "2", "more": 1, "at": {"x": 2}}, "map": {"other": 2}, "new": 1}
    assert overlay(value, body, lambda _: True) == {
        "to": {"street": "a", "zip": "2", "at": {"x": 2}},
        "map": {"other": 2},
    }


def test_files_are_not_said_back() -> None:
    assert overlay({"file": "x"}, {"file": b"\0"}, lambda _: True) == {"file": "x"}


def test_fields_are_tried_one_by_one_within_bounds() -> None:
    tried = 0

    def refuses(_: Any) -> bool:
        nonlocal tried
        tried += 1
        return False

    value = {str(n): 0 for n in range(1000)}
    assert overlay(value, dict.fromkeys(value, 1), refuses) == value
    assert tried == 65
