"""What several processes write to one store is there for all of them, and survives them."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest

from polymock.stores import Change, Conflict, Number, Store
from polymock.testing.stores import processes
from polymock.testing.stores.opened import PETS, OpenedStore, Opening, keys


class Sharing(OpenedStore):
    """Tests of stores that are shared; the others skip most of them."""

    @pytest.fixture
    def shared(self, opening: Opening) -> Opening:
        """How to open a store that is shared."""
        if not opening.build().shared:
            pytest.skip(f"who opens the store {self.storage!r} gets rows of its own: not shared")
        return opening

    def test_a_store_that_is_not_shared_is_empty_each_time(
        self, opening: Opening, open_store: Callable[[], Store], space: str
    ) -> None:
        if opening.build().shared:
            pytest.skip(f"the store {self.storage!r} is shared")
        open_store().apply(space, [Change(PETS, "1", b"")])
        assert open_store().get(space, PETS, "1") is None

    def test_each_sees_what_the_other_wrote(
        self, shared: Opening, open_store: Callable[[], Store], space: str
    ) -> None:
        one, other = open_store(), open_store()
        before = other.version()
        (row,) = one.apply(space, [Change(PETS, "1", b"one", links={"owner": "ann"})])
        assert other.version() != before
        assert other.get(space, PETS, "1") == row
        assert other.scan(space, PETS, link=("owner", "ann")) == [row]
        assert other.count(space, PETS) == 1
        assert (one.take(space, PETS), other.take(space, PETS)) == (1, 2)
        before = one.version()
        (row,) = other.apply(space, [Change(PETS, "1", b"other", expected=row.revision)])
        assert one.version() != before
        assert one.get(space, PETS, "1") == row
        other.drop(space)
        assert one.spaces(space) == []

    def test_each_write_of_the_other_makes_another_version(
        self, shared: Opening, open_store: Callable[[], Store], space: str
    ) -> None:
        one, other = open_store(), open_store()
        seen = {one.version()}
        for _ in range(20):
            other.apply(space, [Change(PETS, "1", b"")])
            seen.add(one.version())
        assert len(seen) == 21
        assert one.version() in seen

    def test_what_the_other_wrote_is_a_conflict(
        self, shared: Opening, open_store: Callable[[], Store], space: str
    ) -> None:
        one, other = open_store(), open_store()
        (old,) = one.apply(space, [Change(PETS, "1", b"old")])
        (new,) = other.apply(space, [Change(PETS, "1", b"new")])
        with pytest.raises(Conflict) as raised:
            one.apply(space, [Change(PETS, "1", b"newer", expected=old.revision)])
        assert raised.value.row == new

    def test_rows_that_both_write_are_those_that_both_see(
        self, shared: Opening, open_store: Callable[[], Store], space: str
    ) -> None:
        stores = open_store(), open_store()
        (row,) = stores[0].apply(space, [Change(PETS, "0", b"", 0)])
        for turn in range(12):
            writer = stores[turn % 3 % 2]
            change = Change(PETS, "0", b"%d" % turn, row.revision, row.position)
            (row,) = writer.apply(space, [change])
            taken = None if turn == 0 else Number(space, PETS, turn)
            if taken is None:
                writer.take(space, PETS, 0)
            (new,) = writer.apply(space, [Change(PETS, f"new-{turn}", b"", 0, number=taken)])
            for store in stores:
                assert store.get(space, PETS, "0") == row
                assert store.get(space, PETS, new.key) == new
                assert store.scan(space, PETS)[-1] == new
                assert store.count(space, PETS) == turn + 2
        stores[1].apply(space, [Change(PETS, "0", erase=True)])
        assert stores[0].get(space, PETS, "0") is None
        assert stores[0].take(space, PETS) == 12

    def test_nobody_writes_between_what_is_read_and_written_together(
        self, shared: Opening, open_store: Callable[[], Store], space: str
    ) -> None:
        one, other = open_store(), open_store()
        other.apply(space, [Change(PETS, "1", b"old")])
        writing = Thread(target=other.apply, args=(space, [Change(PETS, "1", b"other")]))
        with one.together():
            before = one.get(space, PETS, "1")
            assert before is not None
            assert before.value == b"old"
            writing.start()
            writing.join(0.2)
            assert one.get(space, PETS, "1") == before
            one.apply(space, [Change(PETS, "1", b"one", expected=before.revision)])
        writing.join()
        after = one.get(space, PETS, "1")
        assert after is not None
        assert after.value == b"other"

    def test_rows_are_there_when_it_is_opened_again(self, shared: Opening, space: str) -> None:
        store = shared.open()
        rows = store.apply(space, [Change(PETS, key, b"", links={"by": key}) for key in "ba"])
        store.take(space, PETS, 9)
        store.close()
        store = shared.open()
        assert store.scan(space, PETS) == rows
        assert store.scan(space, PETS, link=("by", "a")) == rows[1:]
        assert store.take(space, PETS) == 10
        (row,) = store.apply(space, [Change(PETS, "b", b"")])
        assert row.revision > rows[1].revision
        store.close()

    def test_several_processes_lose_nothing(self, shared: Opening, space: str) -> None:
        taken = processes.write_together(shared, space, "process")
        total = processes.PROCESSES * processes.ROUNDS
        store = shared.open()
        counter = store.get(space, "counters", "all")
        rows = store.scan(space, PETS, limit=total + 1)
        assert counter is not None
        assert counter.value == str(total).encode()
        assert sorted(taken) == list(range(1, total + 1))
        assert store.count(space, PETS) == len(rows) == total
        assert len({row.position for row in rows}) == len({row.revision for row in rows}) == total
        for number in range(processes.PROCESSES):
            name = f"process-{number}"
            own = store.scan(space, PETS, link=("by", name), limit=total)
            assert keys(own) == [f"{name}-{turn}" for turn in range(processes.ROUNDS)]
        store.close()

    def test_what_was_acknowledged_survives_kill_9(self, shared: Opening, space: str) -> None:
        for batches in (1, 40, 150):
            name = f"killed-{batches}"
            acknowledged = processes.write_until_killed(shared, space, name, batches)
            store = shared.open()
            last = store.get(space, "counters", name)
            assert last is not None
            written = int(last.value or 0) + 1
            assert written >= len(acknowledged) >= batches
            assert acknowledged == list(range(len(acknowledged)))
            found = store.scan(space, PETS, link=("by", name), limit=4 * written)
            assert keys(found) == [
                f"{name}-{number}-{part}" for number in range(written) for part in processes.PARTS
            ]
            assert store.apply(space, [Change(PETS, f"{name}-after", b"")])
            store.close()
