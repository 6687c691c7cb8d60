"""A field's arguments: what can be known before a run is, the rest is read from the variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    ValueNode,
    VariableNode,
)
from graphql.execution import get_argument_values
from graphql.language import ListValueNode, ObjectValueNode

from polymock_graphql.planning.entities import Run
from polymock_graphql.planning.variables import Variables

Read = Callable[[Run], dict[str, Any]]
"""The coerced arguments of one run, in JSON's types. Raises GraphQLError."""


def constant(field: GraphQLField, node: FieldNode) -> dict[str, Any] | None:
    """The arguments where no variable takes part; None where one does.

    Raises GraphQLError where they are wrong.
    """
    if any(_varies(argument.value) for argument in node.arguments or ()):
        return None
    if not field.args:
        return {}
    return external(get_argument_values(field, node), field)


def reader(field: GraphQLField, node: FieldNode, variables: Variables) -> Read:
    """Reads the arguments of a field where variables take part (GraphQL, section 6.4.1)."""
    direct: list[tuple[str, str, bool]] = []
    others = {name for name, argument in field.args.items() if argument.default is not None}
    for argument in node.arguments or ():
        name, type_ = argument.name.value, field.args[argument.name.value].type
        if not isinstance(argument.value, VariableNode) or not _is_same(type_, frozenset()):
            break
        if name not in others:
            required = isinstance(type_, GraphQLNonNull)
            direct.append((name, argument.value.name.value, required))
    given = {argument.name.value for argument in node.arguments or ()}
    if {name for name, _, _ in direct} != given or others:
        return _general(field, node, variables)
    general = _general(field, node, variables)

    def read(run: Run) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, variable, required in direct:
            if variable in run.variables:
                value = found[name] = run.variables[variable]
                if value is not None or not required:
                    continue
            elif not required:
                continue
            return general(run)
        return found

    return read


def external(arguments: Mapping[str, Any], field: GraphQLField) -> dict[str, Any]:
    """Coerced arguments in JSON's types, by their names in the schema."""
    found: dict[str, Any] = {}
    for name, argument in field.args.items():
        inner = argument.out_name or name
        if inner in arguments:
            value = arguments[inner]
            same = _is_same(argument.type, frozenset())
            found[name] = value if same else _external(value, argument.type)
    return found


def _general(field: GraphQLField, node: FieldNode, variables: Variables) -> Read:
    def read(run: Run) -> dict[str, Any]:
        values = variables.values(run.inputs)
        return external(get_argument_values(field, node, values), field)

    return read


def _varies(node: ValueNode) -> bool:
    if isinstance(node, VariableNode):
        return True
    if isinstance(node, ListValueNode):
        return any(_varies(value) for value in node.values)
    return isinstance(node, ObjectValueNode) and any(_varies(f.value) for f in node.fields)


def _is_same(type_: GraphQLInputType, seen: frozenset[str]) -> bool:
    """Whether coerced values of a type are in JSON's types as they are."""
    while isinstance(type_, GraphQLNonNull | GraphQLList):
        type_ = type_.of_type
    if isinstance(type_, GraphQLEnumType):
        return all(value.value == name for name, value in type_.values.items())
    if not isinstance(type_, GraphQLInputObjectType) or type_.name in seen:
        return True
    inside = seen | {type_.name}
    return all(
        field.out_name in (None, name) and _is_same(field.type, inside)
        for name, field in type_.fields.items()
    )


def _external(value: Any, type_: GraphQLInputType) -> Any:
    if value is None:
        return None
    if isinstance(type_, GraphQLNonNull):
        return _external(value, type_.of_type)
    if isinstance(type_, GraphQLList):
        return [_external(item, type_.of_type) for item in value]
    if isinstance(type_, GraphQLEnumType):
        return next((name for name, v in type_.values.items() if v.value == value), None)
    if not isinstance(type_, GraphQLInputObjectType) or not isinstance(value, Mapping):
        return value
    return {
        name: _external(value[field.out_name or name], field.type)
        for name, field in type_.fields.items()
        if (field.out_name or name) in value
    }
