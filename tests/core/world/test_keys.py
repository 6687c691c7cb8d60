from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.world.fakes import CUSTOMER, GRAPH_CUSTOMER, TEXT, UUID_TEXT, kind
from polymock.world.keys import (
    BROOD,
    CROWD,
    MAX_KEY,
    CountedKeys,
    OwnKeys,
    SampledKeys,
    child_index,
    choose_keys,
    is_usable,
    key_text,
    parent_index,
    within_index,
)

INDEX = st.integers(0, 10**9)
DEVICE = kind("Device", {"id": UUID_TEXT, "name": TEXT})


@given(INDEX)
def test_counted_keys_lead_back(index: int) -> None:
    keys = CountedKeys()
    assert keys.index(keys.at(index)) == index


@pytest.mark.parametrize("key", ["0", "007", "-1", "1.0", "x", "\u0663", "1" * 19])
def test_what_is_not_counted_has_no_number(key: str) -> None:
    assert CountedKeys().index(key) is None


def test_sampled_keys_are_different_and_lead_back() -> None:
    keys = SampledKeys(DEVICE, 42)
    made = [keys.at(index) for index in range(CROWD * BROOD)]
    assert len(set(made)) == len(made)
    assert [keys.index(key) for key in made] == list(range(len(made)))
    assert keys.at(10**6) == SampledKeys(DEVICE, 42).at(10**6)
    assert keys.index("nobody's") is None
    assert SampledKeys(DEVICE, 43).at(0) != keys.at(0)


def test_sampled_keys_of_few_values_are_different_too() -> None:
    few = kind("Flag", {"id": {"type": "string", "enum": ["a", "b"]}})
    keys = SampledKeys(few, 1)
    made = [keys.at(index) for index in range(40)]
    assert len(set(made)) == 40


def test_keys_fit_as_many_contracts_as_can_be() -> None:
    own = replace(GRAPH_CUSTOMER, key_at=lambda n: f"c{n}", index_of=lambda key: int(key[1:]))
    assert isinstance(choose_keys([GRAPH_CUSTOMER, CUSTOMER], 1), CountedKeys)
    assert isinstance(choose_keys([GRAPH_CUSTOMER], 1), CountedKeys)
    assert isinstance(choose_keys([GRAPH_CUSTOMER, DEVICE], 1), SampledKeys)
    assert isinstance(choose_keys([own], 1), OwnKeys)
    assert isinstance(choose_keys([own, CUSTOMER], 1), CountedKeys)


@given(INDEX, st.integers(0, BROOD - 1))
def test_children_name_their_parent(parent: int, nth: int) -> None:
    assert parent_index(child_index(parent, nth)) == parent


@given(INDEX)
def test_every_child_is_one_of_its_parents_children(child: int) -> None:
    parent = parent_index(child)
    assert child in [child_index(parent, nth) for nth in range(BROOD)]


def test_neighbours_have_different_parents() -> None:
    assert len({parent_index(child) for child in range(CROWD)}) == CROWD


@given(INDEX)
def test_a_tree_has_no_circles(own: int) -> None:
    parent = within_index(own)
    assert parent is None if own < 3 else parent is not None and parent < own


@pytest.mark.parametrize("key", ["", "x" * (MAX_KEY + 1), "a\0b", "\ud800"])
def test_no_entity_has_such_a_key(key: str) -> None:
    assert not is_usable(key)


@pytest.mark.parametrize("key", ["1", "a/b c", "\u00e9\U0001f600", "x" * MAX_KEY])
def test_an_entity_may_have_such_a_key(key: str) -> None:
    assert is_usable(key)


@pytest.mark.parametrize(
    ("value", "text"), [(7, "7"), (7.0, "7"), ("7", "7"), (True, "true"), (7.5, "7.5")]
)
def test_a_key_is_text(value: Any, text: str) -> None:
    assert key_text(value) == text
