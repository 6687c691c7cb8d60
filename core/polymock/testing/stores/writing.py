"""A batch is written whole, and only over what its writer has seen."""

from __future__ import annotations

from collections.abc import Callable
from time import time

import pytest

from polymock.stores import FIRST_POSITION, Change, Conflict, Number, Row, Store
from polymock.testing.stores.opened import PAST, PETS, OpenedStore, keys


class Writing(OpenedStore):
    """Tests of apply, take, sweep and version."""

    def test_a_batch_is_given_back_in_its_order(self, store: Store, space: str) -> None:
        (old,) = store.apply(space, [Change(PETS, "b", b"old")])
        rows = store.apply(
            space,
            [
                Change("owners", "1", b"ann"),
                Change(PETS, "c", None),
                Change(PETS, "b", erase=True),
                Change(PETS, "a", b"new"),
            ],
        )
        assert [(row.collection, row.key, row.value) for row in rows] == [
            ("owners", "1", b"ann"),
            (PETS, "c", None),
            (PETS, "b", None),
            (PETS, "a", b"new"),
        ]
        assert rows[2] == Row(PETS, "b", None, old.revision, old.position)
        assert store.scan(space, PETS) == [rows[1], rows[3]]

    def test_a_batch_that_is_written_together_with_reads(self, store: Store, space: str) -> None:
        (old,) = store.apply(space, [Change(PETS, "1", b"old")])
        with pytest.raises(Conflict), store.together():
            changes = [Change(PETS, "2", b"new"), Change(PETS, "1", b"new", expected=0)]
            store.apply(space, changes)
        assert store.scan(space, PETS) == [old]
        before = store.version()
        with store.together():
            assert store.get(space, PETS, "1") == old
            store.apply(space, [Change(PETS, "1", b"new", expected=old.revision)])
        assert store.version() != before
        assert keys(store.scan(space, PETS)) == ["1"]
        assert store.take(space, PETS) == 1

    def test_a_batch_of_nothing_changes_nothing(self, store: Store, space: str) -> None:
        before = store.version()
        assert store.apply(space, []) == []
        assert store.version() == before
        assert store.spaces(space) == []

    def test_an_erased_row_is_gone(self, store: Store, space: str) -> None:
        store.apply(space, [Change(PETS, "1", b"rex"), Change(PETS, "2", None)])
        store.apply(space, [Change(PETS, "1", erase=True), Change(PETS, "2", erase=True)])
        assert store.get(space, PETS, "1") is None
        assert store.scan(space, PETS) == []
        assert store.count(space, PETS) == 0
        assert store.collections(space) == store.spaces(space) == []

    def test_what_is_not_there_can_be_erased(self, store: Store, space: str) -> None:
        (row,) = store.apply(space, [Change(PETS, "1", erase=True, expected=0)])
        assert (row.collection, row.key, row.value) == (PETS, "1", None)
        store.apply(space, [Change(PETS, "1", b"", expected=0)])
        store.apply(space, [Change(PETS, "2", erase=True)])
        assert keys(store.scan(space, PETS)) == ["1"]

    def test_a_row_is_written_over_the_revision_that_was_seen(
        self, store: Store, space: str
    ) -> None:
        (row,) = store.apply(space, [Change(PETS, "1", b"a", expected=0)])
        (row,) = store.apply(space, [Change(PETS, "1", b"b", expected=row.revision)])
        (row,) = store.apply(space, [Change(PETS, "1", None, expected=row.revision)])
        (row,) = store.apply(space, [Change(PETS, "1", b"c", expected=row.revision)])
        store.apply(space, [Change(PETS, "1", erase=True, expected=row.revision)])
        (row,) = store.apply(space, [Change(PETS, "1", b"d", expected=0)])
        assert store.get(space, PETS, "1") == row

    @pytest.mark.parametrize("erase", [False, True])
    def test_another_revision_is_a_conflict_that_shows_the_row(
        self, store: Store, space: str, *, erase: bool
    ) -> None:
        (row,) = store.apply(space, [Change(PETS, "1", b"rex")])
        (grave,) = store.apply(space, [Change(PETS, "2", None)])
        for key, expected, held in (
            ("1", 0, row),
            ("1", row.revision + 100, row),
            ("2", 0, grave),
            ("2", row.revision, grave),
            ("3", row.revision, None),
        ):
            change = Change(PETS, key, b"other", expected=expected, erase=erase)
            with pytest.raises(Conflict) as raised:
                store.apply(space, [change])
            assert (raised.value.change, raised.value.row) == (change, held)
        assert store.scan(space, PETS) == [row, grave]

    def test_a_conflict_leaves_the_whole_batch_unwritten(self, store: Store, space: str) -> None:
        before = store.apply(
            space, [Change(PETS, "1", b"rex", links={"owner": "ann"}), Change(PETS, "2", b"tom")]
        )
        with pytest.raises(Conflict):
            store.apply(
                space,
                [
                    Change(PETS, "1", b"other", links={"owner": "ben"}, position=1),
                    Change(PETS, "2", erase=True),
                    Change(PETS, "3", b"new", links={"owner": "ben"}),
                    Change("owners", "1", b"new"),
                    Change(PETS, "4", b"", expected=1),
                ],
            )
        assert store.scan(space, PETS) == before
        assert store.scan(space, PETS, link=("owner", "ann")) == before[:1]
        assert store.scan(space, PETS, link=("owner", "ben")) == []
        assert store.count(space, PETS) == 2
        assert store.collections(space) == [PETS]
        (row,) = store.apply(space, [Change(PETS, "2", b"", expected=before[1].revision)])
        assert row.value == b""

    def test_a_row_whose_time_is_over_is_written_as_a_new_one(
        self, store: Store, space: str
    ) -> None:
        old, other = store.apply(
            space,
            [
                Change(PETS, "1", b"old", position=1, expires=PAST, links={"owner": "ann"}),
                Change(PETS, "2", b""),
            ],
        )
        with pytest.raises(Conflict) as raised:
            store.apply(space, [Change(PETS, "1", b"", expected=old.revision)])
        assert raised.value.row is None
        (new,) = store.apply(space, [Change(PETS, "1", b"new", expected=0)])
        assert new.revision > old.revision
        assert new.expires is None
        assert new.position > other.position >= FIRST_POSITION
        assert store.scan(space, PETS) == [other, new]
        assert store.scan(space, PETS, link=("owner", "ann")) == []
        assert store.count(space, PETS) == 2

    def test_a_write_without_an_end_takes_the_end_away(self, store: Store, space: str) -> None:
        store.apply(space, [Change(PETS, "1", b"", expires=time() + 3600)])
        (row,) = store.apply(space, [Change(PETS, "1", b"")])
        assert row.expires is None
        assert store.count(space, PETS) == 1
        (row,) = store.apply(space, [Change(PETS, "1", b"", expires=PAST)])
        assert store.get(space, PETS, "1") is None
        assert store.count(space, PETS) == 0

    def test_no_revision_comes_twice(self, store: Store, space: str) -> None:
        seen: list[int] = []
        for turn in range(3):
            for change in (
                Change(PETS, "1", b"a"),
                Change(PETS, "1", b"a"),
                Change(PETS, "1", None),
                Change(PETS, "1", b"b", expires=PAST),
            ):
                seen += [row.revision for row in store.apply(space, [change])]
            if turn == 0:
                store.apply(space, [Change(PETS, "1", erase=True)])
            elif turn == 1:
                store.sweep()
                store.drop(space)
        assert len(set(seen)) == len(seen)

    def test_a_sequence_counts_from_the_least_on(self, store: Store, space: str) -> None:
        assert [store.take(space, PETS) for _ in range(3)] == [1, 2, 3]
        assert [store.take(space, "owners", 100) for _ in range(2)] == [100, 101]
        assert store.take(space, PETS, 50) == 50
        assert store.take(space, PETS) == 51
        assert store.take(space + "-other", PETS) == 1
        assert store.take(space, "low", -3) == -3
        store.drop(space + "-other")

    def test_a_row_takes_the_next_number(self, store: Store, space: str) -> None:
        elsewhere = space + "-numbers"
        store.take(elsewhere, PETS, 7)
        for number in (8, 9):
            taken = Number(elsewhere, PETS, number)
            (row,) = store.apply(space, [Change(PETS, str(number), b"", 0, number=taken)])
            assert store.get(space, PETS, str(number)) == row
        assert store.take(elsewhere, PETS) == 10
        store.drop(elsewhere)

    @pytest.mark.parametrize(
        ("key", "number"), [("2", 9), ("2", 11), ("2", 12), ("1", 10)], ids=str
    )
    def test_a_row_that_is_not_written_takes_no_number(
        self, store: Store, space: str, key: str, number: int
    ) -> None:
        (row,) = store.apply(space, [Change(PETS, "1", b"rex")])
        store.take(space, PETS, 9)
        for taken in (Number(space, PETS, number), Number(space, "none", number)):
            change = Change(PETS, key, b"", 0, number=taken)
            with pytest.raises(Conflict) as raised:
                store.apply(space, [change])
            assert raised.value.change == change
            with pytest.raises(Conflict):
                store.apply(space, [Change("owners", "1", b""), change])
        assert store.scan(space, PETS) == [row]
        assert store.count(space, PETS) == 1
        assert store.collections(space) == [PETS]
        assert store.take(space, PETS) == 10

    def test_a_row_that_was_seen_is_written_again_and_again(self, store: Store, space: str) -> None:
        links = {"owner": "ann"}
        (row,) = store.apply(space, [Change(PETS, "1", b"0", 0, links=links)])
        store.apply(space, [Change(PETS, "2", b"", 0)])
        for turn in range(5):
            change = Change(PETS, "1", b"%d" % turn, row.revision, row.position, links)
            (new,) = store.apply(space, [change])
            assert new == Row(PETS, "1", b"%d" % turn, new.revision, row.position)
            assert store.get(space, PETS, "1") == new
            assert store.scan(space, PETS, link=("owner", "ann")) == [new]
            with pytest.raises(Conflict) as raised:
                store.apply(space, [change])
            assert raised.value.row == new
            row = new
        change = Change(PETS, "1", b"", row.revision, row.position, {"owner": "ben"})
        (row,) = store.apply(space, [change])
        assert store.scan(space, PETS, link=("owner", "ann")) == []
        assert store.scan(space, PETS, link=("owner", "ben")) == [row]

    def test_sweeping_takes_away_what_is_over(self, store: Store, space: str) -> None:
        store.sweep()
        links = {"owner": "ann"}
        store.apply(space, [Change(PETS, "1", b"", expires=PAST, links=links)])
        store.apply(space, [Change(PETS, "2", b"", expires=time() + 3600, links=links)])
        store.apply(space, [Change(PETS, "3", b""), Change("owners", "1", None, expires=PAST)])
        before = store.scan(space, PETS)
        assert (store.sweep(), store.sweep()) == (2, 0)
        assert store.scan(space, PETS) == before
        assert keys(store.scan(space, PETS, link=("owner", "ann"))) == ["2"]
        assert store.count(space, PETS) == 2
        assert store.collections(space) == [PETS]

    @pytest.mark.parametrize(
        "write",
        [
            lambda store, space: store.apply(space, [Change(PETS, "new", b"")]),
            lambda store, space: store.apply(space, [Change(PETS, "1", b"other")]),
            lambda store, space: store.apply(space, [Change(PETS, "1", None)]),
            lambda store, space: store.apply(space, [Change(PETS, "1", erase=True)]),
            lambda store, space: store.apply(space, [Change(PETS, "1", b"rex", position=1)]),
            lambda store, space: store.take(space, PETS),
            lambda store, space: store.copy(space, space + "-copy"),
            lambda store, space: store.drop(space),
        ],
        ids=["new", "replace", "tombstone", "erase", "move", "take", "copy", "drop"],
    )
    def test_every_write_makes_another_version(
        self, store: Store, space: str, write: Callable[[Store, str], object]
    ) -> None:
        store.apply(space, [Change(PETS, "1", b"rex")])
        before = store.version()
        write(store, space)
        assert store.version() != before

    def test_reading_leaves_the_version(self, store: Store, space: str) -> None:
        store.apply(space, [Change(PETS, "1", b"rex", links={"owner": "ann"})])
        before = store.version()
        hash(before)
        store.get(space, PETS, "1")
        store.many(space, PETS, ["1", "2"])
        store.scan(space, PETS, link=("owner", "ann"))
        store.count(space, PETS)
        store.collections(space)
        store.spaces()
        assert store.version() == before
