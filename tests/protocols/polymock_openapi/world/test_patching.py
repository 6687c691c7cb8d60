"""Merge patches (RFC 7396, appendix A) and JSON Patches (RFC 6902)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock.errors import Aborted, Invalid
from polymock_openapi.world.patching import MAX_OPERATIONS, is_json_patch, merged, patched

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)
OPERATIONS = st.lists(
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "x", 7]),
            "path": st.sampled_from(["", "/a", "/a/0", "/a/-", "/b/c", "a", "/~2", None]),
        },
        optional={"value": JSON, "from": st.sampled_from(["", "/a", "/b", "/a/0", "z", 1])},
    )
    | JSON,
    max_size=12,
)


@pytest.mark.parametrize(
    ("old", "patch", "new"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_rfc_7396(old: Any, patch: Any, new: Any) -> None:
    assert merged(old, patch) == new


@given(JSON, JSON)
def test_a_merge_patch_twice_is_as_once(old: Any, patch: Any) -> None:
    once = merged(old, patch)
    assert merged(once, patch) == once


def test_operations_are_applied_in_order_and_the_old_stays() -> None:
    old = {"a": [1], "b": {"c": 1}}
    operations = [
        {"op": "test", "path": "/a/0", "value": 1},
        {"op": "add", "path": "/a/-", "value": 2},
        {"op": "move", "from": "/b/c", "path": "/c"},
    ]
    assert patched(old, operations) == {"a": [1, 2], "b": {}, "c": 1}
    assert old == {"a": [1], "b": {"c": 1}}


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        ({"op": "test", "path": "/a", "value": 2}, Aborted),
        ({"op": "remove", "path": "/none"}, Aborted),
        ({"op": "replace", "path": "/none/deep", "value": 1}, Aborted),
        ({"op": "add", "path": "/a"}, Invalid),
        ({"op": "burn", "path": "/a"}, Invalid),
        ({"path": "/a"}, Invalid),
        (7, Invalid),
        ({"op": "replace", "path": "", "value": []}, Invalid),
    ],
)
def test_what_does_not_suit_is_a_conflict_and_what_is_none_is_invalid(
    operation: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        patched({"a": 1}, [operation])


def test_there_are_limits() -> None:
    with pytest.raises(Invalid, match="at most"):
        patched({"a": 1}, [{"op": "test", "path": "/a", "value": 1}] * (MAX_OPERATIONS + 1))
    doubling = [{"op": "copy", "from": "", "path": f"/x{number}"} for number in range(40)]
    with pytest.raises(Invalid, match="more than"):
        patched({"a": 1}, doubling)
    with pytest.raises(Invalid):
        patched({"a": 1}, {"op": "add"})


@given(OPERATIONS)
def test_any_list_is_applied_or_refused(operations: list[Any]) -> None:
    try:
        assert isinstance(patched({"a": [1, {"b": 2}], "b": {"c": 3}}, operations), dict)
    except (Aborted, Invalid) as refusal:
        assert refusal.detail


def test_a_patch_is_known_by_its_type_or_by_its_look() -> None:
    assert is_json_patch({}, "application/json-patch+json")
    assert is_json_patch([{"op": "add", "path": "/a", "value": 1}], "application/json")
    assert not is_json_patch([], "application/json")
    assert not is_json_patch({"op": "add", "path": "/a"}, "application/json")
