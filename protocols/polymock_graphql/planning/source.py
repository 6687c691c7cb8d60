"""The value of every field of the schema, by whatever way an operation is executed."""

from __future__ import annotations

from copy import copy

from graphql import GraphQLObjectType, GraphQLSchema

from polymock.samples import Sampler
from polymock.samples.seeds import derive
from polymock.world.model import Domain
from polymock_graphql.model import GraphqlDocument
from polymock_graphql.planning.constraints import Constraints
from polymock_graphql.planning.entities import Entity, Resolve
from polymock_graphql.planning.facts import SchemaFacts, TypeFacts
from polymock_graphql.planning.federation import entities_field, is_entities
from polymock_graphql.planning.fields import (
    leaf_field,
    no_problems,
    reference_leaf,
    reference_of,
    root_leaf,
    root_list,
    tells_problems,
    told_field,
)
from polymock_graphql.planning.objects import ObjectFields
from polymock_graphql.planning.shapes import leaf_type, list_depth
from polymock_graphql.planning.states import (
    boolean_field,
    boolean_of,
    ended,
    enum_with,
    is_ended,
    moment_field,
)
from polymock_graphql.settings import GraphqlSettings


class Source:
    """The fields of a schema, each compiled on first use. Safe to use from several threads."""

    def __init__(
        self, document: GraphqlDocument, sampler: Sampler, seed: int, settings: GraphqlSettings
    ) -> None:
        self.document = document
        self.schema: GraphQLSchema = document.schema
        self.settings = settings
        self.types = SchemaFacts(document, sampler, seed, settings)
        self._objects = ObjectFields(self.types)
        self._constraints = Constraints(document)
        self._resolves: dict[tuple[str, str], Resolve] = {}
        self.worldly: tuple[Domain, Source] | None = None
        """The same fields over a world, and which part of one that is."""

    def reseeded(self, seed: int) -> Source:
        """The same schema in the world of another seed: what does not depend on it is shared."""
        twin = copy(self)
        twin.types = self.types.reseeded(seed)
        twin._objects = ObjectFields(twin.types)
        twin._resolves = {}
        twin.worldly = None
        return twin

    def root(self, type_: GraphQLObjectType, event: int = 0) -> Entity:
        """The object that an operation starts at; of a subscription, one for each event."""
        seed = self.types.facts(type_.name).seed
        return Entity(type_.name, derive(seed, event) if event else seed)

    def field(self, type_name: str, name: str) -> Resolve:
        """What gives the raw value of a field."""
        found = self._resolves.get((type_name, name))
        if found is None:
            field = self.types.facts(type_name).type.fields[name]
            found = self._constraints.checked(field, self._made(type_name, name))
            self._resolves[type_name, name] = found
        return found

    def _made(self, type_name: str, name: str) -> Resolve:
        facts = self.types.facts(type_name)
        if facts.type is self.schema.query_type and is_entities(self.schema, name):
            return entities_field(self.types, self._objects)
        if tells_problems(facts, name):
            return no_problems
        if leaf_type(facts.type.fields[name]) is None:
            return self._objects.field(facts, name)
        writes = facts.is_root and facts.type is not self.schema.query_type
        if list_depth(facts.type.fields[name].type):
            return root_list(self.types, facts, name, writes=writes)
        return self._leaf(facts, name, writes=writes)

    def _leaf(self, facts: TypeFacts, name: str, *, writes: bool) -> Resolve:
        told = told_field(facts, name)
        if told is not None:
            return told
        if facts.is_root:
            return root_leaf(facts, name, writes=writes)
        owner = reference_of(facts, name)
        if owner:
            return reference_leaf(self.types, facts, name, self.field(facts.name, owner))
        return self._stated(facts, name)

    def _stated(self, facts: TypeFacts, name: str) -> Resolve:
        """A leaf that may tell of a state that the object is in, as other fields tell it."""
        usual, type_ = leaf_field(facts, name), facts.type
        leaf = leaf_type(type_.fields[name])
        schemas = self.document.schemas
        if leaf is None or schemas.leaf(facts.name, name) is not schemas.definitions[leaf.name]:
            return usual
        end = ended(type_, name)
        state = end or is_ended(type_, name)
        if not state:
            return usual
        told = enum_with(type_, state)
        if told is not None:
            field, value = told
            make = moment_field if end else boolean_field
            return make(usual, name, self.field(facts.name, field), value)
        if not end:
            return usual
        boolean = boolean_of(type_, state)
        is_over = self.field(facts.name, boolean) if boolean else None
        return moment_field(usual, name, is_over, True)
