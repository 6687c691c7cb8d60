"""A store opened for tests, as the server would."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import msgspec
import pytest

from polymock import plugins
from polymock.stores import Row, Storage, Store, StorePlace

GROUP = "polymock.storage"
PETS = "pets"
"""The collection of most tests."""
PAST = 1.0
"""A time that is over."""


class Opening(msgspec.Struct, frozen=True):
    """All that a process needs to open the store that another one has open."""

    storage: str
    settings: Mapping[str, Any]
    place: StorePlace

    def build(self) -> Storage:
        """What the plugin builds."""
        storage: Storage = plugins.build(GROUP, self.storage, self.settings)
        return storage

    def open(self) -> Store:
        """One more handle on the store."""
        return self.build().open(self.place)


class OpenedStore:
    """The fixtures of the kit."""

    storage: ClassVar[str]
    """The entry point's name."""
    settings: ClassVar[Mapping[str, Any]] = {}
    """Its settings, as in the config without `type`."""

    @pytest.fixture
    def opening(self, tmp_path: Path) -> Opening:
        """How to open the store, in folders of this test."""
        place = StorePlace(tmp_path / "config", tmp_path / "scratch")
        place.folder.mkdir()
        place.scratch.mkdir()
        return Opening(self.storage, dict(self.settings), place)

    @pytest.fixture
    def open_store(self, opening: Opening) -> Iterator[Callable[[], Store]]:
        """Opens the store once more; each is closed after the test."""
        stores: list[Store] = []

        def open_one() -> Store:
            stores.append(opening.open())
            return stores[-1]

        yield open_one
        for store in stores:
            store.close()

    @pytest.fixture
    def store(self, open_store: Callable[[], Store]) -> Store:
        """The store, open."""
        return open_store()

    @pytest.fixture
    def space(self, opening: Opening) -> Iterator[str]:
        """A name that no space has; after the test none has a name that begins so."""
        name = f"conformance-{uuid4().hex}"
        yield name
        store = opening.open()
        for each in (name, *store.spaces(name)):
            store.drop(each)
        store.close()


def keys(rows: Sequence[Row]) -> list[str]:
    """Their keys, in their order."""
    return [row.key for row in rows]
