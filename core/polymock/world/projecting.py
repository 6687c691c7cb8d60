"""Documents as a contract's objects: properties in the terms of a schema, references followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from polymock.world.adapting import Adapter
from polymock.world.collections import Collection, Reference
from polymock.world.entities import MISSING
from polymock.world.integrity import keys_in
from polymock.world.view import Entity, View

MAX_EMBEDDED = 3
"""Entities inside one another that are followed."""


def project(view: View, entity: Entity, adapter: Adapter, depth: int = 0) -> dict[str, Any]:
    """What an entity's document says of an object of the adapter's schema, in its spelling.

    What the document does not tell, or what cannot be one of the schema's values, is not there: the
    contract fills it in, or leaves it out. Entities that are embedded are as they are now.
    """
    collection = view.model.collections[entity.collection]
    told: dict[str, Any] = {}
    for folded, spelt in adapter.spellings.items():
        value = _told(view, entity, collection, adapter, folded, depth)
        if value is not MISSING:
            told[spelt] = value
    return told


def missing(entity: Entity, collection: Collection, adapter: Adapter) -> frozenset[str]:
    """The properties of the schema that somebody's document leaves out, in the schema's spelling;
    of an entity that nobody wrote there are none."""
    if not entity.is_written:
        return frozenset()
    return frozenset(
        spelt
        for folded, spelt in adapter.spellings.items()
        if entity.value.get(collection.names.get(folded, spelt)) is None
    )


def _told(
    view: View,
    entity: Entity,
    collection: Collection,
    adapter: Adapter,
    folded: str,
    depth: int,
) -> Any:
    found = adapter.member(folded)
    if found is None:
        return MISSING
    spelt, inner = found
    reference = collection.reference(folded)
    if reference is None:
        name = collection.names.get(folded, spelt)
        return inner.adapt(entity.value[name], view) if name in entity.value else MISSING
    if reference.name not in entity.value:
        return MISSING
    if folded in reference.embeds:
        return _embedded(view, entity, reference, inner, depth)
    return inner.adapt(entity.value[reference.name])


def _embedded(view: View, entity: Entity, reference: Reference, inner: Adapter, depth: int) -> Any:
    if depth >= MAX_EMBEDDED:
        return MISSING
    keys = keys_in(entity.value, reference)
    if not keys and not reference.many:
        return inner.adapt(None)
    found = (view.find(reference.collection, key) for key in keys)
    objects = [embed(view, each, inner, depth) for each in found if each is not None]
    if reference.many:
        return inner.adapt(objects, view)
    if not objects:
        return MISSING
    whole = inner.adapt(objects[0], view)
    return objects[0] if whole is MISSING else whole


def embed(view: View, entity: Entity, adapter: Adapter, depth: int) -> Mapping[str, Any]:
    """An entity as it stands inside another's object; it need not be a whole one."""
    return project(view, entity, adapter, depth + 1)
