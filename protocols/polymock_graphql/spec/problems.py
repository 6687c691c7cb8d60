"""What is odd about a document that is served all the same, for those who check it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    Node,
    get_named_type,
    get_nullable_type,
    is_introspection_type,
    is_specified_scalar_type,
)

from polymock.jsonschema import Schema, Validator
from polymock.samples import Sampler
from polymock_graphql.model import GraphqlDocument
from polymock_graphql.spec.directives import applied
from polymock_graphql.spec.fakes import FAKES
from polymock_graphql.spec.faults import distinct, fault_at
from polymock_graphql.spec.hints import LENGTHS, MAX_LENGTH, examples
from polymock_graphql.spec.scalar_table import UNKNOWN
from polymock_graphql.spec.scalars import scalar_of
from polymock_schemas.commands import Fault

OWN = ("_Any", "examples__JSON")
"""Scalars of ours and of Federation, which hold any JSON on purpose."""


def problems(document: GraphqlDocument) -> tuple[Fault, ...]:
    """What loading found, and what its directives and types leave to be desired; warnings all."""
    return distinct([*document.faults, *_found(document)])


def _found(document: GraphqlDocument) -> Iterator[Fault]:
    sampler = Sampler(document.schemas.definitions)
    for named in document.schema.type_map.values():
        if is_introspection_type(named) or is_specified_scalar_type(named):
            continue
        yield from _type_problems(document.schema, named)
        if isinstance(named, GraphQLScalarType):
            schema = document.schemas.definitions[named.name]
            yield from _value_problems(named.name, scalar_of(named).schema, [named.ast_node])
            yield from _unsampled(named.name, schema, named.ast_node, sampler)
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for name, field in named.fields.items():
                yield from _field_problems(document, named.name, name, field, sampler)


def _type_problems(schema: GraphQLSchema, named: GraphQLNamedType) -> Iterator[Fault]:
    if isinstance(named, GraphQLScalarType):
        if (
            scalar_of(named) is UNKNOWN
            and not named.specified_by_url
            and named.name not in OWN
            and "__" not in named.name
            and not any(True for _ in applied([named.ast_node], "fake"))
        ):
            message = f"the scalar `{named.name}` is not known; it takes any JSON, and is text"
            hint = "say what it is with `@specifiedBy(url:)` or `@fake(type:)`"
            yield fault_at(named.ast_node, message, hint=hint)
    elif isinstance(
        named, GraphQLInterfaceType | GraphQLUnionType
    ) and not schema.get_possible_types(named):
        message = f"no object type is a `{named.name}`; its fields can only be null"
        yield fault_at(named.ast_node, message)


def _field_problems(
    document: GraphqlDocument,
    parent: str,
    name: str,
    field: GraphQLField | GraphQLInputField,
    sampler: Sampler,
) -> Iterator[Fault]:
    node = field.ast_node
    if node is None or not node.directives:
        return
    shown = f"{parent}.{name}"
    yield from _length_problems(shown, field)
    innermost = get_named_type(field.type)
    if isinstance(innermost, GraphQLScalarType | GraphQLEnumType):
        plain = document.schemas.definitions[innermost.name]
        yield from _value_problems(shown, plain, [node])
        leaf = document.schemas.leaf(parent, name)
        if leaf is not plain:
            yield from _unsampled(shown, leaf, node, sampler)


def _length_problems(shown: str, field: GraphQLField | GraphQLInputField) -> Iterator[Fault]:
    for directive in LENGTHS:
        for arguments in applied([field.ast_node], directive):
            low, high = arguments.get("min"), arguments.get("max")
            if not isinstance(get_nullable_type(field.type), GraphQLList):
                message = f"`@{directive}` at `{shown}`, which is no list, says nothing"
                yield fault_at(field.ast_node, message)
            elif not (isinstance(low, int) and isinstance(high, int)):
                message = f"`@{directive}` at `{shown}` needs `min` and `max`"
                yield fault_at(field.ast_node, message)
            elif not 0 <= low <= high <= MAX_LENGTH:
                message = f"`@{directive}(min: {low}, max: {high})` at `{shown}` is out of order"
                hint = f"0 <= min <= max <= {MAX_LENGTH}"
                yield fault_at(field.ast_node, message, hint=hint)


def _value_problems(shown: str, schema: Schema, nodes: Sequence[Node | None]) -> Iterator[Fault]:
    for arguments in applied(nodes, "fake"):
        wanted = str(arguments.get("type"))
        if wanted not in FAKES:
            message = f"`@fake(type: {wanted[:100]})` at `{shown}` names no known type"
            yield fault_at(nodes[0], message, hint=f"known are {', '.join(sorted(FAKES))}")
    values = [value for value in examples(nodes) if value is not None]
    if values:
        check = Validator(schema, {})
        for value in values:
            if not check.is_valid(value):
                message = f"the example {str(value)[:100]!r} does not fit `{shown}`"
                yield fault_at(nodes[0], message)


def _unsampled(shown: str, schema: Schema, node: Node | None, sampler: Sampler) -> Iterator[Fault]:
    contradiction = sampler.diagnose(schema)
    if contradiction is not None:
        yield fault_at(node, f"no value can be made for `{shown}`: {contradiction.reason}")
        return
    for pattern in Validator(schema, {}).skipped_patterns:
        yield fault_at(node, f"`{pattern[:100]}` at `{shown}` is no pattern; it is not kept to")
