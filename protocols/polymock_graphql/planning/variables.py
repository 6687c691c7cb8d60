"""Variables: the raw values coerced (GraphQL, section 6.1.2), the usual types in a few steps.

What the short cuts do not take, right or wrong, is left to graphql-core, which also words errors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    Undefined,
    VariableDefinitionNode,
    is_input_type,
    type_from_ast,
)
from graphql.execution import VariableValues, get_variable_values

from polymock_graphql.planning.errors import InvalidRequest
from polymock_schemas.calls import Violation

MAX_ERRORS = 50
_INTS = range(-(2**31), 2**31)
_PLACE = re.compile(r"Variable '?\"?\$(\w+)'?\"?(?:[^:]*? at '?\"?(?:value)?([^'\":]*))?")

Convert = Callable[[Any], Any]
"""A raw value coerced; Undefined where the short cut does not take it."""


class Variables:
    """The variables that one operation declares."""

    def __init__(self, schema: GraphQLSchema, nodes: Sequence[VariableDefinitionNode]) -> None:
        self._schema = schema
        self._nodes = tuple(nodes)
        self._converts: list[tuple[str, Convert]] = []
        self._optional: set[str] = set()
        for node in nodes:
            type_ = type_from_ast(schema, node.type)
            name = node.variable.name.value
            known = _convert(type_) if is_input_type(type_) else _unknown
            self._converts.append((name, known))
            if node.default_value is None and not isinstance(type_, GraphQLNonNull):
                self._optional.add(name)
        self.names = frozenset(name for name, _ in self._converts)

    def coerce(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The coerced values by name; those without a value are absent. Raises InvalidRequest."""
        coerced: dict[str, Any] = {}
        for name, convert in self._converts:
            raw = inputs.get(name, Undefined)
            if raw is Undefined:
                if name in self._optional:
                    continue
                return self.values(inputs).coerced
            value = convert(raw)
            if value is Undefined:
                return self.values(inputs).coerced
            coerced[name] = value
        return coerced

    def values(self, inputs: Mapping[str, Any]) -> VariableValues:
        """The coerced values and where they came from. Raises InvalidRequest."""
        found = get_variable_values(self._schema, self._nodes, dict(inputs), MAX_ERRORS)
        if isinstance(found, VariableValues):
            return found
        raise InvalidRequest(
            [error.formatted for error in found], [_violation(error) for error in found]
        )


def _violation(error: GraphQLError) -> Violation:
    """Where in the request's `variables` an error is: by the name and the path it tells."""
    found = _PLACE.match(error.message)
    if found is None:
        return Violation("body/variables", error.message)
    inner = re.findall(r"\w+", found[2] or "")
    return Violation("/".join(["body/variables", found[1], *inner]), error.message)


def _unknown(raw: Any) -> Any:
    return Undefined


def _convert(type_: GraphQLInputType) -> Convert:
    if isinstance(type_, GraphQLNonNull):
        inner = _convert(type_.of_type)
        return lambda raw: Undefined if raw is None else inner(raw)
    if isinstance(type_, GraphQLList):
        return _list(_convert(type_.of_type))
    if isinstance(type_, GraphQLEnumType):
        values = type_.values
        return lambda raw: (
            values[raw].value
            if isinstance(raw, str) and raw in values
            else None
            if raw is None
            else Undefined
        )
    return _SCALARS.get(type_.name, _unknown)


def _list(convert: Convert) -> Convert:
    def convert_list(raw: Any) -> Any:
        if raw is None:
            return None
        if not isinstance(raw, list):
            return Undefined
        items = [convert(item) for item in raw]
        return Undefined if any(item is Undefined for item in items) else items

    return convert_list


def _text(raw: Any) -> Any:
    return raw if isinstance(raw, str) or raw is None else Undefined


def _whole(raw: Any) -> Any:
    return raw if raw is None or (type(raw) is int and raw in _INTS) else Undefined


def _truth(raw: Any) -> Any:
    return raw if raw is None or isinstance(raw, bool) else Undefined


_SCALARS: dict[str, Convert] = {"ID": _text, "String": _text, "Int": _whole, "Boolean": _truth}
