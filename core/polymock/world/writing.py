"""The world as a call writes it: everything or nothing, and nothing that another wrote is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Collection as Names
from typing import Any

import msgspec

from polymock.errors import Aborted, AlreadyExists, Invalid, PreconditionFailed, TooLarge
from polymock.stores import Change, Conflict, Number, Row
from polymock.world.collections import Collection, Reference, parent_of
from polymock.world.completing import completed, kept
from polymock.world.entities import MISSING
from polymock.world.integrity import (
    check_references,
    effects_of_delete,
    links_of,
    normalised,
    without,
)
from polymock.world.keys import CROWD, FIRST_NEW, MAX_KEY, is_usable
from polymock.world.names import fold
from polymock.world.nesting import nested
from polymock.world.rows import BASE, MAX_NUMBERED, Stored, decode, encode
from polymock.world.stamps import CREATED, MADE, TIMES, UPDATED, at_first, instant_like, next_tag
from polymock.world.view import Entity, Seen, View
from polymock_schemas.calls import Violation

ATTEMPTS = 16
"""How often a write is tried again because somebody else wrote meanwhile."""
MAX_CHANGES = 10_000
"""Entities that one delete may take with it."""
MAX_DOCUMENT = 4 * 1024 * 1024
"""Bytes of a document."""

Changing = Callable[[Entity], Mapping[str, Any]]
"""From an entity as it is to its new value, in a contract's or a document's spelling.

Raises what refuses the write. It may be called several times.
"""


Accompanying = Callable[[Entity], Sequence[Change]]
"""From an entity that is about to be written to what is written with it."""


class Precondition(msgspec.Struct, frozen=True):
    """What the caller says that the entity is like: one of `tags` (`*`: any that exists); not one
    of `none` (`*`: nobody wrote it, as any key is there)."""

    tags: tuple[str, ...] = ()
    none: tuple[str, ...] = ()

    def check(self, entity: Entity | None) -> None:
        """Raises PreconditionFailed."""
        if self.tags and (entity is None or not _meets(entity.tag, self.tags)):
            raise PreconditionFailed("The entity is not as the precondition says that it is.")
        if entity is None or not self.none:
            return
        if entity.tag in self.none or ("*" in self.none and entity.is_written):
            raise PreconditionFailed("The entity is there, and the precondition says otherwise.")


UNCONDITIONAL = Precondition()


Changed = Callable[[str, str, str, str, str, int], None]
"""Told of every write: what was done (`created`, `updated`, `deleted`), collection, key, space, the
mock that did it, and how many other entities changed with it. May not wait, nor raise."""


class Writer(View):
    """Writes of one world; each is a batch of its own."""

    changed: Changed | None = None
    """Who is told of them."""

    def create(
        self,
        collection: str,
        value: Mapping[str, Any],
        *,
        key: str | None = None,
        settable: Names[str] = (),
        also: Sequence[Change] | Accompanying = (),
    ) -> Entity:
        """Make a new entity of a contract's object.

        Without a `key` it gets the next one. What the object does not say and the caller could not
        have said (`settable` are the folded names that he could), or what some contract always
        has, is imagined; times are the clock's. `also` is written in the same batch; it may depend
        on the entity. Raises AlreadyExists, Invalid.
        """
        named = self.model.collections[collection]
        taken = 0
        for _ in range(ATTEMPTS):
            new, number = self._new_key(named, taken) if key is None else (_checked(key), None)
            row = None
            if number is None or self.rows.space != BASE:
                row = self.rows.get(collection, new)
            if row is not None and row.value is not None:
                taken += 1
                if key is None:
                    continue
                entity = named.entity.replace("_", " ")
                raise AlreadyExists(f"There is a {entity} {new[:200]!r} already.", collection, new)
            given = normalised(named, self.model.collections, value)
            document = self._born(named, new, completed(named, given, self), settable)
            change = self._change(named, new, Stored(document, born=True), row, number)
            others = also(Entity(collection, new, document, 1)) if callable(also) else also
            try:
                stored = self._referring(named, document, None, [change, *others])
            except Conflict as conflict:
                if conflict.change is not change:
                    raise Aborted("The same was asked for at the same time.") from conflict
                if number is not None:
                    self.memory.numbers.pop(number.sequence, None)
                continue
            if number is not None:
                self.memory.numbers[number.sequence] = number.number
            self._tell("created", collection, new)
            return Entity(collection, new, document, stored.revision)
        if taken == ATTEMPTS:
            raise AlreadyExists(f"No key is left for another {named.entity}: name one.", collection)
        raise Aborted(f"Others create {collection} at the same time: try again.")

    def write(
        self,
        collection: str,
        key: str,
        change: Changing,
        *,
        precondition: Precondition = UNCONDITIONAL,
        otherwise: Callable[[], Entity] | None = None,
        also: Sequence[Change] = (),
        seen: Seen | None = None,
    ) -> Entity:
        """Change an entity to what `change` makes of it; its key stays.

        A value that names the state that it is about (`etag`, `version`) is refused where the
        entity is in another. `otherwise` makes one where there is none. `seen` is what `look` told
        a moment ago: it is not asked for again at first. Raises NotFound, PreconditionFailed,
        Aborted, and what `change` raises.
        """
        named = self.model.collections[collection]
        for _ in range(ATTEMPTS):
            if seen is None:
                seen = self.seen_as(collection, key, self.rows.get(collection, key))
            row, entity, born, seen = seen.row, seen.entity, seen.born, None
            precondition.check(entity)
            if entity is None:
                if otherwise is None:
                    self.get(collection, key)
                    continue
                return otherwise()
            given = normalised(named, self.model.collections, change(entity))
            given = kept(named, given, entity.value, self.domain.mock)
            given = completed(named, given, self, entity.value)
            document = self._renewed(named, entity, given)
            written = self._change(named, key, Stored(document, born=born), row)
            try:
                stored = self._referring(named, document, entity.value, [written, *also])
            except Conflict:
                continue
            self._tell("updated", collection, key)
            return Entity(collection, key, document, stored.revision)
        raise Aborted(f"Others write {collection}/{key[:200]} at the same time: try again.")

    def delete(
        self, collection: str, key: str, *, precondition: Precondition = UNCONDITIONAL
    ) -> Entity:
        """Delete an entity, and do to those who refer to it what their references say.

        Returns it as it was. Raises NotFound, PreconditionFailed, Aborted.
        """
        for _ in range(ATTEMPTS):
            try:
                with self.rows.store.together():  # nobody may come to refer to it meanwhile
                    entity = self.find(collection, key)
                    precondition.check(entity)
                    if entity is None:
                        entity = self.get(collection, key)
                    changes = self._deletion(collection, key)
                    self.rows.store.apply(self.rows.space, changes)
            except Conflict:
                continue
            self._tell("deleted", collection, key, len(changes) - 1)
            return entity
        raise Aborted(f"Others write {collection}/{key[:200]} at the same time: try again.")

    def _tell(self, action: str, collection: str, key: str, others: int = 0) -> None:
        if self.changed is not None:
            self.changed(action, collection, key, self.rows.space, self.domain.mock, others)

    def _deletion(self, collection: str, key: str) -> list[Change]:
        """The tombstone of an entity and of all that go with it, and the others' changes."""
        changes: dict[tuple[str, str], Change] = {}
        documents: dict[tuple[str, str], Mapping[str, Any]] = {}
        waiting = [(collection, key)]
        while waiting:
            gone = waiting.pop()
            named = self.model.collections[gone[0]]
            changes[gone] = self._change(named, gone[1], None, self.rows.get(*gone))
            for other, reference, child in effects_of_delete(self, *gone):
                place = (other.name, child)
                if len(changes) + len(waiting) >= MAX_CHANGES:
                    raise Aborted(f"More than {MAX_CHANGES} entities would go with it.")
                if place in changes and changes[place].value is None:
                    continue
                if reference.effect == "cascade":
                    waiting.append(place)
                    continue
                row = self.rows.get(*place)
                if row is None or row.value is None:
                    continue
                stored = decode(row)
                document = without(documents.get(place, stored.value), reference, gone[1])
                documents[place] = document
                changes[place] = self._change(other, child, Stored(document, stored.born), row)
        return list(changes.values())

    def _referring(
        self,
        collection: Collection,
        document: Mapping[str, Any],
        before: Mapping[str, Any] | None,
        changes: Sequence[Change],
    ) -> Row:
        """Write a document whose references lead somewhere, and are not deleted meanwhile; the
        first change is its row. Raises Conflict, Invalid."""
        store, space = self.rows.store, self.rows.space
        if not (collection.references or self.model.nests(collection.name)):
            return store.apply(space, changes)[0]
        with store.together():
            check_references(self, collection, document, "body", before)
            return store.apply(space, changes)[0]

    def _change(
        self,
        collection: Collection,
        key: str,
        stored: Stored | None,
        seen: Row | None,
        number: Number | None = None,
    ) -> Change:
        """The row of an entity, to be written only if nobody wrote it since it was seen."""
        own = self.rows.own(collection.name, key) if self.rows.space != BASE else seen
        value = None if stored is None else encode(stored)
        if value is not None and len(value) > MAX_DOCUMENT:
            raise TooLarge(f"An entity may have {MAX_DOCUMENT} bytes, and not {len(value)}.")
        return Change(
            collection.name,
            key,
            value,
            expected=0 if own is None else own.revision,
            position=_position(collection, key) if seen is None else seen.position,
            links={} if stored is None else links_of(stored.value, collection, self.model),
            number=number,
        )

    def _new_key(self, collection: Collection, taken: int) -> tuple[str, Number | None]:
        """The key of the next entity; no session gets one that another had.

        The number is still to be taken with the entity's row: it is likely to be the next one.
        Where keys are `taken`, which callers chose, each attempt goes further than the last.
        """
        store, numbers = self.rows.store, self.memory.numbers
        sequence = keys_sequence(collection.name)
        last = numbers.get(sequence)
        if last is not None and not taken:
            return collection.keys.at(last + 1), Number(BASE, sequence, last + 1)
        number = store.take(BASE, sequence, FIRST_NEW)
        if taken:
            number = store.take(BASE, sequence, number + 4**taken)
        numbers[sequence] = number
        return collection.keys.at(number), None

    def _born(
        self,
        collection: Collection,
        key: str,
        given: Mapping[str, Any],
        settable: Names[str],
    ) -> dict[str, Any]:
        unsaid = [
            (folded, name)
            for folded, name in collection.plain_names
            if name not in given
            and (folded not in settable or folded in MADE or folded in collection.required)
        ]
        document = self._unsaid(collection, key, unsaid)
        for reference in collection.references:
            is_left_out = reference.names & set(settable) and not (
                reference.names & collection.required
            )
            if reference.name not in given and not reference.many and not is_left_out:
                document[reference.name] = self._imagined_reference(collection, key, reference)
        document.update(given)
        document[collection.key] = collection.typed_key(key)
        return _in_order(document, collection.order)

    def _imagined_reference(self, collection: Collection, key: str, reference: Reference) -> Any:
        """Whom an entity refers to of which nobody says it, where it has to refer to somebody."""
        entity = self._imagined(collection, key)
        if entity is not None:
            return entity.value.get(reference.name)
        target = self.model.collections[reference.collection]
        parent = parent_of(collection, reference, key, target) if target.imagines else None
        if parent is None or not self.exists(target.name, parent):
            first = self.first_keys(target.name, CROWD)
            parent = first[collection.seed_of(key) % len(first)] if first else None
        return None if parent is None else target.typed_key(parent)

    def _renewed(
        self, collection: Collection, entity: Entity, given: Mapping[str, Any]
    ) -> dict[str, Any]:
        document = dict(given)
        for name, old in entity.value.items():
            folded = fold(name)
            if folded not in MADE:
                continue
            if folded in UPDATED:
                document[name] = instant_like(self.now(), old)
            elif folded in CREATED:
                document.setdefault(name, old)
            elif old is not None:
                document[name] = next_tag(entity, name, old, document.get(name))
        self._complete(collection, entity.key, document)
        document[collection.key] = entity.value.get(collection.key, entity.key)
        return _in_order(_in_order(document, entity.value), collection.order)

    def _complete(self, collection: Collection, key: str, document: dict[str, Any]) -> None:
        """Add what some contract always has and the document leaves out, as a new entity has it:
        it is the same whatever was there before."""
        unsaid: list[tuple[str, str]] = []
        for name in collection.always:
            if name in document:
                continue
            folded = fold(name)
            reference = collection.reference(folded)
            if reference is None:
                unsaid.append((folded, name))
            elif not reference.many:
                document[name] = self._imagined_reference(collection, key, reference)
        document.update(self._unsaid(collection, key, unsaid))

    def _unsaid(
        self, collection: Collection, key: str, names: Sequence[tuple[str, str]]
    ) -> dict[str, Any]:
        """What properties are of which nobody said anything, by their folded names and as documents
        spell them: times are the clock's, the others imagined."""
        told: dict[str, Any] = {}
        others = [each for each in names if each[0] not in TIMES]
        if len(others) < len(names):
            now = self.now()  # the same for all of them
            for folded, name in names:
                like = collection.time_like(folded) if folded in TIMES else MISSING
                if like is not MISSING:
                    told[name] = instant_like(now, like)
        if others:
            part = collection.imagine_part(key, {folded for folded, _ in others})
            imagined = nested(self, collection, key, part)
            for folded, name in others:
                if name in imagined:
                    told[name] = at_first(collection, folded, imagined[name])
        return told


def _in_order(document: dict[str, Any], like: Iterable[str]) -> dict[str, Any]:
    """The document with its properties in the order of these names."""
    ordered = {name: document[name] for name in like if name in document}
    return {**ordered, **document}


def keys_sequence(collection: str) -> str:
    """The sequence in the base that new entities of a collection get their keys from."""
    return f"keys/{collection}"


def _position(collection: Collection, key: str) -> int | None:
    """Where a new row stands: at its number, where it has one among those that nobody wrote; None
    for behind all others."""
    if not collection.imagines:
        return None
    index = collection.keys.index(key)
    return index if index is not None and index < MAX_NUMBERED else None


def _checked(key: str) -> str:
    if not is_usable(key):
        message = f"a key has 1 to {MAX_KEY} characters of Unicode"
        raise Invalid(f"{message}.", [Violation("body", message)])
    return key


def _meets(tag: str, tags: Sequence[str]) -> bool:
    return "*" in tags or tag in tags
