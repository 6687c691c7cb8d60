"""Leaf fields over a world: what documents tell, in the schema's terms, else the usual samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLNonNull, Undefined

from polymock.world.entities import MISSING
from polymock.world.names import fold, reference_stem
from polymock.world.relating import key_under
from polymock_graphql.planning.entities import Arguments, Entity, Resolve, Run, Told
from polymock_graphql.planning.facts import TypeFacts
from polymock_graphql.planning.leaves import Leaf, weight
from polymock_graphql.planning.shapes import list_depth
from polymock_graphql.world.collected import Collected


def told_leaf(facts: TypeFacts, name: str, usual: Resolve, *, is_stated: bool = False) -> Resolve:
    """A leaf of an object that a document may tell of; `usual` is its sample.

    `is_stated`: the usual value follows from the state that other fields tell, null where the
    object is not in it; a document has a word only where it is.
    """
    read = _reader(facts, name)
    nullable = not isinstance(facts.type.fields[name].type, GraphQLNonNull)

    def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
        told = entity.told
        if told is None or name in entity.said:
            return usual(entity, arguments, run)
        value = read(told)
        if is_stated:
            sampled = usual(entity, arguments, run)
            is_said = value is not MISSING and value is not None
            return value if is_said and sampled is not None and not _is_truth(sampled) else sampled
        if value is MISSING:
            return usual(entity, arguments, run)
        if value is None:
            return None if nullable else usual(entity, arguments, run)
        if not isinstance(value, int):
            run.left -= weight(value)
        return value

    return resolve


def foreign_leaf(collected: Collected, name: str, told: Resolve) -> Resolve:
    """A leaf whose values another contract makes: an entity's document always tells it."""

    def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
        if entity.told is None:
            document = collected.told(entity, run)
            entity = Entity(entity.type_name, entity.seed, entity.said, entity.page, document)
        return told(entity, arguments, run)

    return resolve


def reference_leaf(
    collected: Collected, name: str, target: Collected | None, usual: Resolve
) -> Resolve:
    """`ownerId`, or `ownerIds`: the keys that an entity refers to, without those that are gone."""
    reference = collected.collection.reference(fold(name))
    assert reference is not None
    facts = collected.facts
    leaf = facts.leaf(name)
    field = facts.type.fields[name]
    is_list = list_depth(field.type) == 1
    nullable = not isinstance(field.type, GraphQLNonNull)

    def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
        keys = collected.referred(entity, reference, run)
        if target is not None:
            keys = [key for key in keys if target.find(key, run) is not None]
        values = [value for key in keys if (value := leaf.adapt(key)) is not Undefined]
        if is_list:
            return values
        if values:
            return values[0]
        return None if nullable else usual(entity, arguments, run)

    return resolve


def _reader(facts: TypeFacts, name: str) -> Callable[[Told], Any]:
    """Reads a field's value: MISSING where the usual one stands, None where there is none."""
    folded, leaf, noun = fold(name), facts.leaf(name), reference_stem(name)
    depth = list_depth(facts.type.fields[name].type)

    def read(told: Told) -> Any:
        held = told.get(name, folded)
        if held is MISSING and noun and not told.names:
            held = key_under(told.value, noun, many=depth > 0)
        if held is MISSING:
            return None if told.is_written else MISSING
        if held is None:
            return None
        value = _adapted(leaf, held, depth)
        return MISSING if value is Undefined else value

    return read


def _adapted(leaf: Leaf, held: Any, depth: int) -> Any:
    if not depth:
        return leaf.adapt(held)
    if not isinstance(held, list):
        return Undefined
    values = [None if item is None else _adapted(leaf, item, depth - 1) for item in held]
    told = [value for value in values if value is not Undefined]
    return told if told or not held else Undefined


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)
