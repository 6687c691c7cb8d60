"""Incremental delivery, from today's form to the earlier one."""

from __future__ import annotations

from polymock_graphql.writing.increments import in_earlier_form


def test_lists_are_counted_on() -> None:
    results = [
        {
            "data": {"pets": [{"id": "0"}]},
            "pending": [{"id": "0", "path": ["pets"]}],
            "hasNext": True,
        },
        {"incremental": [{"id": "0", "items": [{"id": "1"}, {"id": "2"}]}], "hasNext": True},
        {"incremental": [{"id": "0", "items": [{"id": "3"}]}], "hasNext": True},
        {"completed": [{"id": "0"}], "hasNext": True},
        {"hasNext": False},
    ]
    told = list(in_earlier_form(iter(results)))
    assert [entry.get("incremental", [{}])[0].get("path") for entry in told] == [
        None,
        ["pets", 1],
        ["pets", 3],
        None,
    ]
    assert [entry["hasNext"] for entry in told] == [True, True, True, False]


def test_paths_below_and_failures() -> None:
    pending = [{"id": "0", "path": ["pet"]}, {"id": "1", "path": ["shop"], "label": "s"}]
    results = [
        {"data": {"pet": {"owner": {"id": "1"}}}, "pending": pending, "hasNext": True},
        {
            "incremental": [{"id": "0", "subPath": ["owner"], "data": {"name": "Ann"}}],
            "completed": [{"id": "0"}, {"id": "1", "errors": [{"message": "No."}]}],
            "hasNext": False,
        },
    ]
    assert list(in_earlier_form(iter(results)))[1]["incremental"] == [
        {"data": {"name": "Ann"}, "path": ["pet", "owner"]},
        {"path": ["shop"], "data": None, "errors": [{"message": "No."}]},
    ]
