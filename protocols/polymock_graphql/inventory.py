"""The parts of a GraphQL schema: fields, arguments, and fields of input types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)

from polymock.interfaces import Part

MAX_PARTS = 100_000
_FEDERATION = frozenset({"_service", "_entities", "_sdl"})
"""Fields that a gateway asks for."""


def parts_of(schema: GraphQLSchema) -> Iterator[Part]:
    """The schema's parts, at most 100,000; introspection is none.

    The `place` of a field is its type's name, that of an argument `TYPE.FIELD`. The fields of root
    types are operations; they stand among the fields too, since their types lead on to others.
    """
    yield from islice(_parts(schema), MAX_PARTS)


def _parts(schema: GraphQLSchema) -> Iterator[Part]:
    roots = {root.name for root in schema_roots(schema)}
    taken: dict[str, GraphQLInputObjectType] = {}
    for name, kind in schema.type_map.items():
        if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) or name.startswith("__"):
            continue
        for field_name, field in kind.fields.items():
            if field_name not in _FEDERATION:
                yield from _field(name, field_name, field, is_root=name in roots)
                _note(taken, field.args.values())
    waiting = list(taken.values())
    while waiting:  # input types that only directives take are none of a client's
        given = waiting.pop(0)
        for field_name, inner in given.fields.items():
            required = is_required_input_field(inner)
            yield Part("", "input", given.name, field_name, str(inner.type), required)
        known = len(taken)
        _note(taken, given.fields.values())
        waiting.extend(list(taken.values())[known:])


def _note(
    taken: dict[str, GraphQLInputObjectType],
    given: Iterable[GraphQLArgument | GraphQLInputField],
) -> None:
    """Add the input types of what is given, if they are new."""
    for each in given:
        kind = get_named_type(each.type)
        if isinstance(kind, GraphQLInputObjectType):
            taken.setdefault(kind.name, kind)


def schema_roots(schema: GraphQLSchema) -> Iterator[GraphQLObjectType]:
    """The types of queries, mutations and subscriptions."""
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    yield from (root for root in roots if root is not None)


def _field(type_name: str, name: str, field: GraphQLField, *, is_root: bool) -> Iterator[Part]:
    place = f"{type_name}.{name}"
    operation = place if is_root else ""
    yield Part(operation, "field", type_name, name, str(field.type))
    for argument_name, argument in field.args.items():
        required = is_required_argument(argument)
        yield Part(operation, "argument", place, argument_name, str(argument.type), required)
