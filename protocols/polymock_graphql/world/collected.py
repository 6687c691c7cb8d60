"""The entities of one object type: found by their keys, and told as the planner's objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from graphql import Undefined

from polymock.world.collections import Collection, Reference, parent_of
from polymock.world.entities import MISSING, EntityKind
from polymock.world.integrity import imagined_references, keys_in
from polymock.world.keys import CROWD, is_usable, key_text
from polymock.world.model import Domain
from polymock.world.names import fold
from polymock.world.view import Entity as Known
from polymock.world.writing import Writer
from polymock_graphql.planning.entities import Entity, Run, Told
from polymock_graphql.planning.facts import SchemaFacts, TypeFacts
from polymock_graphql.planning.words import (
    NEGATIONS,
    is_order,
)
from polymock_graphql.world.values import equal

MAX_DEPTH = 4
"""Input objects inside one another in which a key is looked for."""


class Collected:
    """An object type whose objects are the entities of a collection."""

    def __init__(self, facts: TypeFacts, collection: Collection, kind: EntityKind) -> None:
        self.facts = facts
        self.collection = collection
        self.kind = kind
        self.key = kind.key
        self._leaf = facts.leaf(kind.key)
        self._near = (collection.name, *(each.collection for each in collection.references))
        self._is_strict = collection.strict

    def owns(self, name: str) -> bool:
        """Whether this contract makes the values of a property that nobody wrote."""
        return self.collection.owners.get(fold(name)) is self.kind

    def is_changed(self, run: Run) -> bool:
        """Whether an entity that nobody wrote may be gone, or another than it would be."""
        return self._is_strict or any(is_written(run, name) for name in self._near)

    def find(self, key: Any, run: Run) -> Entity | None:
        """The entity of a key, in whatever terms; None where there is none."""
        text = key_text(key)
        if self.is_changed(run):
            known = world_of(run).find(self.collection.name, text)
            if known is None:
                run.touched = run.touched or is_written(run, self.collection.name)
                return None
            return self.shown(known, run)
        is_shared = len(self.collection.kinds) > 1
        if not is_usable(text) or (is_shared and not self.collection.fits(text)):
            return None
        return self.imagined(text)

    def shown(self, known: Known, run: Run) -> Entity:
        """An entity of the world as the planner's object."""
        run.touched = run.touched or known.is_written
        entity = self.imagined(known.key)
        if entity is None:
            return Entity(
                self.facts.name, self.collection.seed_of(known.key), {self.key: known.key}
            )
        told = Told(known.value, known.is_written, self.collection.names)
        return Entity(entity.type_name, entity.seed, entity.said, None, told)

    def imagined(self, key: str) -> Entity | None:
        """The entity of a key as nobody wrote it."""
        value = self._leaf.adapt(key)
        if value is Undefined:
            return None
        return Entity(self.facts.name, self.collection.seed_of(key), {self.key: value})

    def placed(self, place: int, run: Run) -> Entity | None:
        """An entity that somebody refers to of whom nobody says to whom: of a place always the
        same, as long as it is there; None where there is none at all."""
        world = world_of(run)
        if not self.collection.imagines:
            first = world.first_keys(self.collection.name, CROWD)
            keys = (first[(place + nth) % len(first)] for nth in range(len(first)))
        else:
            keys = (self.collection.keys.at((place + nth) % CROWD) for nth in range(CROWD))
        return next((found for key in keys if (found := self.find(key, run)) is not None), None)

    def key_of(self, entity: Entity) -> str:
        """The key of one of its objects, as the world knows it."""
        return key_text(entity.said[self.key])

    def told(self, entity: Entity, run: Run) -> Told:
        """The document of one of its objects."""
        if entity.told is not None:
            return entity.told
        known = world_of(run).find(self.collection.name, self.key_of(entity))
        return Told({} if known is None else known.value, False, self.collection.names)

    def referred(self, entity: Entity, reference: Reference, run: Run) -> list[str]:
        """The keys that one of its objects refers to."""
        world = world_of(run)
        if entity.told is not None:
            return keys_in(entity.told.value, reference)
        key = self.key_of(entity)
        target = world.model.collections[reference.collection]
        if not self.is_changed(run) and not target.seeded:
            parent = parent_of(self.collection, reference, key, target)
            return [] if parent is None else [parent]
        found = imagined_references(world, self.collection, key) or {}
        return keys_in(found, reference)

    def key_in(self, said: Mapping[str, Any], *, depth: int = MAX_DEPTH) -> Any:
        """The key that a caller says of one object, in an argument or an input object; MISSING
        where it says none."""
        held = next((value for _, value in self.keys_in(said, depth=depth)), MISSING)
        return MISSING if isinstance(held, list) else held

    def keys_in(
        self, said: Mapping[str, Any], *, depth: int = MAX_DEPTH
    ) -> Iterator[tuple[tuple[str, ...], Any]]:
        """Where a caller says keys, the outer ones first, and what: one, or a list of them."""
        inner: list[tuple[str, Mapping[str, Any]]] = []
        for name, value in said.items():
            folded = fold(name)
            if value is None:
                continue
            if folded in self.key_names:
                value = equal(value)
                if isinstance(value, str | int | float) or _is_flat(value):
                    yield (name,), value
            elif isinstance(value, Mapping) and not (folded in NEGATIONS or is_order(folded)):
                inner.append((name, value))
        for name, held in inner if depth else ():
            if fold(name) in self._holding:
                continue
            for path, value in self.keys_in(held, depth=depth - 1):
                yield (name, *path), value

    @cached_property
    def key_names(self) -> frozenset[str]:
        """What callers call the key, folded."""
        own, key = fold(self.facts.name), fold(self.key)
        found = {key, own + key, f"{own}id", f"{key}s", f"{own}{key}s", f"{own}ids"}
        if self.key == self.facts.key and "id" not in self._fields:
            found |= {"id", "ids"}
        return frozenset(found)

    @cached_property
    def _fields(self) -> frozenset[str]:
        return frozenset(fold(name) for name in self.facts.type.fields)

    @cached_property
    def _holding(self) -> frozenset[str]:
        """The properties whose objects have keys of their own."""
        return self._fields


def is_written(run: Run, collection: str) -> bool:
    """Whether anybody wrote in a collection; asked of the world once between two writes."""
    found = run.changed.get(collection)
    if found is None:
        found = run.changed[collection] = world_of(run).is_written(collection)
    return found


def world_of(run: Run) -> Writer:
    """The world that a run over one is in."""
    assert run.world is not None
    return run.world


def collect(types: SchemaFacts, domain: Domain) -> dict[str, Collected]:
    """The types whose objects are entities of the world, by name."""
    found: dict[str, Collected] = {}
    for name, collection in domain.kinds.items():
        kind = collection.kind(domain.mock, name)
        if kind is not None:
            found[name] = Collected(types.facts(name), collection, kind)
    return found


def _is_flat(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(v, dict | list | None) for v in value)
