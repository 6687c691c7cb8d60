"""The world as one session sees it: what a contract asks while it answers a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from typing import Any

import msgspec

from polymock.errors import NotFound
from polymock.samples.seeds import salt
from polymock.stores import Row, Store
from polymock.world.clock import ClockSetting
from polymock.world.collections import Collection, Reference
from polymock.world.integrity import imagined_children, imagined_references, link
from polymock.world.keys import is_usable
from polymock.world.model import Domain, WorldModel
from polymock.world.nesting import nested
from polymock.world.queries import Of, Query, in_order, matches
from polymock.world.rows import CHUNK, Memory, Rows, decode

_STRAYS = 10_000_000
_order_keys = msgspec.json.Encoder(order="sorted").encode


class Entity(msgspec.Struct, frozen=True):
    """One entity as a session sees it. `value` is its document and not to be changed; `revision`
    is 0 where nobody wrote it."""

    collection: str
    key: str
    value: Mapping[str, Any]
    revision: int = 0

    @property
    def is_written(self) -> bool:
        """Whether somebody wrote, seeded or changed it."""
        return self.revision > 0

    @property
    def tag(self) -> str:
        """Another text whenever the entity is another: 16 hex digits."""
        return blake2b(_order_keys(self.value), digest_size=8).hexdigest()


class Seen(msgspec.Struct, frozen=True):
    """What there was of a key a moment ago: the store's row, the entity, and whether it was created
    rather than changed."""

    row: Row | None
    entity: Entity | None
    born: bool = False


class Page(msgspec.Struct, frozen=True):
    """Some entities of a list: those from `offset` on of `total` in all. `is_written` tells whether
    anybody wrote anything in the collection."""

    items: Sequence[Entity]
    total: int
    offset: int
    is_written: bool


class View:
    """Reads of one world; `polymock.world.writing.Writer` extends it by the writes.

    `domain` is the part of it that the calling contract knows. Not to be kept longer than a call.
    """

    def __init__(
        self,
        model: WorldModel,
        domain: Domain,
        store: Store,
        space: str,
        memory: Memory,
        clock: Callable[[], ClockSetting],
    ) -> None:
        self.model = model
        self.domain = domain
        self.rows = Rows(store, space, memory)
        self.memory = memory
        self._clock = clock

    def now(self) -> datetime:
        """The time by the world's clock, in UTC."""
        return self._clock().now()

    def collection(self, kind: str) -> Collection | None:
        """The collection of a kind of the calling contract."""
        return self.domain.kinds.get(kind)

    def is_written(self, collection: str) -> bool:
        """Whether anybody wrote, seeded or deleted anything in a collection."""
        return self.rows.is_written(collection)

    def find(self, collection: str, key: str) -> Entity | None:
        """The entity of a key; None where it was deleted, or where nobody wrote it and that
        counts."""
        return self.seen(collection, key, self._row(collection, key)) if is_usable(key) else None

    def look(self, collection: str, key: str) -> Seen:
        """What `find` tells, and what `Writer.write` can begin with."""
        if not is_usable(key):
            return Seen(None, None)
        return self.seen_as(collection, key, self._row(collection, key))

    def seen_as(self, collection: str, key: str, row: Row | None) -> Seen:
        """What `look` tells, where the row of the key is known already."""
        if row is None or row.value is None:
            return Seen(row, self.seen(collection, key, row))
        stored = decode(row)
        return Seen(row, Entity(collection, key, stored.value, row.revision), stored.born)

    def _row(self, collection: str, key: str) -> Row | None:
        return self.rows.get(collection, key) if self.rows.may_hold(collection) else None

    def seen(self, collection: str, key: str, row: Row | None) -> Entity | None:
        """What `find` tells, where the row of the key is known already."""
        if row is None:
            return self._imagined(self.model.collections[collection], key)
        return None if row.value is None else _entity(row)

    def get(self, collection: str, key: str) -> Entity:
        """The entity of a key. Raises NotFound."""
        found = self.find(collection, key)
        if found is None:
            entity = self.model.collections[collection].entity.replace("_", " ")
            raise NotFound(f"There is no {entity} {key[:200]!r}.", collection, key)
        return found

    def document(self, nouns: Sequence[str], key: str) -> Mapping[str, Any] | None:
        """The document of the entity of a key, in the collection that the first of some nouns
        (`product`, folded) names; None where there is none, or no such collection."""
        collection = self.model.named(nouns)
        found = None if collection is None else self.find(collection.name, key)
        return None if found is None else found.value

    def exists(self, collection: str, key: str) -> bool:
        """Whether there is an entity of this key."""
        if not is_usable(key):
            return False
        row = self.rows.get(collection, key)  # stores remember whom many refer to
        if row is not None:
            return row.value is not None
        target = self.model.collections[collection]
        return not target.strict and target.fits(key)

    def is_deleted(self, collection: str, key: str) -> bool:
        """Whether somebody deleted the entity of this key."""
        if not self.rows.is_written(collection):
            return False
        row = self.rows.get(collection, key)
        return row is not None and row.value is None

    def first_keys(self, collection: str, count: int) -> list[str]:
        """The keys of the first entities that somebody wrote."""

        def made() -> list[str]:
            return [row.key for row in islice(self.rows.walk(collection, first=count), count)]

        return self.memory.recall(("first", self.rows.space, collection, count), made)

    def page(self, collection: str, query: Query, base: Sequence[Entity] | None = None) -> Page:
        """The entities that a query asks for.

        First those that nobody wrote (or the `base` in their place: a contract's examples), each
        as it is now, then the others in the order in which they came.
        """
        named = self.model.collections[collection]
        written = self.rows.is_written(collection)
        heads = self._heads(named, query, base)
        end = None if query.limit is None else query.offset + query.limit
        if query.is_plain and len(query.of) < 2:
            if base is None and not query.of:
                return self._window(named, query, heads, written)
            everything = list(self._all(named, query, heads))
        else:
            everything = [e for e in self._all(named, query, heads) if matches(e.value, query)]
        if query.order:
            everything = in_order(everything, query.order, lambda entity: entity.value)
        return Page(everything[query.offset : end], len(everything), query.offset, written)

    def _heads(
        self, collection: Collection, query: Query, base: Sequence[Entity] | None
    ) -> list[Entity]:
        """What nobody wrote, of what the query's list holds; as it is now, where that changed."""
        if base is not None:
            listed = list(base)
        elif not collection.imagines:
            return []
        elif query.of:
            listed = list(self._imagined_of(collection, query.of, query.shown))
        else:
            keys = (collection.keys.at(index) for index in range(query.shown))
            found = (self._imagined(collection, key) for key in keys)
            listed = [entity for entity in found if entity is not None]
        if not self.rows.is_written(collection.name):
            return listed
        rows = self.rows.many(collection.name, [entity.key for entity in listed])
        if query.of:  # those that somebody wrote are found by their links
            return [entity for entity in listed if entity.key not in rows]
        current = (rows.get(entity.key) for entity in listed)
        return [
            entity if row is None else _entity(row)
            for entity, row in zip(listed, current, strict=True)
            if row is None or row.value is not None
        ]

    def _imagined_of(
        self, collection: Collection, of: Sequence[Of], shown: int
    ) -> Iterator[Entity]:
        """Those that nobody wrote and that refer to whom all of `of` name."""
        first, *others = of
        reference = _reference(collection, first.reference)
        target = self.model.collections[reference.collection]
        keys = imagined_children(self, collection, reference, first.key, shown)
        is_stray = not keys and self._may_have_strays(collection, target, first.key)
        if is_stray:
            place = (salt(first.key) % _STRAYS) + _STRAYS
            keys = [collection.keys.at(place * shown + nth) for nth in range(shown)]
        for key in keys:
            entity = self._imagined(collection, key)
            if entity is None:
                continue
            if is_stray:
                held: Any = target.typed_key(first.key)
                value = {**entity.value, reference.name: [held] if reference.many else held}
                entity = Entity(collection.name, key, value)
            if all(_refers(entity, collection, each) for each in others):
                yield entity

    def _may_have_strays(self, collection: Collection, target: Collection, key: str) -> bool:
        """Whether a key that is none of the counted ones has children nevertheless, as any id
        answers."""
        return (
            collection.imagines
            and target.imagines
            and target.keys.index(key) is None
            and self.rows.get(target.name, key) is None
        )

    def _window(
        self, collection: Collection, query: Query, heads: list[Entity], written: bool
    ) -> Page:
        """A page of everything, without looking at what is on others."""
        if not written:
            end = None if query.limit is None else query.offset + query.limit
            return Page(heads[query.offset : end], len(heads), query.offset, written)
        shown = query.shown if collection.imagines else 0
        changed = sum(entity.is_written for entity in heads)
        total = len(heads) + self.rows.count(collection.name) - changed
        limit = total if query.limit is None else query.limit
        items = heads[query.offset : query.offset + limit]
        if len(items) < limit:
            skip = max(query.offset - len(heads), 0)
            rest = self.rows.walk(
                collection.name, after=shown - 1, skip=skip, first=min(limit, CHUNK)
            )
            items += [_entity(row) for row in islice(rest, limit - len(items))]
        return Page(items, total, query.offset, written)

    def _all(
        self, collection: Collection, query: Query, heads: Sequence[Entity]
    ) -> Iterator[Entity]:
        """Everything that the query's list holds, in order, before its conditions."""
        yield from heads
        if not self.rows.is_written(collection.name):
            return
        seen = {entity.key for entity in heads}
        first = query.of[0] if query.of else None
        found = None
        if first is not None:
            found = link(_reference(collection, first.reference), first.key)
        for row in self.rows.walk(collection.name, link=found):
            if row.key not in seen:
                entity = _entity(row)
                if all(_refers(entity, collection, each) for each in query.of[1:]):
                    yield entity

    def _imagined(self, collection: Collection, key: str) -> Entity | None:
        """The entity of a key that nobody wrote; None where there is none."""
        if collection.strict or not collection.fits(key):
            return None
        if not any(map(self.rows.is_written, self.model.near[collection.name])):
            # Nothing that it refers to has changed: it is what it always is.
            known = self.memory.entities.get((collection.name, key))
            if known is None:
                known = self._made(collection, key)
                if known is not None:
                    self.memory.keep(collection.name, key, known)
            return known
        return self._made(collection, key)

    def _made(self, collection: Collection, key: str) -> Entity | None:
        told = imagined_references(self, collection, key)
        if told is None:
            return None
        place = ("made", self.rows.space, collection.name, key)
        imagined = collection.imagine(key)
        document = self.memory.recall(place, lambda: nested(self, collection, key, imagined))
        return Entity(collection.name, key, {**document, **told})


def _entity(row: Row) -> Entity:
    return Entity(row.collection, row.key, decode(row).value, row.revision)


def _reference(collection: Collection, name: str) -> Reference:
    return next(each for each in collection.references if each.name == name)


def _refers(entity: Entity, collection: Collection, of: Of) -> bool:
    held = entity.value.get(of.reference)
    values = held if isinstance(held, list) else [held]
    return any(str(value) == of.key for value in values)
