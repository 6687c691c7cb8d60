"""A root field as whoever asks for it has to know it: a query, and its variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from polymock.jsonschema import REF_PREFIX
from polymock_schemas.mocks import BodyForm, OperationForm, ParameterForm, ReplyForm

MAX_DEPTH = 2
"""Objects in one another, of what the query asks for."""
MAX_FIELDS = 20


def describe(schema: GraphQLSchema, name: str) -> OperationForm:
    """A query of the root field of this name (`Query.pet`) as the body of a POST."""
    kind, root, field_name = _root(schema, name)
    field = root.fields[field_name]
    query = _query(kind, field_name, field)
    variables = {
        argument: {"$ref": REF_PREFIX + get_named_type(value.type).name}
        for argument, value in field.args.items()
    }
    needed = [each for each, argument in field.args.items() if is_required_argument(argument)]
    body: dict[str, Any] = {
        "type": "object",
        "properties": {
            "query": {"type": "string", "examples": [query]},
            "variables": {"type": "object", "properties": variables, "required": needed},
        },
        "required": ["query", "variables"] if needed else ["query"],
    }
    parameters = tuple(
        ParameterForm(
            argument,
            "variable",
            is_required_argument(value),
            variables[argument],
            f"{value.type}" + (f": {value.description}" if value.description else ""),
        )
        for argument, value in field.args.items()
    )
    answer = {
        "type": "object",
        "properties": {"data": {"type": "object"}, "errors": {"type": "array"}},
    }
    return OperationForm(
        method="POST",
        path="/",
        parameters=parameters,
        bodies=(BodyForm("application/json", True, body),),
        replies=(ReplyForm("200", "application/json", answer, f"{field_name}: {field.type}"),),
        notes=(
            *_signature(field_name, field),
            "Other fields can be asked for; the header `Prefer: code=NOT_FOUND` asks for an error",
        ),
    )


def _root(schema: GraphQLSchema, name: str) -> tuple[str, GraphQLObjectType, str]:
    type_name, _, field = name.partition(".")
    roots = {
        "query": schema.query_type,
        "mutation": schema.mutation_type,
        "subscription": schema.subscription_type,
    }
    for kind, root in roots.items():
        if root is not None and root.name == type_name:
            return kind, root, field
    raise KeyError(name)


def _query(kind: str, name: str, field: GraphQLField) -> str:
    declared = ", ".join(f"${each}: {argument.type}" for each, argument in field.args.items())
    given = ", ".join(f"{each}: ${each}" for each in field.args)
    head = f"{kind}({declared})" if declared else kind
    call = f"{name}({given})" if given else name
    return f"{head} {{ {call}{_selection(field.type, 0)} }}"


def _selection(wrapped: GraphQLType, depth: int) -> str:
    """What is asked of a type; "" of one that holds no fields."""
    named = get_named_type(wrapped)
    if isinstance(named, GraphQLUnionType):
        return " { __typename }"
    if not isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
        return ""
    chosen: list[str] = []
    for name, field in named.fields.items():
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(get_named_type(field.type)):
            chosen.append(name)
        elif depth + 1 < MAX_DEPTH:
            chosen.append(f"{name}{_selection(field.type, depth + 1)}")
    return f" {{ {' '.join(chosen[:MAX_FIELDS]) or '__typename'} }}"


def _signature(name: str, field: GraphQLField) -> Iterator[str]:
    arguments = ", ".join(f"{each}: {argument.type}" for each, argument in field.args.items())
    yield f"{name}({arguments}): {field.type}" if arguments else f"{name}: {field.type}"
