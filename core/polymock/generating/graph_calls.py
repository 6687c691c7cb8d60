"""Queries of a graph, written from what it tells of itself (GraphQL, section 4: introspection)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import httpx
import msgspec

MAX_FIELDS = 5
"""Scalars that are asked of one object."""
MAX_DEPTH = 3
"""Objects inside one another, in selections and in inputs."""
SCALARS: Mapping[str, Any] = {"Int": 1, "Float": 1.5, "Boolean": True, "ID": "1"}

_TYPE = "type{" + "kind name ofType{" * 6 + "kind name" + "}" * 7
INTROSPECTION = (
    "{__schema{queryType{name}types{kind name "
    f"fields{{name args{{name defaultValue {_TYPE}}}{_TYPE}}}"
    f"inputFields{{name defaultValue {_TYPE}}}enumValues{{name}}}}}}}}"
)


class TypeReference(msgspec.Struct, rename="camel", frozen=True):
    """A type, or what lists and non-nulls are made of."""

    kind: str
    name: str | None = None
    of_type: TypeReference | None = None

    @property
    def named(self) -> str:
        """The name of the type inside all lists and non-nulls."""
        return self.name or "" if self.of_type is None else self.of_type.named


class Input(msgspec.Struct, rename="camel", frozen=True):
    """An argument, or a field of an input."""

    name: str
    type: TypeReference
    default_value: str | None = None

    @property
    def is_required(self) -> bool:
        """Whether it may not be left out."""
        return self.type.kind == "NON_NULL" and self.default_value is None


class Field(msgspec.Struct, frozen=True):
    """A field of an object."""

    name: str
    type: TypeReference
    args: tuple[Input, ...] = ()


class EnumValue(msgspec.Struct, frozen=True):
    """A value of an enum."""

    name: str


class Definition(msgspec.Struct, rename="camel", frozen=True):
    """A type of the schema."""

    kind: str
    name: str
    fields: tuple[Field, ...] | None = None
    input_fields: tuple[Input, ...] | None = None
    enum_values: tuple[EnumValue, ...] | None = None


class Root(msgspec.Struct, frozen=True):
    """The type that has the queries."""

    name: str


class Schema(msgspec.Struct, rename="camel", frozen=True):
    """All types, and which of them has the queries."""

    query_type: Root
    types: tuple[Definition, ...]


class Data(msgspec.Struct, frozen=True):
    """What the introspection asked for."""

    schema: Schema = msgspec.field(name="__schema")


class Introspection(msgspec.Struct, frozen=True):
    """The whole answer."""

    data: Data


class Graph:
    """The types of a graph by name, and queries of them."""

    def __init__(self, schema: Schema | None) -> None:
        types = () if schema is None else schema.types
        self._types = {definition.name: definition for definition in types}
        self._root = "" if schema is None else schema.query_type.name

    def queries(self, fields: Sequence[str]) -> Iterator[str]:
        """A query of each field (`Query.pet`) that has one, those that need nothing first."""
        root = self._types.get(self._root)
        known = (
            {f"{self._root}.{field.name}": field for field in (root.fields or ())} if root else {}
        )
        asked = [known[name] for name in fields if name in known]
        for field in sorted(asked, key=lambda each: any(arg.is_required for arg in each.args)):
            selected = self._selected(field, 0)
            if selected is not None:
                yield f"{{ {selected} }}"

    def _selected(self, field: Field, depth: int) -> str | None:
        """A field with its arguments and what is asked of it; None where that goes too deep."""
        arguments = self._arguments(field.args, depth)
        inner = self._selection(field.type.named, depth)
        return None if arguments is None or inner is None else f"{field.name}{arguments}{inner}"

    def _selection(self, type_name: str, depth: int) -> str | None:
        definition = self._types.get(type_name)
        if definition is None or definition.kind in ("SCALAR", "ENUM"):
            return ""
        if depth >= MAX_DEPTH:
            return None
        open_fields = [
            field
            for field in definition.fields or ()
            if not any(argument.is_required for argument in field.args)
        ]
        leaves = [field.name for field in open_fields if self._is_leaf(field.type.named)]
        if leaves:
            return f" {{ {' '.join(leaves[:MAX_FIELDS])} }}"
        inner = (self._selected(field, depth + 1) for field in open_fields)
        found = next((each for each in inner if each is not None), "__typename")
        return f" {{ {found} }}"

    def _is_leaf(self, type_name: str) -> bool:
        definition = self._types.get(type_name)
        return definition is not None and definition.kind in ("SCALAR", "ENUM")

    def _arguments(self, inputs: Iterable[Input], depth: int) -> str | None:
        """The arguments that may not be left out, in brackets."""
        given = self._given(inputs, depth)
        if given is None:
            return None
        return f"({', '.join(given)})" if given else ""

    def _given(self, inputs: Iterable[Input], depth: int) -> list[str] | None:
        found = [(each.name, self._value(each.type, depth)) for each in inputs if each.is_required]
        if any(value is None for _, value in found):
            return None
        return [f"{name}: {value}" for name, value in found]

    def _value(self, reference: TypeReference, depth: int) -> str | None:
        """A value of a type as it stands in a query; None where there is none within the depth."""
        inner = reference.of_type
        if inner is not None:
            value = self._value(inner, depth)
            return f"[{value}]" if value is not None and reference.kind == "LIST" else value
        definition = self._types.get(reference.named)
        if definition is None or depth > MAX_DEPTH:
            return None
        if definition.enum_values:
            return definition.enum_values[0].name
        if definition.kind == "INPUT_OBJECT":
            given = self._given(definition.input_fields or (), depth + 1)
            return None if given is None else f"{{{', '.join(given)}}}"
        return json.dumps(SCALARS.get(definition.name, "example"))


def read_graph(client: httpx.Client, prefix: str) -> Graph:
    """What the graph at a prefix tells of itself; one without types where it does not."""
    reply = client.post(prefix or "/", json={"query": INTROSPECTION})
    try:
        return Graph(msgspec.json.decode(reply.content, type=Introspection).data.schema)
    except msgspec.DecodeError:  # it keeps its types to itself, by its settings
        return Graph(None)
