"""What callers do not say of parts of an entity, and some contract always shows.

Of a new order's lines a caller says product and quantity; the lines that others show have a price.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from polymock.world.adapting import Adapter, Others
from polymock.world.collections import Collection
from polymock.world.names import fold
from polymock.world.relating import tells_of

MAX_DEPTH = 8
"""Objects inside one another of which something is kept."""


def completed(
    collection: Collection,
    document: Mapping[str, Any],
    others: Others,
    before: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A document in which objects and lists have what each contract requires of their parts.

    What is as it was in the document `before` is left as it is.
    """
    whole = dict(document)
    for name, held in document.items():
        if not isinstance(held, (dict, list)) or not _holds_objects(held):
            continue
        if before is not None and before.get(name) == held:
            continue
        for part in collection.parts(name):
            whole[name] = part.complete(whole[name], others)
    return whole


def _holds_objects(held: dict[str, Any] | list[Any]) -> bool:
    """Whether there is anything to complete: lists of texts or numbers are whole."""
    if isinstance(held, dict):
        return bool(held)
    return any(isinstance(each, (dict, list)) for each in held)


def kept(
    collection: Collection,
    document: Mapping[str, Any],
    before: Mapping[str, Any],
    mock: str,
) -> dict[str, Any]:
    """A document that a contract's call changed, in which objects still have what that contract
    does not know of them."""
    whole = dict(document)
    if len(collection.kinds) == 1:
        return whole
    for name, held in document.items():
        old = before.get(name)
        if not isinstance(held, dict) or not isinstance(old, dict) or held == old:
            continue
        for each in collection.kinds:
            member = collection.part(each, fold(name)) if each.mock == mock else None
            if member is not None:
                whole[name] = _kept(member.whole, held, old, MAX_DEPTH)
    return whole


def _kept(adapter: Adapter, new: dict[str, Any], old: Mapping[str, Any], depth: int) -> Any:
    if not adapter.spellings or adapter.rest:
        return new
    said = {fold(name): name for name in new}
    whole = dict(new)
    for name, held in old.items():
        member = adapter.member(fold(name))
        own = said.get(fold(name))
        if member is None and own is None:
            if not any(tells_of({name: held}, each.noun) for each in adapter.relations):
                whole[name] = held
        elif member is not None and own is not None and depth:
            inner = new[own]
            if isinstance(inner, dict) and isinstance(held, dict):
                whole[own] = _kept(member[1].whole, inner, held, depth - 1)
    return whole
