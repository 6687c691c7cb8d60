"""Object types whose objects are entities, as kinds of the world: their values and references."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    Undefined,
    get_named_type,
    is_introspection_type,
)

from polymock.errors import TooLarge
from polymock.jsonschema import REF_PREFIX, Schema
from polymock.world.entities import MISSING, EntityKind, KindReference
from polymock.world.names import (
    collection_name,
    plain_collection_name,
    reference_stem,
    words,
)
from polymock_graphql.planning.entities import Entity, Run
from polymock_graphql.planning.facts import TypeFacts
from polymock_graphql.planning.identity import MAX_ID, typed_id
from polymock_graphql.planning.shapes import is_open, leaf_type, list_depth
from polymock_graphql.planning.source import Source

MAX_DEPTH = 3
"""Objects inside one another that are imagined."""
MAX_COST = 10_000
"""Fields that are imagined of one entity."""


class Kinds:
    """The kinds of one document, by the names of their types."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._types = source.types
        self.facts: Mapping[str, TypeFacts] = {
            name: facts
            for name, type_ in source.schema.type_map.items()
            if isinstance(type_, GraphQLObjectType)
            and not is_introspection_type(type_)
            and (facts := self._types.facts(name)).key
            and facts.page is None
            and collection_name(name)
        }
        """The object types with a key."""

    def make(self) -> Iterator[EntityKind]:
        """The kind of each type."""
        for name, facts in self.facts.items():
            yield self._kind(name, facts)

    def _kind(self, name: str, facts: TypeFacts) -> EntityKind:
        schemas = self._source.document.schemas
        is_typed, imagine = facts.makes_typed_ids, self._imagining(facts)
        return EntityKind(
            name=name,
            collection=self._collection(name),
            schema={"$ref": REF_PREFIX + name},
            definitions=schemas.definitions,
            key=facts.key,
            properties=tuple(self._properties(facts)),
            imagine=lambda key, seed: imagine(key, seed, None),
            typed_key=_typing(facts),
            references=tuple(self._references(facts)),
            key_at=_typed_at(name) if is_typed else None,
            index_of=_typed_index(name) if is_typed else None,
            why=f"object type {name} with the key {facts.key}",
            fill=self.fill,
            imagine_part=imagine,
        )

    def _collection(self, name: str) -> str:
        """The collection of a type. One that is called after another type (`UserList`, beside
        `User`) is no other view of it: it has a collection of its own."""
        short, plain = collection_name(name), plain_collection_name(name)
        if short != plain and any(plain_collection_name(each) == short for each in self.facts):
            return plain
        return short

    def _properties(self, facts: TypeFacts) -> Iterator[str]:
        """The fields that hold values or one entity; not what refers to it from elsewhere."""
        for name, field in facts.type.fields.items():
            if not is_open(field) or name.startswith("_"):
                continue
            if leaf_type(field) is not None or self.is_value(field) or self._is_entity(field):
                yield name

    def _is_entity(self, field: GraphQLField) -> bool:
        return not list_depth(field.type) and get_named_type(field.type).name in self.facts

    def is_value(self, field: GraphQLField) -> bool:
        """Whether a field holds objects that are nothing by themselves, or a list of them."""
        named = get_named_type(field.type)
        if not isinstance(named, GraphQLObjectType) or list_depth(field.type) > 1:
            return False
        facts = self._types.facts(named.name)
        return not (facts.is_root or facts.key or facts.page is not None)

    def _references(self, facts: TypeFacts) -> Iterator[KindReference]:
        for name, field in facts.type.fields.items():
            depth, optional = list_depth(field.type), not isinstance(field.type, GraphQLNonNull)
            if name == facts.key or not is_open(field) or depth > 1:
                continue
            named = get_named_type(field.type)
            if leaf_type(field) is not None:
                if reference_stem(name):
                    stem = "_".join(words(name)[:-1])
                    yield KindReference(name, stem, many=depth == 1, optional=optional)
            elif named.name in self.facts and not depth:
                yield KindReference(name, named.name, embeds=True, optional=optional)

    def _imagining(
        self, facts: TypeFacts
    ) -> Callable[[str, int, Set[str] | None], Mapping[str, Any]]:
        typed = _typing(facts)

        def imagine(key: str, seed: int, names: Set[str] | None) -> Mapping[str, Any]:
            value = typed(key) if key else MISSING
            said = {} if value is MISSING else {facts.key: value}
            run = Run({}, {}, MAX_COST)
            return self.imagined(facts, Entity(facts.name, seed, said), run, MAX_DEPTH, names)

        return imagine

    def imagined(
        self,
        facts: TypeFacts,
        entity: Entity,
        run: Run,
        depth: int,
        names: Set[str] | None = None,
    ) -> dict[str, Any]:
        """The values of an object that nobody wrote, as the fields of the schema give them; of all
        fields, or of those that are named."""
        found: dict[str, Any] = {}
        for name in self._properties(facts) if names is None else sorted(names):
            field = facts.type.fields[name]
            is_leaf = leaf_type(field) is not None
            if not is_leaf and not facts.key and self._is_entity(field):
                found[name] = {}  # whom the world says
                continue
            if not is_leaf and not (depth and self.is_value(field)):
                continue
            try:
                raw = self._source.field(facts.name, name)(entity, {}, run)
                found[name] = raw if is_leaf else self._inside(raw, run, depth - 1)
            except (GraphQLError, TooLarge):
                continue
        return found

    def fill(self, schema: Schema, seed: int) -> Any:
        """The leaves that an object which is nothing by itself always has."""
        ref = schema.get("$ref") if isinstance(schema, dict) else None
        named = self._source.schema.type_map.get(str(ref).removeprefix(REF_PREFIX))
        if not isinstance(named, GraphQLObjectType):
            return MISSING
        facts = self._types.facts(named.name)
        found: dict[str, Any] = {}
        for name, field in facts.type.fields.items():
            is_always = isinstance(field.type, GraphQLNonNull)
            if is_always and leaf_type(field) is not None and is_open(field):
                try:
                    made = self._source.field(facts.name, name)(
                        facts.entity(seed, {}), {}, Run({}, {}, MAX_COST)
                    )
                except (GraphQLError, TooLarge):
                    continue
                found[name] = made
        return found

    def _inside(self, raw: Any, run: Run, depth: int) -> Any:
        if isinstance(raw, list):
            return [self._inside(item, run, depth) for item in raw]
        if not isinstance(raw, Entity):
            return raw
        return self.imagined(self._types.facts(raw.type_name), raw, run, depth)


def _typing(facts: TypeFacts) -> Callable[[str], Any]:
    leaf = facts.leaf(facts.key)

    def typed_key(text: str) -> Any:
        value = leaf.adapt(text)
        return MISSING if value is Undefined else value

    return typed_key


def _typed_at(type_name: str) -> Callable[[int], str]:
    return lambda index: typed_id(type_name, index)


def _typed_index(type_name: str) -> Callable[[str], int | None]:
    """The inverse of `typed_id`."""
    start = f"{type_name}:"

    def index_of(key: str) -> int | None:
        if len(key) > MAX_ID:
            return None
        try:
            plain = b64decode(key, validate=True).decode("ascii")
        except (binascii.Error, ValueError):
            return None
        number = plain.removeprefix(start)
        if number == plain or not number.isdecimal() or len(number) > len("10000000"):
            return None
        index = int(number) - 1
        return index if index >= 0 and typed_id(type_name, index) == key else None

    return index_of
