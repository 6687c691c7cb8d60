"""Whom an object inside an entity tells of: `productId` here is `product: {id}` there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from polymock.world.entities import MISSING
from polymock.world.names import fold, reference_stem, singular

if TYPE_CHECKING:
    from polymock.world.adapting import Adapter

_KEYS = ("id", "uuid", "guid", "key")


class Relation(msgspec.Struct, frozen=True):
    """A property that tells of another, whose `noun` is folded: by a key, or with `embeds` by an
    object that has it as its property `key`; with `many` by a list of those."""

    noun: str
    name: str
    adapter: Adapter
    embeds: bool = False
    many: bool = False
    key: str = ""
    nouns: tuple[str, ...] = ()
    """What the other may be called: by the property, or by its type."""

    def wrapped(self, held: Any) -> Any:
        """A key, or a list of keys, as the objects that have them."""
        if isinstance(held, list):
            return [self.wrapped(each) for each in held]
        return held if isinstance(held, Mapping) else {self.key: held}


def relations_of(members: Iterable[tuple[str, tuple[str, Adapter]]]) -> tuple[Relation, ...]:
    """The properties of a schema that may tell of others."""
    found = []
    for folded, (spelt, adapter) in members:
        solid, noun = adapter.whole, reference_stem(spelt)
        inner = solid.objects.whole
        many = solid.objects is not solid
        if noun:
            if not inner.spellings:
                found.append(Relation(noun, spelt, adapter, many=many, nouns=(noun,)))
            continue
        noun = singular(folded) if many else folded
        key = next((k for name in _keys(noun) if (k := inner.spellings.get(name))), "")
        if key:
            nouns = (noun, inner.entity)
            found.append(Relation(noun, spelt, adapter, True, many, key, nouns))
    return tuple(found)


def key_under(value: Mapping[str, Any], noun: str, *, many: bool = False) -> Any:
    """The key, or with `many` the keys, by which an object tells of a noun, in whatever manner;
    MISSING where it does not."""
    for name, held in value.items():
        if isinstance(held, list) is not many or held is None:
            continue
        folded = fold(name)
        if folded.startswith(noun) and reference_stem(name) == noun:
            keys = held if isinstance(held, list) else [held]
            if not any(isinstance(each, dict | list | bool | None) for each in keys):
                return held
        elif (singular(folded) if many else folded) == noun:
            keys = [_key_in(each, noun) for each in (held if isinstance(held, list) else [held])]
            if keys and all(key is not MISSING for key in keys):
                return keys if many else keys[0]
    return MISSING


def tells_of(value: Mapping[str, Any], noun: str) -> bool:
    """Whether an object tells of a noun at all, and be it of nobody."""
    for name in value:
        folded = fold(name)
        if noun in (folded, singular(folded)) or reference_stem(name) == noun:
            return True
    return False


def entries_of(value: list[Any]) -> dict[str, Any] | None:
    """The map that a list of entries is: `[{key: a, value: 1}]`; None where it is none."""
    found: dict[str, Any] = {}
    for each in value:
        if not isinstance(each, Mapping) or len(each) != 2:
            return None
        held = {fold(name): inner for name, inner in each.items()}
        key = held.get("key", held.get("name"))
        if not isinstance(key, str) or "value" not in held:
            return None
        found[key] = held["value"]
    return found


def entry_names(names: Iterable[str]) -> tuple[str, str] | None:
    """What an object that is a map's entry calls its key and its value; None for another."""
    spelt = {fold(name): name for name in names}
    key, value = spelt.get("key") or spelt.get("name"), spelt.get("value")
    return (key, value) if key and value and len(spelt) == 2 else None


def entries_from(value: Mapping[str, Any], names: Iterable[str]) -> list[dict[str, Any]] | None:
    """A map as the list of its entries, whose properties have these names; None where they are
    no entry's."""
    found = entry_names(names)
    if found is None:
        return None
    return [{found[0]: key, found[1]: held} for key, held in value.items()]


def _key_in(value: Any, noun: str) -> Any:
    if not isinstance(value, Mapping):
        return MISSING
    held = {fold(name): inner for name, inner in value.items()}
    found = next((held[name] for name in _keys(noun) if held.get(name) is not None), MISSING)
    return MISSING if isinstance(found, dict | list | bool) else found


def _keys(noun: str) -> tuple[str, ...]:
    return (*_KEYS, *(noun + key for key in _KEYS))
