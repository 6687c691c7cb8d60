"""The types of one document, with the seed of all values: keys, leaves and ids, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from functools import cached_property
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
)

from polymock.samples import Sampler
from polymock.samples.seeds import derive, salt
from polymock.world.names import fold
from polymock_graphql.model import GraphqlDocument
from polymock_graphql.planning.entities import Entity, Page
from polymock_graphql.planning.identity import entity_seed, named_type, type_seed, typed_id
from polymock_graphql.planning.leaves import Leaf
from polymock_graphql.planning.relations import Reached, back_fields
from polymock_graphql.planning.shapes import PageShape, key_of, leaf_type, lookups, page_shape
from polymock_graphql.planning.words import (
    KEYS,
    TYPE_WORDS,
)
from polymock_graphql.settings import GraphqlSettings

_INT_KEYS = 999_999


class TypeFacts:
    """One object type."""

    def __init__(self, types: SchemaFacts, type_: GraphQLObjectType) -> None:
        self._types = types
        self.type = type_
        self.name = type_.name
        self.salted = salt(type_.name)
        self.seed = type_seed(types.seed, type_.name)
        self.is_root = types.is_root(type_)
        self.key = "" if self.is_root else key_of(type_)

    @cached_property
    def page(self) -> PageShape | None:
        """How it holds a window of a list, if it does."""
        return None if self.is_root else page_shape(self.type)

    @cached_property
    def backs(self) -> Mapping[str, str]:
        """The fields that lead back to a parent, by its type."""
        return back_fields(self._types.schema, self.type, self._types.roots)

    def leaf(self, field: str) -> Leaf:
        """What makes the values of a leaf field, or the items of a list of leaves."""
        found = self._types.leaves.get((self.name, field))
        if found is None:
            leaf = leaf_type(self.type.fields[field])
            assert leaf is not None
            schemas = self._types.document.schemas
            schema = schemas.leaf(self.name, field)
            found = Leaf(self._types.sampler, schema, leaf, field, self.name, schemas.definitions)
            self._types.leaves[self.name, field] = found
        return found

    def entity(self, place: int, said: Mapping[str, Any], page: Page | None = None) -> Entity:
        """The object at a place; one whose key is said, or can be made, is the object of the key.

        Where the key is said, the place does not matter; nor does it for a root type's one object.
        """
        if self.is_root:
            return Entity(self.name, self.seed, said)
        if self.key:
            key = said.get(self.key)
            if key is None:
                key = self._make_key(place)
                said = {**said, self.key: key}
            if key is not None:
                return Entity(self.name, entity_seed(self.seed, key), said, page)
        return Entity(self.name, derive(place, self.salted), said, page)

    def related(self, said: Mapping[str, Any], reached: Reached) -> Mapping[str, Any]:
        """What is said of an object, and that the field that leads back holds its parent."""
        back = self.backs.get(reached.parent.type_name)
        if back is None or back == reached.field or back in said:
            return said
        return {**said, back: reached.parent}

    @cached_property
    def _key_style(self) -> str:
        scalar = get_named_type(self.type.fields[self.key].type).name
        if not self.leaf(self.key).plain:
            return "sampled"
        if scalar == "Int":
            return "number"
        is_found = self.name in self._types.found_by_id
        return "typed" if is_found and scalar in ("ID", "String") else "sampled"

    @property
    def makes_typed_ids(self) -> bool:
        """Whether the ids of its objects have to tell their type."""
        return self._key_style == "typed"

    def _make_key(self, place: int) -> Any:
        if self._key_style == "typed":
            return typed_id(self.name, place)
        if self._key_style == "number":
            return place % _INT_KEYS + 1
        try:
            return self.leaf(self.key).make(place)
        except GraphQLError:
            return None


class SchemaFacts:
    """A document, a sampler and a seed: the facts of each type, made on first use."""

    def __init__(
        self, document: GraphqlDocument, sampler: Sampler, seed: int, settings: GraphqlSettings
    ) -> None:
        self.document = document
        self.schema = document.schema
        self.sampler = sampler
        self.seed = seed
        self.settings = settings
        schema = document.schema
        self.roots = {schema.query_type, schema.mutation_type, schema.subscription_type}
        self.leaves: dict[tuple[str, str], Leaf] = {}
        """By type and field; they are the same in every world."""
        self._facts: dict[str, TypeFacts] = {}
        self._possible: dict[str, tuple[str, ...]] = {}

    def reseeded(self, seed: int) -> SchemaFacts:
        """The same document in the world of another seed."""
        twin = copy(self)
        twin.seed = seed
        twin._facts = {}
        return twin

    def is_root(self, type_: object) -> bool:
        """Whether it is the type of queries, mutations or subscriptions."""
        return type_ in self.roots

    def facts(self, name: str) -> TypeFacts:
        """What is known of an object type."""
        found = self._facts.get(name)
        if found is None:
            type_ = self.schema.type_map[name]
            assert isinstance(type_, GraphQLObjectType)
            found = self._facts[name] = TypeFacts(self, type_)
        return found

    def possible(self, abstract: GraphQLAbstractType) -> tuple[str, ...]:
        """The object types of an interface or union, by name."""
        found = self._possible.get(abstract.name)
        if found is None:
            types = self.schema.get_possible_types(abstract)
            found = self._possible[abstract.name] = tuple(sorted(type_.name for type_ in types))
        return found

    def pick(
        self, abstract: GraphQLAbstractType, place: int, arguments: Mapping[str, Any]
    ) -> TypeFacts:
        """The object type at a place: the one that an argument names, by id or by name.

        Raises GraphQLError where the abstract type has no object types.
        """
        possible = self.possible(abstract)
        if not possible:
            raise GraphQLError(f"Type {abstract.name} has no object types.")
        own = fold(abstract.name)
        for name, value in arguments.items():
            folded = fold(name)
            if folded in KEYS or folded.endswith("id"):
                if named_type(value) in possible:
                    return self.facts(named_type(value))
                if folded in KEYS or folded == own + "id":
                    place = entity_seed(type_seed(self.seed, abstract.name), value)
            elif folded in TYPE_WORDS and isinstance(value, str):
                wanted = fold(value)
                named = next((n for n in possible if fold(n) == wanted), None)
                if named is not None:
                    return self.facts(named)
        return self.facts(possible[place % len(possible)])

    @cached_property
    def found_by_id(self) -> frozenset[str]:
        """The object types that are found by id behind an abstract type: ids must tell the type."""
        objects = [t for t in self.schema.type_map.values() if isinstance(t, GraphQLObjectType)]
        names: Iterable[str] = {*lookups(iter(objects)), "Node"}
        found: set[str] = set()
        for name in names:
            abstract = self.schema.type_map.get(name)
            if is_abstract_type(abstract):
                found.update(self.possible(abstract))
        return frozenset(found)
