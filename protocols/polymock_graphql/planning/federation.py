"""Apollo Federation's root field `_entities` (subgraph specification)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema

from polymock.samples.seeds import salt
from polymock_graphql.planning.entities import Arguments, Entity, Resolve, Run
from polymock_graphql.planning.errors import wrong_argument
from polymock_graphql.planning.facts import SchemaFacts
from polymock_graphql.planning.identity import place_seed
from polymock_graphql.planning.objects import ObjectFields

_REPRESENTATION = salt("representation")


def is_entities(schema: GraphQLSchema, name: str) -> bool:
    """Whether a root field of queries is the one that a gateway asks for entities."""
    return name == "_entities" and "_Entity" in schema.type_map


def entities_field(types: SchemaFacts, objects: ObjectFields) -> Resolve:
    """An object for each representation, which repeats what the representation says."""

    def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
        representations = arguments.get("representations") or []
        run.spend(len(representations))
        return [_entity(types, objects, said) for said in representations]

    return resolve


def _entity(types: SchemaFacts, objects: ObjectFields, said: Any) -> Entity:
    name = said.get("__typename") if isinstance(said, Mapping) else None
    type_ = types.schema.type_map.get(name) if isinstance(name, str) else None
    if not isinstance(type_, GraphQLObjectType) or types.is_root(type_):
        raise wrong_argument(
            "A representation needs the name of an object type of this schema as `__typename`."
        )
    facts = types.facts(type_.name)
    key = {name: value for name, value in said.items() if name != "__typename"}
    place = place_seed(facts.seed, _REPRESENTATION, key)
    return facts.entity(place, objects.echo(facts)(key))
