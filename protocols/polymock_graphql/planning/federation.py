"""Apollo Federation's root field `_entities` (subgraph specification)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLSchema, GraphQLUnionType

from polymock.samples.seeds import salt
from polymock_graphql.planning.entities import Arguments, Entity, Resolve, Run
from polymock_graphql.planning.errors import wrong_argument
from polymock_graphql.planning.facts import SchemaFacts, TypeFacts
from polymock_graphql.planning.identity import place_seed, type_seed
from polymock_graphql.planning.objects import ObjectFields

_REPRESENTATION = salt("representation")
MAX_NAME = 100
"""Characters of a wrong name that an error repeats."""


def is_entities(schema: GraphQLSchema, name: str) -> bool:
    """Whether a root field of queries is the one that a gateway asks for entities."""
    return name == "_entities" and "_Entity" in schema.type_map


def entities_field(types: SchemaFacts, objects: ObjectFields) -> Resolve:
    """An object for each representation, which repeats what the representation says."""

    def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
        representations = arguments.get("representations") or []
        run.spend(len(representations))
        return [_entity(types, objects, said, run) for said in representations]

    return resolve


def _entity(types: SchemaFacts, objects: ObjectFields, said: Any, run: Run) -> Entity | None:
    name = said.get("__typename") if isinstance(said, Mapping) else None
    if not isinstance(name, str):
        raise wrong_argument(
            "A representation needs the name of a type of this schema as `__typename`."
        )
    key = {field: value for field, value in said.items() if field != "__typename"}
    place = place_seed(type_seed(types.seed, name), _REPRESENTATION, key)
    facts = _resolved(types, name, place, key)
    return objects.represented(facts, place, key, run)


def _resolved(types: SchemaFacts, name: str, place: int, key: Mapping[str, Any]) -> TypeFacts:
    """The type that a representation is answered by: of an interface with a key one of its
    implementations, always the same for a key ("Entity interfaces" of Federation 2.3)."""
    union = types.schema.type_map["_Entity"]
    assert isinstance(union, GraphQLUnionType)
    entities = types.possible(union)
    if name in entities:
        return types.facts(name)
    type_ = types.schema.type_map.get(name)
    if isinstance(type_, GraphQLInterfaceType):
        picked = types.pick(type_, place, key) if types.possible(type_) else None
        if picked is not None and picked.name in entities:
            return picked
        fitting = [possible for possible in types.possible(type_) if possible in entities]
        if fitting:
            return types.facts(fitting[place % len(fitting)])
    raise wrong_argument(
        f"A representation's `__typename` is '{name[:MAX_NAME]}', and this subgraph resolves no "
        "type of that name by a key."
    )
