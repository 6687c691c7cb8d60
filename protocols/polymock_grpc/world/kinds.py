"""Entities of a contract: the message types whose messages have a key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from protobuf import (
    DescField,
    DescFieldValueScalar,
    DescMessage,
    Registry,
    ScalarType,
)

from polymock.errors import Unsatisfiable
from polymock.jsonschema import REF_PREFIX, Schema
from polymock.world.adapting import Adapter
from polymock.world.entities import MISSING, EntityKind
from polymock.world.names import collection_name, fold
from polymock_grpc.answering.bases import Bases
from polymock_grpc.answering.identity import variant_of
from polymock_grpc.answering.samples import Samples
from polymock_grpc.fields import is_legacy_required, message_in
from polymock_grpc.model import Method
from polymock_grpc.spec.bundled import PREFIXES
from polymock_grpc.spec.rules import narrow
from polymock_grpc.spec.scalars import BOUNDS, scalar_schema
from polymock_grpc.spec.types import INPUT_ONLY, REQUIRED, Types, snake_case
from polymock_grpc.world.documents import Documents
from polymock_grpc.world.referring import references_of
from polymock_grpc.world.resource_names import NamePattern, pattern_in_rules, read_pattern
from polymock_grpc.world.schemas import MessageSchemas, field_schema

_OF_CALLS = ("Request", "Response", "Reply")
_PROPERTY = "id"
"""What entities call the last segment of their resource name."""
_NOT_EMPTY = {"repeated": "minItems", "map": "minPairs"}
_TEXTS = ("minLen", "len", "minBytes")


class Kind:
    """A message type whose messages are entities.

    `key` is the field that holds the key. With a `pattern` that is a resource name: the entity's
    key is the last segment, and `id` the property that holds it; what stands before are `parents`,
    by their properties. A key with a slash in it is a whole name.
    """

    def __init__(self, name: str, message: DescMessage, key: DescField, template: str) -> None:
        self.name = name
        self.type = message
        self.key = key
        self.pattern: NamePattern | None = read_pattern(template)
        taken = {field.json_name for field in message.fields if field is not key}
        if self.pattern is not None and _PROPERTY in taken:
            self.pattern = None
        self.property = key.json_name if self.pattern is None else _PROPERTY
        self.taken = taken
        self.parents: tuple[str, ...] = ()
        """The properties of what stands before the last segment: of the one parent that has a kind
        (`parent`), or of each variable."""
        self.parent: Kind | None = None
        self.fields: Mapping[str, DescField] = {}
        """Those of its properties, by their folded names."""
        self.named: Mapping[str, Kind] = {}
        """The kinds whose names the fields hold, by the fields' folded names."""
        self.resource_type = ""

    def __repr__(self) -> str:
        return f"Kind({self.name})"


class Kinds:
    """All kinds of a contract, by the full names of their types."""

    def __init__(
        self,
        registry: Registry,
        types: Types,
        methods: Sequence[Method],
        bases: Bases,
        samples: Samples,
    ) -> None:
        self._types = types
        self._bases = bases
        self._samples = samples
        self._registry = registry
        self._documents = Documents(registry)
        self._schemas = MessageSchemas(registry, self.is_required)
        self._templates = _templates(methods)
        self.by_type: dict[str, Kind] = {}
        found = list(self._types_of(registry, methods))
        names = [message.name for message, _, _ in found]
        for message, key, template in found:
            name = message.name if names.count(message.name) == 1 else message.type_name
            self.by_type[message.type_name] = Kind(name, message, key, template)
        self.by_name = {kind.name: kind for kind in self.by_type.values()}
        self._by_shape = {
            kind.pattern.shape: kind
            for kind in reversed(self.by_type.values())
            if kind.pattern is not None
        }
        self._by_resource = {
            types.resource_type(kind.type): kind for kind in reversed(self.by_type.values())
        }
        for kind in self.by_type.values():
            self._describe(kind)

    def of(self, message: DescMessage) -> Kind | None:
        """The kind of a message type."""
        return self.by_type.get(message.type_name)

    def named_by(self, field: DescField) -> Kind | None:
        """The kind whose resource names a field holds, as google.api.resource_reference says."""
        told = self._types.reference(field)
        return self._by_resource.get(told) if told else None

    @cached_property
    def entities(self) -> tuple[EntityKind, ...]:
        """What the world is told of them."""
        return tuple(self._entity(kind) for kind in self.by_type.values())

    def _types_of(
        self, registry: Registry, methods: Sequence[Method]
    ) -> Iterator[tuple[DescMessage, DescField, str]]:
        asked = {method.descriptor.input.type_name for method in methods}
        answered = {method.descriptor.output.type_name for method in methods}
        messages = [part for part in registry if isinstance(part, DescMessage)]
        held = {
            inner.type_name
            for message in messages
            if not (message.type_name in asked and message.type_name not in answered)
            for field in message.fields
            if (inner := message_in(field)) is not None
        }
        for message in messages:
            options = message.proto.options
            name = message.type_name
            if (
                (options is not None and options.map_entry)
                or message.file.name.startswith(PREFIXES)
                or message.name.endswith(_OF_CALLS)
                or (name in asked and name not in answered and name not in held)
                or (len(message.fields) < 2 and not self._types.is_resource(message))
            ):
                continue
            found = self._types.key(message)
            told = self._templates.get(message.type_name)
            if found is not None:
                yield message, found.field, found.template or told or ""
                continue
            field = next((f for f in message.fields if f.name == "name" and _is_text(f)), None)
            if told is not None and field is not None:
                yield message, field, told

    def _describe(self, kind: Kind) -> None:
        """Tell a kind of its parents, and of the fields that are its properties."""
        kind.resource_type = self._types.resource_type(kind.type)
        own = kind.key if kind.pattern is not None else None
        kind.fields = {
            fold(field.json_name): field
            for field in kind.type.fields
            if field is not own and INPUT_ONLY not in self._types.behaviors(field)
        }
        named = ((folded, self.named_by(field)) for folded, field in kind.fields.items())
        kind.named = {
            folded: target
            for folded, target in named
            if target is not None
            and target.pattern is not None
            and self._types.template(kind.fields[folded]) == target.pattern.template
        }
        if kind.pattern is None:
            return
        kind.parent = self._by_shape.get(kind.pattern.parent_shape)
        variables = kind.pattern.variables[:-1]
        if kind.parent is not None:
            variables = variables[-1:]
        kind.parents = tuple(_free(variable, kind.taken) for variable in variables)

    def _entity(self, kind: Kind) -> EntityKind:
        schemas: dict[str, Schema] = {}
        if kind.pattern is not None:
            schemas = {name: {"type": "string"} for name in (kind.property, *kind.parents)}
        for field in kind.fields.values():
            schemas[field.json_name] = field_schema(field)
        required = [f.json_name for f in kind.fields.values() if self.is_required(f)]
        return EntityKind(
            name=kind.name,
            collection=collection_name(kind.type.name),
            schema={"type": "object", "properties": schemas, "required": required},
            definitions=self._schemas,
            key=kind.property,
            properties=tuple(schemas),
            imagine=lambda key, seed: self.imagine(kind, key, seed),
            typed_key=self._typing(kind),
            references=tuple(references_of(kind, self)),
            key_at=None if kind.pattern is None else kind.pattern.key_at,
            index_of=None if kind.pattern is None else kind.pattern.index_of,
            why=f"message with the key `{kind.key.name}`",
            fill=self.fill,
        )

    def imagine(self, kind: Kind, key: str, seed: int) -> dict[str, Any]:
        """The document of an entity that nobody wrote: of its key's variant, as samples are.

        Of the key "" it is that of a key which the seed tells.
        """
        if not key:
            try:
                return {kind.property: self._samples.key_of(kind.type, f"{seed}")}
            except Unsatisfiable:
                return {}
        message = self._bases.message(kind.type, variant_of(key), named=True)
        told = self._documents.whole(message)
        if kind.pattern is not None:
            told.pop(kind.key.json_name, None)
            told[kind.property] = key
            words_of = kind.pattern.variables[-1 - len(kind.parents) : -1]
            for name, variable in zip(kind.parents, words_of, strict=True):
                told[name] = f"{variable.removesuffix('_id').replace('_', '-')}-1"
        return told

    def fill(self, schema: Schema, seed: int) -> Any:
        """The document of a message inside an entity: of the variant that a seed tells."""
        ref = schema.get("$ref") if isinstance(schema, dict) else None
        message = self._registry.message(str(ref).removeprefix(REF_PREFIX))
        if message is None:
            return MISSING
        made = self._bases.message(message, variant_of(str(seed)), named=True)
        return self._documents.whole(made)

    def is_required(self, field: DescField) -> bool:
        """Whether a message without it breaks the contract."""
        if is_legacy_required(field) or REQUIRED in self._types.behaviors(field):
            return True
        rules = self._types.rules(field)
        if not rules or "IGNORE" in str(rules.get("ignore", "")):
            return bool(rules.get("required"))
        if rules.get("required"):
            return True
        return any(
            bool(rules.get(form, {}).get(bound)) for form, bound in _NOT_EMPTY.items()
        ) or any(bool(rules.get("string", {}).get(bound)) for bound in _TEXTS)

    def _typing(self, kind: Kind) -> Any:
        value = kind.key.value
        assert isinstance(value, DescFieldValueScalar)
        if kind.pattern is not None:
            return str
        rules = self._types.rules(kind.key)
        adapter = Adapter(narrow(scalar_schema(value.scalar), rules), {}) if rules else None
        bounds = BOUNDS.get(value.scalar)

        def typed(text: str) -> Any:
            made: Any = text
            if bounds is not None:
                made = _integer(text, *bounds)
            if adapter is not None and made is not MISSING and not adapter.is_valid(made):
                return MISSING
            return made

        return typed


def _templates(methods: Sequence[Method]) -> dict[str, str]:
    """The patterns of the names that methods take alone, by the type that they answer with: "" for
    a name of no pattern."""
    found: dict[str, str] = {}
    for method in methods:
        names = [field.name for field in method.descriptor.input.fields]
        if "name" in names and method.descriptor.name.startswith("Get"):
            noun = snake_case(method.descriptor.name.removeprefix("Get"))
            output = method.descriptor.output
            if noun in ("", snake_case(output.name)):
                found.setdefault(output.type_name, pattern_in_rules(method, "name"))
    return found


def _free(variable: str, taken: set[str]) -> str:
    """The property of a variable: `shelfId`, or what is free."""
    head, *rest = variable.removesuffix("_id").split("_")
    camel = head + "".join(part.capitalize() for part in rest)
    return next(
        name for name in (f"{camel}Id", f"{camel}Key", f"{camel}ResourceId") if name not in taken
    )


def _is_text(field: DescField) -> bool:
    value = field.value
    return isinstance(value, DescFieldValueScalar) and value.scalar is ScalarType.STRING


def _integer(text: str, low: int, high: int) -> Any:
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > len(str(high)):
        return MISSING
    return int(text) if low <= int(text) <= high and str(int(text)) == text else MISSING
