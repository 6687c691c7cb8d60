"""Each space is a world of its own, copied and dropped as a whole."""

from __future__ import annotations

from time import sleep, time

import pytest

from polymock.stores import Change, Conflict, Store
from polymock.testing.stores.opened import PETS, OpenedStore, keys


class Spaces(OpenedStore):
    """Tests of collections, spaces, copy and drop."""

    def test_spaces_know_nothing_of_one_another(self, store: Store, space: str) -> None:
        other = space + "-other"
        (row,) = store.apply(space, [Change(PETS, "1", b"here", links={"owner": "ann"})])
        store.apply(other, [Change(PETS, "1", b"there"), Change(PETS, "2", b"")])
        assert store.scan(space, PETS) == store.scan(space, PETS, link=("owner", "ann")) == [row]
        assert store.scan(other, PETS, link=("owner", "ann")) == []
        assert (store.count(space, PETS), store.count(other, PETS)) == (1, 2)

    def test_collections_are_listed_by_name(self, store: Store, space: str) -> None:
        for name in ("pets", "Owners", "ärzte", "owners"):
            store.apply(space, [Change(name, "1", None if name == "pets" else b"")])
        assert store.collections(space) == ["Owners", "owners", "pets", "ärzte"]
        store.apply(space, [Change("owners", "1", erase=True)])
        assert store.collections(space) == ["Owners", "pets", "ärzte"]
        assert store.collections(space + "-other") == []

    def test_spaces_are_listed_by_how_they_begin(self, store: Store, space: str) -> None:
        names = [space + end for end in ("/b", "/a", "/A", "/%", "/_x", "", "/a/é", "0")]
        for name in names:
            store.apply(name, [Change(PETS, "1", None)])
        store.take(space + "/sequences-only", PETS)
        assert store.spaces(space) == sorted(names)
        assert store.spaces(space + "/") == sorted(names[:5] + names[6:7])
        assert store.spaces(space + "/a") == [space + "/a", space + "/a/é"]
        assert store.spaces(space + "/_") == [space + "/_x"]
        assert store.spaces(space + "/%") == [space + "/%"]
        assert store.spaces(space + "/nothing") == []
        assert set(names) <= set(store.spaces())
        store.drop(space + "/sequences-only")

    def test_a_copy_is_the_same_and_goes_its_own_way(self, store: Store, space: str) -> None:
        copy = space + "-copy"
        expires = time() + 3600
        store.apply(space, [Change(PETS, key, b"", links={"owner": key}) for key in "cab"])
        store.apply(space, [Change(PETS, "c", None), Change("owners", "1", b"", expires=expires)])
        store.take(space, PETS, 7)
        store.copy(space, copy)
        assert store.collections(copy) == ["owners", PETS]
        for name in ("owners", PETS):
            assert store.scan(copy, name) == store.scan(space, name)
            assert store.count(copy, name) == store.count(space, name)
        assert keys(store.scan(copy, PETS, link=("owner", "a"))) == ["a"]
        assert (store.take(copy, PETS), store.take(space, PETS)) == (8, 8)
        store.apply(copy, [Change(PETS, "a", b"copy"), Change(PETS, "b", erase=True)])
        store.apply(space, [Change(PETS, "d", b"")])
        assert keys(store.scan(space, PETS)) == ["c", "a", "b", "d"]
        assert keys(store.scan(copy, PETS)) == ["c", "a"]
        assert keys(store.scan(space, PETS, link=("owner", "a"))) == ["a"]

    def test_a_copy_replaces_what_was_there(self, store: Store, space: str) -> None:
        target = space + "-target"
        (row,) = store.apply(space, [Change(PETS, "1", b"new")])
        store.apply(
            target, [Change(PETS, "2", b"old", links={"owner": "ann"}), Change("owners", "1", b"")]
        )
        store.take(target, "owners")
        store.copy(space, target)
        assert store.collections(target) == [PETS]
        assert store.scan(target, PETS) == [row]
        assert store.scan(target, PETS, link=("owner", "ann")) == []
        assert store.take(target, "owners") == 1

    def test_a_copy_of_nothing_or_of_itself(self, store: Store, space: str) -> None:
        (row,) = store.apply(space, [Change(PETS, "1", b"")])
        store.copy(space, space)
        assert store.scan(space, PETS) == [row]
        store.copy(space + "-nowhere", space)
        assert store.scan(space, PETS) == []
        assert store.spaces(space) == []

    def test_a_row_that_was_copied_back_is_written_as_it_was(
        self, store: Store, space: str
    ) -> None:
        (first,) = store.apply(space, [Change(PETS, "1", b"first")])
        store.copy(space, space + "-snapshot")
        (second,) = store.apply(space, [Change(PETS, "1", b"second")])
        store.copy(space + "-snapshot", space)
        with pytest.raises(Conflict) as raised:
            store.apply(space, [Change(PETS, "1", b"third", expected=second.revision)])
        assert raised.value.row == first
        (third,) = store.apply(space, [Change(PETS, "1", b"third", expected=first.revision)])
        assert third.revision not in (first.revision, second.revision)

    def test_copied_rows_end_when_theirs_do(self, store: Store, space: str) -> None:
        expires = time() + 0.3
        store.apply(space, [Change(PETS, "1", b"", expires=expires)])
        store.copy(space, space + "-copy")
        store.drop(space)
        assert store.count(space + "-copy", PETS) == 1
        sleep(max(0.0, expires - time()) + 0.02)
        assert store.count(space + "-copy", PETS) == 0
        assert store.spaces(space) == []

    def test_a_dropped_space_is_gone_with_all_that_was_in_it(
        self, store: Store, space: str
    ) -> None:
        other = space + "-other"
        for each in (space, other):
            store.apply(each, [Change(PETS, "1", b"", links={"owner": "ann"})])
            store.apply(each, [Change("owners", "1", None), Change("owners", "2", b"")])
            store.take(each, PETS)
        store.drop(space)
        assert store.get(space, PETS, "1") is None
        assert store.scan(space, PETS, link=("owner", "ann")) == []
        assert store.collections(space) == []
        assert store.count(space, "owners") == 0
        assert store.spaces(space) == [other]
        assert (store.take(space, PETS), store.take(other, PETS)) == (1, 2)
        assert keys(store.scan(other, PETS, link=("owner", "ann"))) == ["1"]
        store.drop(space)
        store.drop(space)
