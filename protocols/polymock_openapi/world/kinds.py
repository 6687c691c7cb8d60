"""The types of a document whose objects are entities, as the world knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any

from msgspec.structs import replace

from polymock.errors import Unsatisfiable
from polymock.jsonschema import REF_PREFIX, Definitions, Schema
from polymock.samples import Sampler
from polymock.world.adapting import Adapter, properties_of, resolve
from polymock.world.entities import MISSING, EntityKind, Fill, KindReference
from polymock.world.keys import number_in
from polymock.world.names import (
    collection_name,
    entity_name,
    fold,
    key_property,
    reference_stem,
    singular,
    words,
)
from polymock_openapi.world.outlines import Outline, outline_of
from polymock_openapi.world.shapes import Found, glance, naming

MAX_KINDS = 2000
MAX_KEYS = 4096
_LISTED = frozenset({"enum", "const"})
_EXEMPLARY = frozenset({"example", "examples", "default"})
_SCALARS = frozenset({"string", "integer", "number"})


class Kinds:
    """The kinds of one document, by name. Schemas inside their objects that have a key are kinds
    too: another contract may have their collection."""

    def __init__(self, definitions: Definitions, sampler: Sampler) -> None:
        self._definitions = definitions
        self._sampler = sampler
        self._known: dict[str, EntityKind] = {}
        self._inline: dict[int, str] = {}

    def all(self) -> tuple[EntityKind, ...]:
        """All that were added, in their order."""
        return tuple(self._known.values())

    def get(self, name: str) -> EntityKind | None:
        """The kind of a name."""
        return self._known.get(name)

    def add(self, name: str, schema: Schema, collection: str, key: str, why: str) -> EntityKind:
        """The kind of a schema: `name` is that of a definition, or one that suits an inline one."""
        if name in self._definitions:
            known = self._known.get(name)
            if known is not None:
                return known
            schema = {"$ref": REF_PREFIX + name}
        else:
            name = self._inline_name(name, schema)
            known = self._known.get(name)
            if known is not None:
                return known
        kind = self._made(name, schema, collection, key, why)
        self._known[name] = kind
        self._add_embedded(kind)
        return kind

    def refer(self, name: str, parameter: str, target: str) -> None:
        """Let entities of a kind refer to those of another, as their paths say and no property."""
        kind = self._known[name]
        told = KindReference(parameter, target, optional=True)
        if all(fold(each.property) != fold(parameter) for each in kind.references):
            self._known[name] = replace(kind, references=(*kind.references, told))

    def _inline_name(self, name: str, schema: Schema) -> str:
        known = self._inline.get(id(schema))
        if known is not None:
            return known
        chosen, number = name, 1
        while chosen in self._known or chosen in self._definitions:
            number += 1
            chosen = f"{name}{number}"
        self._inline[id(schema)] = chosen
        return chosen

    def _made(self, name: str, schema: Schema, collection: str, key: str, why: str) -> EntityKind:
        outline = outline_of(schema, self._definitions)
        return EntityKind(
            name=name,
            collection=collection,
            schema=schema,
            definitions=self._definitions,
            key=key,
            properties=outline.names,
            imagine=_imagining(schema, self._definitions, name, self._sampler),
            typed_key=_typing(schema, self._definitions, key),
            references=tuple(self._references(outline)),
            why=why,
            fill=filling(self._sampler),
            imagine_part=_imagining_parts(schema, self._sampler),
        )

    def _references(self, outline: Outline) -> Iterator[KindReference]:
        for name, inner in outline.telling():
            glanced = glance(inner, self._definitions)
            type_name, body = (glanced[0], {}) if glanced else naming(inner, self._definitions)
            many = body.get("type") == "array"
            if many:
                type_name, body = naming(body.get("items"), self._definitions)
            is_object = bool(glanced) or "properties" in body or "allOf" in body
            optional = name not in outline.required or (
                not glanced and _admits_null(inner, self._definitions)
            )
            if is_object:
                target = type_name or singular("_".join(words(name)))
                yield KindReference(name, target, embeds=True, many=many, optional=optional)
            elif reference_stem(name) and _is_scalar(body):
                target = "_".join(words(name)[:-1])
                yield KindReference(name, target, many=many, optional=optional)

    def _add_embedded(self, kind: EntityKind) -> None:
        for told in kind.references:
            name = told.target
            is_new = told.embeds and name in self._definitions and name not in self._known
            if not is_new or len(self._known) >= MAX_KINDS:
                continue
            names = Found((), {"$ref": REF_PREFIX + name}, name).names(self._definitions)
            key, collection = key_property(names, entity_name(name)), collection_name(name)
            if key and collection:
                self.add(name, {}, collection, key, f"part of {kind.name}, with a key")


def _is_scalar(body: Mapping[str, Any]) -> bool:
    kinds = body.get("type")
    named = {kinds} if isinstance(kinds, str) else set(kinds or ())
    return bool(named & _SCALARS)


def _admits_null(schema: Schema, definitions: Definitions) -> bool:
    body = resolve(schema, definitions)
    kinds = body.get("type")
    if kinds == "null" or (isinstance(kinds, list) and "null" in kinds):
        return True
    branches = [*body.get("anyOf", ()), *body.get("oneOf", ())]
    return any(resolve(each, definitions).get("type") == "null" for each in branches)


def _imagining(
    schema: Schema, definitions: Definitions, name: str, sampler: Sampler
) -> Callable[[str, int], Mapping[str, Any]]:
    last: list[tuple[int, Mapping[str, Any]]] = [(-1, {})]
    properties: dict[str, Schema] = {}

    def imagine(key: str, seed: int) -> Mapping[str, Any]:
        if not key:
            if not properties:
                for own, inner in properties_of(schema, definitions).items():
                    properties[own] = _unexemplified(inner, definitions)
            return _Alone(properties, name, sampler, seed)
        known = last[0]  # who asks for a document asks for the answer of the same entity next
        if known[0] == seed:
            return known[1]
        try:
            made = sampler.sample(schema, seed)
        except Unsatisfiable:
            made = {}
        last[0] = (seed, made if isinstance(made, dict) else {})
        return last[0][1]

    return imagine


def _unexemplified(schema: Schema, definitions: Definitions) -> Schema:
    """A schema without its examples: as a key, one of them could be only one entity's."""
    body = resolve(schema, definitions)
    if _EXEMPLARY.isdisjoint(body):
        return schema
    return {name: item for name, item in body.items() if name not in _EXEMPLARY}


def _imagining_parts(
    schema: Schema, sampler: Sampler
) -> Callable[[str, int, Set[str]], Mapping[str, Any]]:
    def imagine_part(_key: str, seed: int, names: Set[str]) -> Mapping[str, Any]:
        try:
            return sampler.part(schema, seed, names)
        except Unsatisfiable:
            return {}

    return imagine_part


def filling(sampler: Sampler) -> Fill:
    """Samples parts of an entity."""

    def fill(schema: Schema, seed: int) -> Any:
        try:
            return sampler.sample(schema, seed)
        except Unsatisfiable:
            return MISSING

    return fill


class _Alone(Mapping[str, Any]):
    """An object of which somebody asks for a property alone: each is made by itself."""

    def __init__(
        self, properties: Mapping[str, Schema], owner: str, sampler: Sampler, seed: int
    ) -> None:
        self._properties = properties
        self._owner = owner
        self._sampler = sampler
        self._seed = seed

    def __getitem__(self, name: str) -> Any:
        schema = self._properties[name]
        try:
            return self._sampler.property(schema, name, self._owner).make(self._seed)
        except Unsatisfiable:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._properties)

    def __len__(self) -> int:
        return len(self._properties)


def _typing(schema: Schema, definitions: Definitions, key: str) -> Callable[[str], Any]:
    known: dict[str, Any] = {}
    adapter: list[Adapter] = []

    def typed_key(text: str) -> Any:
        if text in known:
            return known[text]
        if not adapter:
            member = Adapter(schema, definitions).member(fold(key))
            adapter.append(Adapter(True, definitions) if member is None else member[1])
        number = number_in(text) if _is_counted(adapter[0]) else None
        if number is not None:  # that is found as fast as it is remembered
            return number if adapter[0].is_valid(number) else MISSING
        if len(known) >= MAX_KEYS:
            known.clear()
        found = adapter[0].adapt(text)
        if isinstance(found, bool | dict | list) or found is None:
            found = MISSING
        known[text] = found
        return found

    return typed_key


def _is_counted(key: Adapter) -> bool:
    """Whether keys are integers, of which none has another name."""
    return key.body.get("type") == "integer" and _LISTED.isdisjoint(key.body)
