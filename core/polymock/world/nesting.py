"""Whom objects inside an entity refer to that nobody wrote: to entities that are there.

The lines of an order name products. Each contract would make up other keys for them; the world
says who they are, so that all contracts tell of the same ones, and what a line repeats of its
product (`productName`) is the product's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from polymock.samples.seeds import derive, salt
from polymock.world.adapting import Adapter
from polymock.world.collections import Collection
from polymock.world.completing import completed
from polymock.world.entities import MISSING
from polymock.world.gaps import borrowed
from polymock.world.keys import CROWD
from polymock.world.names import fold
from polymock.world.relating import Relation
from polymock.world.rows import decode

if TYPE_CHECKING:
    from polymock.world.model import WorldModel
    from polymock.world.view import View

MAX_DEPTH = 4
"""Objects and lists inside one another that are looked into."""


class Nest(msgspec.Struct, frozen=True):
    """A property of a collection's documents inside which others are referred to: `targets` are
    their collections."""

    name: str
    adapter: Adapter
    targets: frozenset[str]


def nests_of(collection: Collection, model: WorldModel) -> tuple[Nest, ...]:
    """Such properties, each as the contract sees it that makes its values."""
    found = []
    for folded, name in collection.plain_names:
        owner = collection.owners.get(folded)
        each = next((each for each in collection.kinds if each.kind is owner), None)
        adapter = None if each is None else collection.adapter(each.mock, each.kind.name)
        member = None if adapter is None else adapter.member(folded)
        if member is not None:
            targets = frozenset(_targets(member[1], model, MAX_DEPTH, set()))
            if targets:
                found.append(Nest(name, member[1], targets))
    return tuple(found)


def nested(
    view: View, collection: Collection, key: str, document: dict[str, Any]
) -> dict[str, Any]:
    """A document that nobody wrote, in which objects inside refer to entities that are there."""
    whole = dict(document)
    for nest in view.model.nests(collection.name):
        if isinstance(whole.get(nest.name), dict | list):
            whole[nest.name] = nested_in(view, collection, key, nest, whole[nest.name])
    shared = {name: whole[name] for name in collection.shared if name in whole}
    return {**whole, **completed(collection, shared, Plain(view))} if shared else whole


def nested_in(view: View, collection: Collection, key: str, nest: Nest, held: Any) -> Any:
    """What the property of such a document holds, and nobody wrote."""
    place = derive(collection.seed_of(key), salt(nest.name))
    return _Placing(Plain(view), collection, key).placed(nest.adapter, held, place, MAX_DEPTH)


class Plain:
    """Entities as nobody asks whom they refer to: what others repeat of them."""

    def __init__(self, view: View) -> None:
        self.view = view

    def document(self, nouns: Sequence[str], key: str) -> Mapping[str, Any] | None:
        """That of a key, in the collection that the first of some nouns names."""
        target = self.view.model.named(nouns)
        return None if target is None else self.of(target, key)

    def of(self, target: Collection, key: str) -> Mapping[str, Any] | None:
        """That of a key in a collection."""
        if self.view.is_written(target.name):
            row = self.view.rows.get(target.name, key)
            if row is not None:
                return None if row.value is None else decode(row).value
        return target.imagine(key) if self.view.exists(target.name, key) else None


def _targets(adapter: Adapter, model: WorldModel, depth: int, seen: set[int]) -> set[str]:
    inner = adapter.whole.objects.whole
    if not depth or id(inner) in seen:
        return set()
    seen.add(id(inner))
    found = set()
    for relation in inner.relations:
        target = model.named(relation.nouns)
        if target is not None:
            found.add(target.name)
    for folded in inner.spellings:
        member = inner.member(folded)
        if member is not None:
            found |= _targets(member[1], model, depth - 1, seen)
    return found


class _Placing:
    """Puts keys into the objects inside one entity, the owner."""

    def __init__(self, plain: Plain, owner: Collection, key: str) -> None:
        self._plain = plain
        self._view = plain.view
        self._owner = owner
        self._own_key = key

    def placed(self, adapter: Adapter, held: Any, seed: int, depth: int) -> Any:
        inner = adapter.whole
        if isinstance(held, list) and depth:
            each = enumerate(held)
            return [self.placed(inner.objects, i, derive(seed, n), depth - 1) for n, i in each]
        if not isinstance(held, Mapping) or not depth:
            return held
        whole = dict(held)
        for relation in inner.relations:
            target = self._view.model.named(relation.nouns)
            if target is not None and whole.get(relation.name) is not None:
                self._refer(inner, relation, target, whole, derive(seed, salt(relation.noun)))
        for name, said in held.items():
            member = inner.member(fold(name)) if isinstance(said, dict | list) else None
            if member is not None and whole[name] is said:
                whole[name] = self.placed(member[1], said, derive(seed, salt(name)), depth - 1)
        return whole

    def _refer(
        self,
        inner: Adapter,
        relation: Relation,
        target: Collection,
        whole: dict[str, Any],
        place: int,
    ) -> None:
        if relation.many:
            said = whole[relation.name]
            count = len(said) if isinstance(said, list) else 0
            keys = [self._key(target, derive(place, nth)) for nth in range(count)]
            whole[relation.name] = [_told(relation, key) for key in keys if key is not None]
            return
        is_owner = target is self._owner and relation.noun == fold(target.entity)
        key = self._own_key if is_owner else self._key(target, place)
        if key is None:
            return
        whole[relation.name] = _told(relation, key)
        if not is_owner:
            repeated = self._repeated(inner, relation, target, key)
            whole.update({name: held for name, held in repeated.items() if name in whole})

    def _key(self, target: Collection, place: int) -> str | None:
        """The key of an entity that is there, for a place always the same; None for nobody's."""
        view, name, slot = self._view, target.name, place % (CROWD * CROWD)
        if target.imagines:
            slot %= CROWD

        def found() -> str | None:
            if target.imagines:
                keys = [target.keys.at((slot + nth) % CROWD) for nth in range(CROWD)]
            else:
                first = view.first_keys(name, CROWD)
                keys = [first[(slot + nth) % len(first)] for nth in range(len(first))]
            return next((key for key in keys if view.exists(name, key)), None)

        return view.memory.recall(("placed", view.rows.space, name, slot), found)

    def _repeated(
        self, inner: Adapter, relation: Relation, target: Collection, key: str
    ) -> Mapping[str, Any]:
        """What objects like this one repeat of another: of its own, no references."""

        def found() -> Mapping[str, Any]:
            start = relation.noun
            names = [spelt for folded, spelt in inner.spellings.items() if folded.startswith(start)]
            known = self._plain.of(target, key) if len(names) > 1 or relation.embeds else None
            return borrowed(inner, relation, known or {}, names)

        view = self._view
        return view.memory.recall(("repeated", view.rows.space, id(relation), key), found)


def _told(relation: Relation, key: str) -> Any:
    if relation.embeds:
        return {relation.key: key}
    told = relation.adapter.whole.objects.adapt(key)
    return key if told is MISSING else told
