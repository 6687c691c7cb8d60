"""Objects that are nothing by themselves, as the documents of entities hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLNamedType, GraphQLNonNull, GraphQLObjectType, get_named_type

from polymock.samples.seeds import derive, salt
from polymock.world.entities import MISSING
from polymock.world.names import fold, reference_stem
from polymock.world.relating import entries_from
from polymock_graphql.planning.entities import Arguments, Entity, Resolve, Run, Told
from polymock_graphql.planning.facts import SchemaFacts, TypeFacts
from polymock_graphql.planning.identity import place_seed
from polymock_graphql.planning.objects import Make
from polymock_graphql.planning.relations import Reached
from polymock_graphql.planning.shapes import leaf_type, list_depth
from polymock_graphql.world.collected import Collected

MAX_DEPTH = 3
"""Objects inside one another that are looked into."""
MAX_ITEMS = 1000
"""Items of a list in a document that are shown."""


def inner_values(
    types: SchemaFacts,
    facts: TypeFacts,
    name: str,
    owner: Collected | None,
    make: Make,
    usual: Resolve,
) -> Resolve:
    """A field that holds such objects; `usual` samples them, `make` makes one. `owner` is the type
    around them, where its objects are entities."""
    field = facts.type.fields[name]
    folded, salted, depth = fold(name), salt(name), list_depth(field.type)
    nullable = not isinstance(field.type, GraphQLNonNull)
    named = get_named_type(field.type)
    is_keyed = not isinstance(named, GraphQLObjectType) or bool(types.facts(named.name).key)
    names = types.facts(named.name).type.fields if isinstance(named, GraphQLObjectType) else ()
    is_own = owner is None or (owner.owns(name) and not _refers(types, named))

    def one(held: Any, place: int, reached: Reached, told: Told, run: Run) -> Entity | None:
        if not isinstance(held, Mapping):
            return None
        made = make(place, held, 0, reached, run)
        if made is None:
            return None
        inner = Told(held, told.is_written)
        return Entity(made.type_name, made.seed, made.said, made.page, inner)

    def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
        told = entity.told
        if told is None:
            if is_own or owner is None:
                return usual(entity, arguments, run)
            told = owner.told(entity, run)
        held = told.get(name, folded)
        if is_keyed and held == {}:
            held = MISSING
        place, reached = place_seed(entity.seed, salted, {}), Reached(entity, name)
        if held is MISSING and is_keyed and not depth:
            key = told.get(name + "Id", folded + "id")
            if isinstance(key, str | int):
                return make(place, {"id": key}, 0, reached, run)
        if held is None or held is MISSING:
            gone = nullable and (held is None or (told.is_written and not is_keyed))
            return None if gone else usual(entity, arguments, run)
        if not depth:
            if isinstance(held, Mapping):
                return one(held, place, reached, told, run)
            return usual(entity, arguments, run)
        if isinstance(held, Mapping):
            held = entries_from(held, names)
        if depth > 1 or not isinstance(held, list):
            return usual(entity, arguments, run)
        shown = held[:MAX_ITEMS]
        run.spend(len(shown))
        made = [
            one(item, derive(place, index), reached, told, run) for index, item in enumerate(shown)
        ]
        return [item for item in made if item is not None]

    return resolve


def _refers(types: SchemaFacts, named: GraphQLNamedType, depth: int = MAX_DEPTH) -> bool:
    """Whether objects of a type tell of entities, which the world says: by objects, or by keys."""
    if not isinstance(named, GraphQLObjectType) or not depth:
        return False
    for name, field in types.facts(named.name).type.fields.items():
        inner = get_named_type(field.type)
        if leaf_type(field) is not None:
            if reference_stem(name):
                return True
        elif isinstance(inner, GraphQLObjectType) and types.facts(inner.name).key:
            if not list_depth(field.type):
                return True
        elif _refers(types, inner, depth - 1):
            return True
    return False
