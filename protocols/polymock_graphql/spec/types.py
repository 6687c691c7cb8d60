"""A schema's types as JSON Schema 2020-12, made when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLType,
    GraphQLUnionType,
    get_named_type,
    is_introspection_type,
    is_leaf_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

from polymock.jsonschema import REF_PREFIX, Definitions, Schema
from polymock_graphql.spec.hints import examples, hinted, list_length
from polymock_graphql.spec.scalars import scalar_of

NULL: Schema = {"type": "null"}


class SchemaTypes:
    """Implements `polymock_graphql.model.TypeSchemas`. Thread-safe: what is made twice is equal.

    `written` is the document as its author wrote it, which a subgraph of Apollo Federation answers
    for `_service { sdl }`.
    """

    def __init__(self, schema: GraphQLSchema, written: str = "") -> None:
        self._schema = schema
        self._leaves: dict[tuple[str, str], Schema] = {}
        if "_Service" in schema.type_map:
            self._leaves["_Service", "sdl"] = {"type": "string", "const": written}
        self.definitions: Definitions = TypeDefinitions(schema, self.leaf)

    def leaf(self, type_name: str, field_name: str) -> Schema:
        """The schema of a field's innermost scalar or enum type, with the hints of its directives.

        Always the same object for a field. Raises KeyError where there is no such field, or where
        it holds objects.
        """
        key = (type_name, field_name)
        leaf = self._leaves.get(key)
        if leaf is None:
            leaf = self._leaves.setdefault(key, self._leaf(self._field(type_name, field_name)))
        return leaf

    def list_length(self, type_name: str, field_name: str) -> tuple[int, int] | None:
        """The bounds that `@listLength` sets for a field; None where it has none."""
        return list_length([self._field(type_name, field_name).ast_node])

    def _field(self, type_name: str, field_name: str) -> GraphQLField | GraphQLInputField:
        parent = self._schema.type_map[type_name]
        if not isinstance(
            parent, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType
        ):
            raise KeyError(f"{type_name}.{field_name}")
        field: GraphQLField | GraphQLInputField = parent.fields[field_name]
        return field

    def _leaf(self, field: GraphQLField | GraphQLInputField) -> Schema:
        innermost = get_named_type(field.type)
        if not isinstance(innermost, GraphQLScalarType | GraphQLEnumType):
            raise KeyError(innermost.name)
        return hinted(self.definitions[innermost.name], [field.ast_node])


class TypeDefinitions(Mapping[str, Schema]):
    """Every type by its name, introspection's own left out. `leaf` is that of SchemaTypes."""

    def __init__(self, schema: GraphQLSchema, leaf: Callable[[str, str], Schema]) -> None:
        self._schema = schema
        self._leaf = leaf
        self._made: dict[str, Schema] = {}
        self._names = [
            name for name, named in schema.type_map.items() if not is_introspection_type(named)
        ]

    def __getitem__(self, name: str) -> Schema:
        made = self._made.get(name)
        if made is None:
            made = self._made.setdefault(name, self._definition(self._schema.type_map[name]))
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _definition(self, named: GraphQLNamedType) -> Schema:
        if isinstance(named, GraphQLScalarType):
            return hinted(scalar_of(named).schema, [named.ast_node, *named.extension_ast_nodes])
        if isinstance(named, GraphQLEnumType):
            return {"type": "string", "enum": list(named.values)}
        if isinstance(named, GraphQLInputObjectType):
            return self._input_object(named)
        if isinstance(named, GraphQLObjectType):
            return self._object(named)
        assert isinstance(named, GraphQLInterfaceType | GraphQLUnionType)
        possible = self._schema.get_possible_types(named)
        return {"anyOf": [_discriminated(each.name) for each in possible]} if possible else False

    def _object(self, named: GraphQLObjectType) -> Schema:
        fields = {
            name: field
            for name, field in named.fields.items()
            if not any(is_required_argument(argument) for argument in field.args.values())
        }
        body: dict[str, Any] = {
            "type": "object",
            "properties": {n: self._property(named, n, f.type) for n, f in fields.items()},
            # Objects may refer to one another without end; leaves are what every value has.
            "required": [
                name
                for name, field in fields.items()
                if is_non_null_type(field.type) and is_leaf_type(get_named_type(field.type))
            ],
        }
        shown = [v for v in examples([named.ast_node]) if isinstance(v, dict)]
        return {**body, "examples": shown} if shown else body

    def _input_object(self, named: GraphQLInputObjectType) -> Schema:
        fields = named.fields.items()
        body: dict[str, Any] = {
            "type": "object",
            "properties": {n: self._property(named, n, field.type) for n, field in fields},
            "required": [n for n, field in fields if is_required_input_field(field)],
            "additionalProperties": False,
        }
        if named.is_one_of:
            chosen = {n: self._property(named, n, f.type, nullable=False) for n, f in fields}
            body |= {"properties": chosen, "minProperties": 1, "maxProperties": 1}
        return body

    def _property(
        self,
        parent: GraphQLObjectType | GraphQLInputObjectType,
        name: str,
        wrapped: GraphQLType,
        *,
        nullable: bool = True,
    ) -> Schema:
        """The schema of a field's values: lists and nulls as its type admits them."""
        innermost = get_named_type(wrapped)
        schema: Schema = {"$ref": REF_PREFIX + innermost.name}
        if isinstance(innermost, GraphQLScalarType | GraphQLEnumType):
            leaf = self._leaf(parent.name, name)
            schema = leaf if leaf is not self[innermost.name] else schema
        length = list_length([parent.fields[name].ast_node])
        return _wrapped(schema, wrapped, length, nullable=nullable)


def _wrapped(
    schema: Schema,
    wrapped: GraphQLType,
    length: tuple[int, int] | None = None,
    *,
    nullable: bool = True,
) -> Schema:
    """A schema within the lists and non-nulls of a type; `length` is of the outermost list."""
    if isinstance(wrapped, GraphQLNonNull):
        return _wrapped(schema, wrapped.of_type, length, nullable=False)
    if isinstance(wrapped, GraphQLList):
        bounds = {"minItems": length[0], "maxItems": length[1]} if length else {}
        schema = {"type": "array", "items": _wrapped(schema, wrapped.of_type), **bounds}
    return {"anyOf": [schema, NULL]} if nullable else schema


def _discriminated(name: str) -> Schema:
    return {
        "$ref": REF_PREFIX + name,
        "properties": {"__typename": {"const": name}},
        "required": ["__typename"],
    }
