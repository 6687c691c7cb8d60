"""Whom the objects inside a document refer to: the products of an order's lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from polymock.world.keys import key_text
from polymock.world.names import fold

if TYPE_CHECKING:
    from polymock.world.adapting import Adapter
    from polymock.world.model import WorldModel
    from polymock.world.relating import Relation

MAX_DEPTH = 4
"""Objects and lists inside one another that are looked into."""

Inner = tuple[str, str, str]
"""Where a key stands in the document (`lines/0/productId`), the collection, and the key."""


def inner_references(
    model: WorldModel, collection: str, document: Mapping[str, Any]
) -> Iterator[Inner]:
    """All that a document of a collection refers to inside its properties."""
    for nest in model.nests(collection):
        held = document.get(nest.name)
        if isinstance(held, dict | list):
            yield from _inside(model, nest.adapter, held, nest.name, MAX_DEPTH)


def _inside(
    model: WorldModel, adapter: Adapter, held: Any, place: str, depth: int
) -> Iterator[Inner]:
    inner = adapter.whole
    if not depth:
        return
    if isinstance(held, list):
        for nth, item in enumerate(held):
            yield from _inside(model, inner.objects, item, f"{place}/{nth}", depth - 1)
    if not isinstance(held, Mapping):
        return
    named = {fold(name): name for name in held}
    for relation in inner.relations:
        target = model.named(relation.nouns)
        name = named.get(fold(relation.name))
        if target is not None and name is not None:
            for key in _keys(relation, held[name]):
                yield f"{place}/{name}", target.name, key
    for name, said in held.items():
        member = inner.member(fold(name)) if isinstance(said, dict | list) else None
        if member is not None:
            yield from _inside(model, member[1], said, f"{place}/{name}", depth - 1)


def _keys(relation: Relation, held: Any) -> Iterator[str]:
    for each in held if isinstance(held, list) else [held]:
        key = each
        if isinstance(each, Mapping):
            key = next((v for n, v in each.items() if fold(n) == fold(relation.key)), None)
        if key is not None and not isinstance(key, dict | list):
            yield key_text(key)
