"""Seeds put into the base world: all at once, and once, however many workers start together.

A row of the base tells which seeds were planted. It is written in the same batch as they are, so
that of several workers one plants, and a restart leaves alone what was changed since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from time import monotonic, sleep
from typing import overload

import msgspec

from polymock.errors import StoreError, Unavailable
from polymock.stores import FIRST_POSITION, Change, Conflict, Row
from polymock.world.collections import Collection
from polymock.world.integrity import links_of
from polymock.world.keys import SampledKeys
from polymock.world.model import WorldModel
from polymock.world.rows import BASE, CHUNK, decode_value
from polymock.world.seeds import Seeds
from polymock.world.world import World
from polymock.world.writing import keys_sequence

SEEDS = "~seeds"
"""The collection of the row that tells what was planted."""
PLANTED = "planted"
STAGE = "+reset"
"""The space where a world is made ready that takes the base's place."""
PATIENCE_SECONDS = 10.0
ROWS_PER_SECOND = 5_000
"""Of another worker, who plants."""
PAUSE_SECONDS = 0.1

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, str]).decode


def plant(world: World, seeds: Sequence[Seeds]) -> None:
    """Put seeds into the base world, if they are not there yet.

    Those of a collection that come from something else than the ones there take their place,
    whatever was done to them; entities that are no seeds stay. Raises StoreError.
    """
    total = sum(len(each.rows) for each in seeds)
    end = monotonic() + PATIENCE_SECONDS + total / ROWS_PER_SECOND
    while seeds:
        try:
            marker = world.store.get(BASE, SEEDS, PLANTED)
            known = _known(marker)
            new = [each for each in seeds if known.get(each.collection) != each.digest]
            if not new:
                return
            old = [key for each in new for key in _left_over(world, each)]
            told = {**known, **{each.collection: each.digest for each in new}}
            world.store.apply(BASE, _Batch(world, new, told, marker, old))
            _count_on(world, BASE, new)
            return
        except Conflict:  # another worker has planted them meanwhile
            continue
        except Unavailable as error:  # or is about it
            if monotonic() > end:
                raise StoreError(
                    f"The world's seeds cannot be planted: {error.detail}",
                    "Look after the world's store.",
                ) from error
            sleep(PAUSE_SECONDS)


def reset(world: World) -> int:
    """Make the base world what it was in the beginning, all at once; how many entities it has.

    The seeds are read again. Sessions and snapshots stay. Raises ConfigError, and nothing changed.
    """
    seeds = world.read_seeds()
    store = world.store
    if not seeds:
        store.drop(BASE)
        return 0
    store.drop(STAGE)
    told = {each.collection: each.digest for each in seeds}
    store.apply(STAGE, _Batch(world, seeds, told, None, ()))
    _count_on(world, STAGE, seeds)
    store.copy(STAGE, BASE)
    store.drop(STAGE)
    return sum(len(each.rows) for each in seeds)


class _Batch(Sequence[Change]):
    """The changes that plant seeds, each made when it is asked for: there may be a million.

    The first one is the marker's: whoever comes second is told so before anything is written.
    """

    def __init__(
        self,
        world: World,
        seeds: Sequence[Seeds],
        told: Mapping[str, str],
        marker: Row | None,
        left_over: Sequence[tuple[str, str]],
    ) -> None:
        expected = 0 if marker is None else marker.revision
        erased = [Change(collection, key, erase=True) for collection, key in left_over]
        self._first = [Change(SEEDS, PLANTED, _encode(told), expected=expected), *erased]
        self._model = world.model
        self._parts = [(world.model.collections[each.collection], each) for each in seeds]
        self._keys = [list(each.rows) for each in seeds]

    def __len__(self) -> int:
        return len(self._first) + sum(len(keys) for keys in self._keys)

    def __iter__(self) -> Iterator[Change]:
        yield from self._first
        for (collection, seeds), keys in zip(self._parts, self._keys, strict=True):
            for number, key in enumerate(keys):
                yield _change(self._model, collection, number, key, seeds.rows[key])

    @overload
    def __getitem__(self, index: int) -> Change: ...
    @overload
    def __getitem__(self, index: slice) -> list[Change]: ...
    def __getitem__(self, index: int | slice) -> Change | list[Change]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        number = index + len(self) if index < 0 else index
        if number < len(self._first):
            return self._first[number]
        number -= len(self._first)
        for (collection, seeds), keys in zip(self._parts, self._keys, strict=True):
            if number < len(keys):
                key = keys[number]
                return _change(self._model, collection, number, key, seeds.rows[key])
            number -= len(keys)
        raise IndexError(index)


def _change(
    model: WorldModel, collection: Collection, number: int, key: str, value: bytes
) -> Change:
    links: Mapping[str, str] = {}
    if collection.references or model.restricted:
        links = links_of(decode_value(value).value, collection, model)
    return Change(collection.name, key, value, position=number, links=links)


def _known(marker: Row | None) -> dict[str, str]:
    """The digests of what was planted, by collection."""
    return {} if marker is None or marker.value is None else _decode(marker.value)


def _left_over(world: World, seeds: Seeds) -> Iterator[tuple[str, str]]:
    """Seeds that were planted before and are none any more: they stand where only seeds do."""
    skip = 0
    while rows := world.store.scan(BASE, seeds.collection, skip=skip, limit=CHUNK):
        for row in rows:
            if row.position >= FIRST_POSITION:
                return
            if row.key not in seeds.rows:
                yield seeds.collection, row.key
        skip += len(rows)


def _count_on(world: World, space: str, seeds: Sequence[Seeds]) -> None:
    """Let the keys of new entities begin behind those of the seeds."""
    for each in seeds:
        keys = world.model.collections[each.collection].keys
        if isinstance(keys, SampledKeys):
            continue
        numbers = [number for key in each.rows if (number := keys.index(key)) is not None]
        if numbers:
            world.store.take(space, keys_sequence(each.collection), max(numbers))
