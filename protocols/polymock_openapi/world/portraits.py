"""Entities as values that the contract declares: what the world says of them, and samples beside.

An entity that nobody wrote is a whole sample with the world's values in it. One that somebody wrote
has what was written; only what the schema requires is taken from the sample.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec

from polymock.errors import Unsatisfiable
from polymock.jsonschema import Definitions, Schema, Validator, is_marked
from polymock.samples import Sampler
from polymock.world.adapting import Adapter, properties_of, required_of, resolve
from polymock.world.collections import Collection
from polymock.world.entities import EntityKind
from polymock.world.names import fold
from polymock.world.projecting import project
from polymock.world.view import Entity, View
from polymock_openapi.answering.echo import MAX_FIELDS
from polymock_openapi.world.kinds import filling
from polymock_openapi.world.shapes import naming

MAX_DEPTH = 4
MAX_KNOWN = 4096
"""Portraits of one schema that are kept."""


class Portrayer:
    """Makes the values of one schema for the entities of one collection; `kind` is the one whose
    schema it is, if any."""

    def __init__(
        self,
        collection: Collection,
        schema: Schema,
        definitions: Definitions,
        sampler: Sampler,
        kind: EntityKind | None = None,
    ) -> None:
        self.collection = collection
        self.schema = schema
        self._definitions = definitions
        self._sampler = sampler
        self._kind = kind
        self.validator: Validator | None = sampler.validator(schema)
        self.adapter = Adapter(schema, definitions, self.validator, filling(sampler))
        properties = properties_of(schema, definitions)
        self._secret = frozenset(
            name for name, inner in properties.items() if is_marked(inner, "writeOnly", definitions)
        )
        self.required = required_of(schema, definitions) - self._secret
        self._secrets = tuple(_secrets(properties, definitions, (), MAX_DEPTH))
        self._is_open = bool(resolve(schema, definitions).get("additionalProperties"))
        self._embeds = any(
            reference.embeds & self.adapter.spellings.keys() for reference in collection.references
        )
        self._known: dict[str, tuple[Entity, dict[str, Any]]] = {}
        self._samples: dict[str, dict[str, Any]] = {}

    def portray(self, view: View, entity: Entity, *, remember: bool = True) -> dict[str, Any]:
        """The entity as a value of the schema; not to be changed. `remember` where it may be asked
        for again before it is another."""
        if self._embeds or not remember:
            return self._made(view, entity)
        known = self._known.get(entity.key)
        if known is not None and (known[0] is entity or _is_same(known[0], entity)):
            return known[1]
        value = self._made(view, entity)
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[entity.key] = (entity, value)
        return value

    def is_valid(self, value: Any) -> bool:
        """Whether a value satisfies the schema."""
        return self.validator is None or self.validator.is_valid(value)

    @cached_property
    def _spellings(self) -> Sequence[tuple[str, str]] | None:
        """How documents and the schema spell the same properties; None where more than that may
        tell them apart."""
        spellings, collection = self.adapter.spellings, self.collection
        if self._is_open or self._secrets or self._secret or self._embeds or self.adapter.branches:
            return None
        names = collection.names
        return [(names.get(folded, spelt), spelt) for folded, spelt in spellings.items()]

    def _verbatim(self, entity: Entity) -> dict[str, Any] | None:
        """The document as it stands, where that is what there is to show."""
        if self._spellings is None:
            return None
        held = entity.value
        told = {spelt: held[name] for name, spelt in self._spellings if name in held}
        return told if self.required <= told.keys() and self.adapter.is_verbatim(told) else None

    def _made(self, view: View, entity: Entity) -> dict[str, Any]:
        verbatim = self._verbatim(entity) if entity.is_written else None
        if verbatim is not None:
            return verbatim
        told = project(view, entity, self.adapter)
        for name in self._secret:
            told.pop(name, None)
        for place in self._secrets:
            told = _without(told, place)
        if self._is_open:
            told.update(self._others(entity))
        if not entity.is_written:
            return self._laid_over(self.sample(entity.key), told)
        lacking = self.required - told.keys()
        value = told
        if lacking:
            sample = self.sample(entity.key)
            value = {**{name: sample[name] for name in lacking if name in sample}, **told}
        return value if self.is_valid(value) else self._mended(entity, told)

    def _mended(self, entity: Entity, told: Mapping[str, Any]) -> dict[str, Any]:
        """A valid value with as much of what was written as there can be in one."""
        value = self._laid_over(self.sample(entity.key), told)
        for name in [name for name in value if name not in told][:MAX_FIELDS]:
            shorter = {key: item for key, item in value.items() if key != name}
            if self.is_valid(shorter):
                value = shorter
        return value

    def sample(self, key: str) -> dict[str, Any]:
        """The whole object that nobody wrote, of a key; not to be changed."""
        known = self._samples.get(key)
        if known is None:
            made = self._imagined(key)
            if len(self._samples) >= MAX_KNOWN:
                self._samples.clear()
            known = self._samples[key] = made
        return known

    def _imagined(self, key: str) -> dict[str, Any]:
        seed = self.collection.seed_of(key)
        if self._kind is not None:
            return dict(self._kind.imagine(key, seed))
        try:
            made = self._sampler.sample(self.schema, seed)
        except Unsatisfiable:
            return {}
        return made if isinstance(made, dict) else {}

    def _laid_over(self, value: dict[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
        whole = {**value, **told}
        if self.is_valid(whole):
            return whole
        for name, item in list(told.items())[:MAX_FIELDS]:
            changed = {**value, name: item}
            if self.is_valid(changed):
                value = changed
        return value

    def _others(self, entity: Entity) -> dict[str, Any]:
        """What was written beside the properties that some contract has."""
        if not entity.is_written:
            return {}
        known = self.collection.names
        return {name: item for name, item in entity.value.items() if fold(name) not in known}


def _secrets(
    properties: Mapping[str, Schema], definitions: Definitions, place: tuple[str, ...], depth: int
) -> Iterator[tuple[str, ...]]:
    """The places inside an object of what only callers write; lists do not count in them."""
    for name, schema in properties.items() if depth else ():
        if place and is_marked(schema, "writeOnly", definitions):
            yield (*place, name)
            continue
        _, body = naming(schema, definitions)
        if body.get("type") == "array":
            _, body = naming(body.get("items"), definitions)
        inner = properties_of(body, definitions)
        yield from _secrets(inner, definitions, (*place, name), depth - 1)


def _without(value: Any, place: tuple[str, ...]) -> Any:
    if isinstance(value, list):
        return [_without(item, place) for item in value]
    if not isinstance(value, dict) or place[0] not in value:
        return value
    if len(place) == 1:
        return {name: item for name, item in value.items() if name != place[0]}
    return {**value, place[0]: _without(value[place[0]], place[1:])}


def _is_same(a: Entity, b: Entity) -> bool:
    return a.is_written == b.is_written and a.value == b.value


def valid_only(value: Mapping[str, Any]) -> dict[str, Any]:
    """The members that JSON can hold: what was uploaded as a file is left out."""
    return {
        name: item
        for name, item in value.items()
        if not isinstance(item, bytes) and item is not msgspec.UNSET
    }
