"""What an object leaves out and always has: of whom it tells of, or sampled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from polymock.samples.seeds import derive, salt
from polymock.world.entities import MISSING
from polymock.world.keys import key_text
from polymock.world.names import fold
from polymock.world.relating import Relation, key_under, tells_of

if TYPE_CHECKING:
    from polymock.world.adapting import Adapter

MAX_SAMPLES = 100
"""Objects of one schema that are sampled and kept."""

_SORTED = msgspec.json.Encoder(order="sorted")


class Others(Protocol):
    """The entities that a value may tell of."""

    def document(self, nouns: Sequence[str], key: str) -> Mapping[str, Any] | None:
        """That of a key, in the collection that the first of some nouns (`product`) names; None
        where there is none."""


def filled(
    adapter: Adapter, value: Mapping[str, Any], told: dict[str, Any], others: Others | None
) -> dict[str, Any]:
    """The object with what those of its schema always have."""
    lacking = [name for name in adapter.required if name not in told]
    if not lacking:
        return told
    _take(adapter, value, told, lacking, others)
    lacking = [name for name in lacking if name not in told]
    sample = None
    for name in lacking:
        found = adapter.members.get(fold(name))
        if found is not None and found[1].is_valid(None):
            told[name] = None
            continue
        if sample is None:
            sample = _sample(adapter, value)
        if name in sample:
            told[name] = sample[name]
    return told


def _sample(adapter: Adapter, value: Mapping[str, Any]) -> Mapping[str, Any]:
    if adapter.fill is None:
        return {}
    try:
        seed = salt(_SORTED.encode(value).decode())
    except UnicodeEncodeError:  # half of a character beyond the first 65 536
        seed = len(value)
    known = adapter.samples.get(seed)
    if known is None:
        made = adapter.fill(adapter.schema, derive(seed, 0))
        known = made if isinstance(made, Mapping) else {}
        if len(adapter.samples) >= MAX_SAMPLES:
            adapter.samples.clear()
        adapter.samples[seed] = known
    return known


def _take(
    adapter: Adapter,
    value: Mapping[str, Any],
    told: dict[str, Any],
    lacking: Sequence[str],
    others: Others | None,
) -> None:
    """Take what is lacking of whom the object tells of: `productName` is the product's name."""
    if others is None:
        return
    for relation in adapter.relations:
        if relation.many or not any(fold(name).startswith(relation.noun) for name in lacking):
            continue
        key = key_under(value, relation.noun)
        if key is not MISSING:
            known = others.document(relation.nouns, key_text(key))
            told.update(borrowed(adapter, relation, known or {}, lacking))


def borrowed(
    adapter: Adapter, relation: Relation, known: Mapping[str, Any], names: Iterable[str]
) -> dict[str, Any]:
    """What those of some properties say that an object repeats of another: `productName` is
    the product's name."""
    found: dict[str, Any] = {}
    for name in names:
        folded = fold(name)
        member = adapter.members.get(folded)
        rest = folded.removeprefix(relation.noun)
        if member is None or not rest or rest == folded or name == relation.name:
            continue
        held = next((inner for own, inner in known.items() if fold(own) == rest), None)
        if held is not None and not isinstance(held, dict | list):
            told = member[1].settle(held)
            if told is not MISSING:
                found[name] = told
    return found


def merged(adapter: Adapter, value: Any, told: Any, depth: int) -> Any:
    """A value as it is spelt, with what the schema's terms have beside it."""
    if not depth:
        return value
    if isinstance(value, list) and isinstance(told, list) and len(value) == len(told):
        pairs = zip(value, told, strict=True)
        items = adapter.whole.objects
        return [merged(items, one, other, depth - 1) for one, other in pairs]
    if not isinstance(value, dict) or not isinstance(told, dict):
        return value
    spelt = {fold(name): name for name in value}
    nouns = {each.name: each.noun for each in adapter.relations}
    whole = dict(value)
    for name, held in told.items():
        own = spelt.get(fold(name))
        if own is None:
            if name not in nouns or not tells_of(value, nouns[name]):
                whole[name] = held
        elif name not in nouns and isinstance(held, dict | list):
            found = adapter.members.get(fold(name))
            if found is not None:
                whole[own] = merged(found[1], value[own], held, depth - 1)
    return whole


def known_by(relation: Relation, held: Any, others: Others) -> Any:
    """Objects of which little but the key is said, as the entities that they are."""
    if isinstance(held, list):
        return [known_by(relation, each, others) for each in held]
    key = key_under({relation.noun: held}, relation.noun)
    known = None if key is MISSING else others.document(relation.nouns, key_text(key))
    return held if known is None or not isinstance(held, Mapping) else {**known, **held}
