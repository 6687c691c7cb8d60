"""What is read is what was written, in its order."""

from __future__ import annotations

from time import sleep, time

import pytest

from polymock.stores import FIRST_POSITION, Change, Row, Store
from polymock.testing.stores.opened import PAST, PETS, OpenedStore, keys

ODD_NAMES = (
    "Zoë 動物 🐈",
    "e\u0301",
    "\u00e9",
    "'; DROP TABLE rows; --",
    'a "quoted" name',
    "100%",
    "_",
    "a/b/../c?d=e&f#g",
    "back\\slash",
    "\t\r\n \x01\x7f",
    "null",
    "1",
    "01",
    "1.0",
    "*[?]",
    "n" * 1000,
    "動" * 1000,
)
"""Names that some stores would take for something else, or for one another."""
ODD_VALUES = (b"", b"\x00", b"a\x00b\x00", b"\xff\xfe", b"null", bytes(range(256)) * 4096)


class Reading(OpenedStore):
    """Tests of get, many, scan and count."""

    def test_a_row_is_read_as_it_was_written(self, store: Store, space: str) -> None:
        expires = float(int(time()) + 3600)
        (row,) = store.apply(space, [Change(PETS, "1", b"rex", position=7, expires=expires)])
        assert row == Row(PETS, "1", b"rex", row.revision, 7, expires)
        assert row.revision >= 1
        assert store.get(space, PETS, "1") == row
        assert store.many(space, PETS, ["1"]) == {"1": row}
        assert store.scan(space, PETS) == [row]

    def test_what_nobody_wrote_is_not_there(self, store: Store, space: str) -> None:
        store.apply(space, [Change("owners", "1", b"ann")])
        assert store.get(space, PETS, "1") is None
        assert store.get(space, "owners", "2") is None
        assert store.get(space + "-other", "owners", "1") is None
        assert store.many(space, PETS, ["1", "2"]) == {}
        assert store.scan(space, PETS) == []
        assert store.scan(space, "owners", link=("a", "b")) == []
        assert store.count(space, PETS) == 0

    def test_many_finds_those_that_are_there(self, store: Store, space: str) -> None:
        wanted = [str(number) for number in range(500)]
        rows = store.apply(space, [Change(PETS, key, key.encode()) for key in wanted[::2]])
        assert store.many(space, PETS, wanted) == {row.key: row for row in rows}
        assert store.many(space, PETS, []) == {}

    @pytest.mark.parametrize("value", ODD_VALUES, ids=len)
    def test_a_value_is_any_bytes(self, store: Store, space: str, value: bytes) -> None:
        store.apply(space, [Change(PETS, "1", value)])
        row = store.get(space, PETS, "1")
        assert row is not None
        assert row.value == value
        assert store.count(space, PETS) == 1

    def test_keys_are_any_text(self, store: Store, space: str) -> None:
        store.apply(space, [Change(PETS, name, name.encode()) for name in ODD_NAMES])
        found = store.many(space, PETS, ODD_NAMES)
        assert {name: row.value for name, row in found.items()} == {
            name: name.encode() for name in ODD_NAMES
        }
        assert keys(store.scan(space, PETS)) == [*ODD_NAMES]
        assert {name: store.get(space, PETS, name) for name in ODD_NAMES} == found

    def test_collections_links_and_spaces_are_any_text(self, store: Store, space: str) -> None:
        for name in ODD_NAMES:
            change = Change(name, "1", name.encode(), links={name: name})
            store.apply(space + name[:900], [change])
        for name in ODD_NAMES:
            assert store.collections(space + name[:900]) == [name]
            (row,) = store.scan(space + name[:900], name, link=(name, name))
            assert row.value == name.encode()
        assert store.spaces(space) == sorted(space + name[:900] for name in ODD_NAMES)

    def test_rows_stand_in_the_order_in_which_they_came(self, store: Store, space: str) -> None:
        for batch in (["c", "a"], ["b"], ["e", "d"]):
            store.apply(space, [Change(PETS, key, b"") for key in batch])
        rows = store.scan(space, PETS)
        positions = [row.position for row in rows]
        assert keys(rows) == ["c", "a", "b", "e", "d"]
        assert positions == sorted(set(positions))
        assert positions[0] >= FIRST_POSITION

    def test_named_positions_order_rows_and_keys_break_ties(self, store: Store, space: str) -> None:
        places = {"d": 5, "b": 5, "c": 5, "z": 0, "a": 9, "Ä": 5, "B": 5}
        store.apply(space, [Change(PETS, key, b"", position=at) for key, at in places.items()])
        store.apply(space, [Change(PETS, "new", b"")])
        assert keys(store.scan(space, PETS)) == ["z", "B", "b", "c", "d", "Ä", "a", "new"]

    def test_a_new_row_stands_behind_all_others(self, store: Store, space: str) -> None:
        far = FIRST_POSITION * 5
        store.apply(space, [Change(PETS, "far", b"", position=far), Change("owners", "1", b"")])
        (new,) = store.apply(space, [Change(PETS, "new", b"")])
        assert new.position > far
        (owner,) = store.apply(space, [Change("owners", "2", b"")])
        assert FIRST_POSITION < owner.position < far

    def test_a_row_keeps_its_place_until_another_is_named(self, store: Store, space: str) -> None:
        old = store.apply(space, [Change(PETS, key, b"") for key in ("a", "b", "c")])
        store.apply(space, [Change(PETS, "a", None)])
        (row,) = store.apply(space, [Change(PETS, "a", b"again")])
        assert row.position == old[0].position
        (row,) = store.apply(space, [Change(PETS, "a", b"", position=old[2].position + 1)])
        assert row.position == old[2].position + 1
        assert keys(store.scan(space, PETS)) == ["b", "c", "a"]

    def test_pages_by_position_and_by_number_are_parts_of_the_whole(
        self, store: Store, space: str
    ) -> None:
        store.apply(
            space,
            [
                Change(
                    PETS,
                    f"{number * 37 % 101}",
                    None if number % 3 == 0 else b"",
                    position=number // 4,
                    links={"odd": str(number % 2)},
                )
                for number in range(101)
            ],
        )
        for live in (False, True):
            for link in (None, ("odd", "1")):
                whole = store.scan(space, PETS, limit=1000, live=live, link=link)
                assert (
                    len(whole)
                    == {
                        (False, None): 101,
                        (True, None): 67,
                        (False, ("odd", "1")): 50,
                        (True, ("odd", "1")): 33,
                    }[live, link]
                )
                assert whole == sorted(whole, key=lambda row: (row.position, row.key))
                for after in (-1, 0, 3, 24, 25, 1000):
                    behind = [row for row in whole if row.position > after]
                    for skip, limit in ((0, 7), (7, 7), (30, 100), (0, 0), (500, 1)):
                        page = store.scan(
                            space, PETS, after=after, skip=skip, limit=limit, live=live, link=link
                        )
                        assert page == behind[skip : skip + limit]

    def test_a_tombstone_is_a_row_that_counts_for_nothing(self, store: Store, space: str) -> None:
        store.apply(space, [Change(PETS, "1", b"rex"), Change(PETS, "2", b"tom")])
        (grave,) = store.apply(space, [Change(PETS, "1", None)])
        assert grave.value is None
        assert store.get(space, PETS, "1") == grave
        assert store.many(space, PETS, ["1"]) == {"1": grave}
        assert keys(store.scan(space, PETS)) == ["1", "2"]
        assert keys(store.scan(space, PETS, live=True)) == ["2"]
        assert store.count(space, PETS) == 1
        store.apply(space, [Change(PETS, "2", None)])
        assert store.count(space, PETS) == 0
        assert store.collections(space) == [PETS]
        store.apply(space, [Change(PETS, "1", b"again")])
        assert store.count(space, PETS) == 1

    def test_links_find_the_rows_that_were_last_written_with_them(
        self, store: Store, space: str
    ) -> None:
        def found(name: str, text: str) -> list[str]:
            return keys(store.scan(space, PETS, link=(name, text)))

        rex = {"owner": "ann", "kind": "dog"}
        store.apply(space, [Change(PETS, "rex", b"", links=rex)])
        store.apply(space, [Change(PETS, "tom", b"", links={"owner": "ann"})])
        assert found("owner", "ann") == ["rex", "tom"]
        assert found("kind", "dog") == ["rex"]
        assert found("owner", "dog") == found("kind", "ann") == found("owner", "an") == []
        store.apply(space, [Change(PETS, "rex", b"", links={"owner": "ben"})])
        assert (found("owner", "ann"), found("owner", "ben")) == (["tom"], ["rex"])
        assert found("kind", "dog") == []
        store.apply(space, [Change(PETS, "tom", b"", links={"owner": "ben"}, position=3)])
        assert found("owner", "ben") == ["tom", "rex"]
        store.apply(space, [Change(PETS, "rex", b""), Change(PETS, "tom", erase=True)])
        assert found("owner", "ben") == []

    def test_links_find_tombstones_too(self, store: Store, space: str) -> None:
        store.apply(space, [Change(PETS, "rex", b"", links={"owner": "ann"})])
        store.apply(space, [Change(PETS, "rex", None, links={"owner": "ann"})])
        assert keys(store.scan(space, PETS, link=("owner", "ann"))) == ["rex"]
        assert store.scan(space, PETS, link=("owner", "ann"), live=True) == []

    def test_a_row_whose_time_is_over_is_not_there(self, store: Store, space: str) -> None:
        links = {"owner": "ann"}
        store.apply(space, [Change(PETS, "old", b"", expires=PAST, links=links)])
        assert store.get(space, PETS, "old") is None
        assert store.many(space, PETS, ["old"]) == {}
        assert store.scan(space, PETS) == store.scan(space, PETS, link=("owner", "ann")) == []
        assert store.count(space, PETS) == 0
        assert store.collections(space) == store.spaces(space) == []

    def test_a_row_is_there_until_its_time_is_over(self, store: Store, space: str) -> None:
        expires = time() + 0.4
        store.apply(space, [Change(PETS, "soon", b"", expires=expires), Change(PETS, "ever", b"")])
        store.apply(space, [Change(PETS, "grave", None, expires=expires)])
        assert keys(store.scan(space, PETS)) == ["soon", "ever", "grave"]
        assert store.count(space, PETS) == 2
        sleep(max(0.0, expires - time()) + 0.02)
        assert keys(store.scan(space, PETS)) == ["ever"]
        assert store.get(space, PETS, "soon") is None
        assert store.count(space, PETS) == 1
