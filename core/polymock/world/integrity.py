"""References that lead somewhere: what entities refer to exists, whatever is deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from polymock.errors import Aborted, Invalid
from polymock.world.collections import Collection, Reference, children_at, children_of, parent_of
from polymock.world.inner_references import Inner, inner_references
from polymock.world.keys import CROWD, key_text
from polymock.world.names import fold
from polymock.world.rows import decode
from polymock_schemas.calls import Violation

if TYPE_CHECKING:
    from polymock.world.model import WorldModel
    from polymock.world.view import View


def keys_in(document: Mapping[str, Any], reference: Reference) -> list[str]:
    """The keys that a document refers to."""
    held = document.get(reference.name)
    if held is None:
        return []
    values = held if isinstance(held, list) else [held]
    return [key_text(value) for value in values if not isinstance(value, dict | list | None)]


def links_of(
    document: Mapping[str, Any], collection: Collection, model: WorldModel
) -> dict[str, str]:
    """What the store finds a document by: whom it refers to; inside its properties, whom nobody may
    delete as long as it does."""
    links: dict[str, str] = {}
    for reference in collection.references:
        for key in keys_in(document, reference):
            name, text = link(reference, key)
            links[name] = text
    if model.restricted:
        for _, target, key in inner_references(model, collection.name, document):
            if target in model.restricted:
                links[_inner_link(target, key)] = ""
    return links


def _inner_link(target: str, key: str) -> str:
    return f"{target}//{key}"


def link(reference: Reference, key: str) -> tuple[str, str]:
    """The link by which the store finds those who refer to a key."""
    return (f"{reference.name}/{key}", "") if reference.many else (reference.name, key)


def check_references(
    view: View,
    collection: Collection,
    document: Mapping[str, Any],
    where: str,
    before: Mapping[str, Any] | None = None,
) -> None:
    """Refuse a document that refers to what is not there. Raises Invalid.

    What nobody wrote is there, unless the world is strict or it was deleted. Whom the document
    `before` referred to already, nobody asks for again.
    """
    named = _named(view, collection, document)
    known = set() if before is None else {each[1:] for each in _named(view, collection, before)}
    found = [
        Violation(
            f"{where}/{place}", f"there is no {view.model.collections[target].entity} {key[:200]!r}"
        )
        for place, target, key in named
        if (target, key) not in known and not view.exists(target, key)
    ]
    if found:
        raise Invalid(f"{found[0].location}: {found[0].message}.", found)


def dangles(view: View, collection: Collection, document: Mapping[str, Any]) -> bool:
    """Whether a document refers to anybody who is not there."""
    named = _named(view, collection, document)
    return any(not view.exists(target, key) for _, target, key in named)


def _named(view: View, collection: Collection, document: Mapping[str, Any]) -> list[Inner]:
    """All that a document refers to, by itself and inside its properties."""
    own = [
        (reference.name, reference.collection, key)
        for reference in collection.references
        for key in keys_in(document, reference)
    ]
    return [*own, *inner_references(view.model, collection.name, document)]


def imagined_references(view: View, collection: Collection, key: str) -> dict[str, Any] | None:
    """Whom an entity refers to that nobody wrote; None where it went with one that was deleted."""
    told: dict[str, Any] = {}
    for reference in collection.references:
        target = view.model.collections[reference.collection]
        parent = _parent(view, collection, reference, key, target)
        if parent is not None and view.is_deleted(target.name, parent):
            if reference.effect == "cascade":
                return None
            parent = None
        value = None if parent is None else target.typed_key(parent)
        told[reference.name] = ([] if value is None else [value]) if reference.many else value
    return told


def _parent(
    view: View, collection: Collection, reference: Reference, key: str, target: Collection
) -> str | None:
    if target.imagines:
        return parent_of(collection, reference, key, target)
    index = collection.keys.index(key)
    first = view.first_keys(target.name, CROWD)
    if not first:
        return None
    return first[(collection.seed_of(key) if index is None else index) % CROWD % len(first)]


def imagined_children(
    view: View, collection: Collection, reference: Reference, key: str, count: int
) -> list[str]:
    """The keys of entities that nobody wrote and that refer to the one of a key."""
    target = view.model.collections[reference.collection]
    if not collection.imagines or count < 1 or not view.exists(target.name, key):
        return []
    if not target.imagines:
        first = view.first_keys(target.name, CROWD)
        return children_of(collection, first.index(key), len(first), count) if key in first else []
    row = view.rows.get(target.name, key)
    is_born = row is not None and row.value is not None and decode(row).born
    index = None if is_born else target.keys.index(key)
    if index is None:
        return []
    return children_at(collection, index, count, within=target is collection)


def effects_of_delete(
    view: View, collection: str, key: str
) -> Iterator[tuple[Collection, Reference, str]]:
    """Who refers to an entity that is deleted, and is changed or goes with it.

    Entities that nobody wrote tell by themselves, when they are asked for. Raises Aborted where
    one stands against it.
    """
    if collection in view.model.restricted:
        _check_inner(view, collection, key)
    for other, reference in view.model.referring[collection]:
        rows = view.rows.walk(other.name, link=link(reference, key))
        if reference.effect == "restrict":
            first = next(rows, None)
            named = first.key if first is not None else _imagined(view, other, reference, key)
            if named is not None:
                raise Aborted(
                    f"{view.model.collections[collection].entity} {key} cannot be deleted: "
                    f"{other.entity} {named} refers to it by {reference.name}."
                )
        for row in rows:
            yield other, reference, row.key


def _check_inner(view: View, collection: str, key: str) -> None:
    """Raises Aborted where somebody wrote an entity inside which another is referred to."""
    for other, nest in view.model.nesting(collection):
        rows = view.rows.walk(other.name, link=(_inner_link(collection, key), ""))
        first = next(rows, None)
        if first is not None and (other.name, first.key) != (collection, key):
            raise Aborted(
                f"{view.model.collections[collection].entity} {key} cannot be deleted: "
                f"{other.entity} {first.key} refers to it inside {nest.name}."
            )


def _imagined(view: View, other: Collection, reference: Reference, key: str) -> str | None:
    keys = imagined_children(view, other, reference, key, 1)
    return next((each for each in keys if view.rows.get(other.name, each) is None), None)


def without(document: Mapping[str, Any], reference: Reference, key: str) -> dict[str, Any]:
    """A document that refers to the key no more."""
    held = document.get(reference.name)
    if isinstance(held, list):
        kept: Any = [value for value in held if key_text(value) != key]
    else:
        kept = None
    return {**document, reference.name: kept}


def normalised(
    collection: Collection, collections: Mapping[str, Collection], value: Mapping[str, Any]
) -> dict[str, Any]:
    """A contract's object as a document: spellings of the first contract, and keys of references.

    An embedded object that has its key is the reference to it; one without stays as it is.
    """
    document: dict[str, Any] = {}
    for name, held in value.items():
        spelt, reference = collection.spelt(name)
        if reference is None:
            document[spelt] = held
            continue
        target = collections[reference.collection]
        if fold(name) in reference.embeds and isinstance(held, dict | list):
            told = _embedded(target, held)
            if told is None or (told == [] and held):
                continue
            held = told
        if held is None and document.get(reference.name) is not None:
            continue
        document[reference.name] = _typed(target, held)
    return document


def _embedded(target: Collection, held: Any) -> Any:
    if isinstance(held, list):
        keys = (target.key_in(each) for each in held if isinstance(each, dict))
        return [key for key in keys if key is not None]
    return target.key_in(held)


def _typed(target: Collection, held: Any) -> Any:
    if isinstance(held, list):
        return [target.typed_key(key_text(each)) for each in held]
    return None if held is None else target.typed_key(key_text(held))
