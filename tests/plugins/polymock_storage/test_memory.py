from __future__ import annotations

from pathlib import Path

import pytest

from polymock import plugins
from polymock.errors import ConfigError
from polymock.stores import FIRST_POSITION, Change, Storage, Store, StorePlace
from polymock.testing.stores import StoreConformance

NOWHERE = Path("/nowhere")


class TestConformance(StoreConformance):
    storage = "memory"


@pytest.fixture
def store() -> Store:
    storage: Storage = plugins.build("polymock.storage", "memory", {})
    return storage.open(StorePlace(NOWHERE, NOWHERE))


def test_it_is_for_one_process_and_has_nothing_to_set() -> None:
    storage: Storage = plugins.build("polymock.storage", "memory", {})
    assert storage.shared is False
    with pytest.raises(ConfigError, match="path"):
        plugins.build("polymock.storage", "memory", {"path": "world.db"})


def test_rows_between_others_are_found_in_their_order(store: Store) -> None:
    for position in (5, 1, 9, 3, 7, 0, 8, 2, 6, 4):
        store.apply("base", [Change("pets", f"{position % 3}-{position}", b"", position=position)])
    store.apply("base", [Change("pets", "2-5", None), Change("pets", "0-9", erase=True)])
    assert [row.position for row in store.scan("base", "pets")] == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert [row.position for row in store.scan("base", "pets", live=True, after=3)] == [4, 6, 7, 8]


def test_a_collection_that_was_erased_starts_anew(store: Store) -> None:
    (first,) = store.apply("base", [Change("pets", "1", b"")])
    store.apply("base", [Change("pets", "1", erase=True)])
    (second,) = store.apply("base", [Change("pets", "1", b"")])
    assert first.position == second.position == FIRST_POSITION
    assert second.revision > first.revision


def test_rows_that_were_read_stay_as_they_were(store: Store) -> None:
    links = {"owner": "ann"}
    store.apply("base", [Change("pets", "1", b"old", links=links)])
    before = store.scan("base", "pets")
    links["owner"] = "ben"
    store.apply("base", [Change("pets", "1", b"new", links={"owner": "ann"})])
    assert [row.value for row in before] == [b"old"]
    assert len(store.scan("base", "pets", link=("owner", "ann"))) == 1


def test_a_closed_store_holds_nothing(store: Store) -> None:
    store.apply("base", [Change("pets", "1", b"")])
    store.close()
    assert store.spaces() == []
