"""Where entities are: keys of the world from names and ids in messages, and back.

An entity whose type has resource names is kept by their last segment, so that it is the same that
other contracts know by its plain id; its parents stand in properties of it. Where another one below
other parents has that last segment, the whole name is the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from polymock.errors import NotFound
from polymock.world.collections import Collection
from polymock.world.keys import key_text
from polymock.world.names import fold
from polymock.world.view import Entity, View
from polymock_grpc.world.kinds import Kind

MAX_TEXT = 200
ANY = "-"
"""In a parent's name: any of them (AIP-159)."""


class Place(msgspec.Struct, frozen=True):
    """The key of an entity, and the properties that its name tells: those of its parents."""

    key: str
    parents: Mapping[str, Any] = {}


def collection_of(view: View, kind: Kind) -> Collection | None:
    """The collection of a kind; None where the world has none of it."""
    return view.collection(kind.name)


def locate(view: View, kind: Kind, text: str) -> Place:
    """The place of the entity that a name or an id means, whether there is one or not."""
    values = None if kind.pattern is None else kind.pattern.parse(text)
    if values is None:
        return Place(text)
    if not kind.parents:
        return Place(values[-1])
    collection, last = collection_of(view, kind), values[-1]
    if collection is None:
        return Place(last)
    if view.is_written(collection.name) and view.rows.get(collection.name, text) is None:
        if view.is_deleted(collection.name, last):
            return Place(last)
    elif view.is_written(collection.name):
        return Place(text, parents_of(view, kind, text))
    entity = view.find(collection.name, last)
    if entity is not None and name_of(view, kind, entity) == text:
        return Place(last)
    return Place(text, parents_of(view, kind, text))


def place_for(view: View, kind: Kind, text: str) -> Place:
    """The place of a new entity with a name or an id: what nobody wrote makes room for it."""
    values = None if kind.pattern is None else kind.pattern.parse(text)
    collection = collection_of(view, kind)
    if values is None or collection is None:
        return Place(text)
    parents = parents_of(view, kind, text) if kind.parents else {}
    row = view.rows.get(collection.name, values[-1])
    if row is None or row.value is None:
        return Place(values[-1], parents)
    entity = view.find(collection.name, values[-1])
    if entity is not None and name_of(view, kind, entity) == text:
        return Place(values[-1], parents)
    return Place(text, parents)


def parents_of(view: View, kind: Kind, name: str) -> dict[str, Any]:
    """The properties that a name tells beside the key, by the kind's spelling."""
    values = None if kind.pattern is None else kind.pattern.parse(name)
    if values is None:
        return {}
    if kind.parent is not None and kind.parents:
        above = name.rsplit("/", 2)[0]
        return {kind.parents[-1]: locate(view, kind.parent, above).key}
    return dict(zip(kind.parents, values, strict=False))


def find(view: View, kind: Kind, text: str) -> Entity | None:
    """The entity of a name or an id; None where there is none."""
    collection = collection_of(view, kind)
    if collection is None:
        return None
    place = locate(view, kind, text)
    entity = view.find(collection.name, place.key)
    if entity is None or entity.is_written or not place.parents:
        return entity
    if not has_parents(view, kind, place.parents):
        return None
    return below(collection, entity, place.parents)


def get(view: View, kind: Kind, text: str) -> Entity:
    """The entity of a name or an id. Raises NotFound."""
    found = find(view, kind, text)
    if found is None:
        raise not_found(kind, text)
    return found


def has_parents(view: View, kind: Kind, parents: Mapping[str, Any]) -> bool:
    """Whether the parent that an entity tells of is there."""
    if kind.parent is None or not kind.parents:
        return True
    above = collection_of(view, kind.parent)
    key = parents.get(kind.parents[-1])
    return above is None or key is None or view.exists(above.name, key_text(key))


def below(collection: Collection, entity: Entity, parents: Mapping[str, Any]) -> Entity:
    """An entity that nobody wrote, below the parents that its name tells."""
    told = {collection.names.get(fold(name), name): value for name, value in parents.items()}
    return Entity(entity.collection, entity.key, {**entity.value, **told}, entity.revision)


def not_found(kind: Kind, text: str) -> NotFound:
    """The refusal for what is not there."""
    return NotFound(f"{text[:MAX_TEXT]} was not found.", type_of(kind), text[:MAX_TEXT])


def type_of(kind: Kind) -> str:
    """What a kind is called in google.rpc.ResourceInfo."""
    return kind.resource_type or kind.type.type_name


def name_of(view: View, kind: Kind, entity: Entity) -> str:
    """The resource name of an entity; its key where the kind has none."""
    pattern = kind.pattern
    if pattern is None or "/" in entity.key:
        return entity.key
    names = view.model.collections[entity.collection].names
    held = [entity.value.get(names.get(fold(name), name)) for name in kind.parents]
    told = ["-" if value is None else key_text(value) for value in held]
    if kind.parent is not None and kind.parents:
        return pattern.below(_parent_name(view, kind.parent, told[-1]), entity.key)
    return pattern.compose([*told, entity.key])


def _parent_name(view: View, kind: Kind, key: str) -> str:
    collection = collection_of(view, kind)
    entity = None if collection is None else view.find(collection.name, key)
    if entity is not None:
        return name_of(view, kind, entity)
    if kind.pattern is None or "/" in key:
        return key
    return kind.pattern.compose([*(ANY for _ in kind.pattern.variables[:-1]), key])
