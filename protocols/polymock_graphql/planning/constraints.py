"""`@constraint` on arguments and input fields: checked on what callers send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    get_named_type,
)

from polymock.jsonschema import REF_PREFIX, Schema, Validator
from polymock_graphql.model import GraphqlDocument
from polymock_graphql.planning.entities import Arguments, Entity, Resolve, Run
from polymock_graphql.planning.errors import broken_constraints
from polymock_graphql.spec.directives import applied
from polymock_graphql.spec.hints import constraint

_NAME = "constraint"
_BOUNDS = ("minItems", "maxItems")


class Constraints:
    """The constraints of one schema's arguments, found for a field when it is first asked for."""

    def __init__(self, document: GraphqlDocument) -> None:
        self._types = document.schema.type_map
        self._schemas = document.schemas
        self._is_used = document.schema.get_directive(_NAME) is not None

    def checked(self, field: GraphQLField, resolve: Resolve) -> Resolve:
        """What resolves a field, after its arguments were checked; itself without constraints."""
        if not self._is_used or not field.args:
            return resolve
        found = ((name, self._rule(argument)) for name, argument in field.args.items())
        checks = [(name, Validator(rule, self._objects, "request")) for name, rule in found if rule]
        if not checks:
            return resolve

        def resolve_checked(entity: Entity, arguments: Arguments, run: Run) -> Any:
            broken = [
                violation
                for name, check in checks
                if arguments.get(name) is not None
                for violation in check.violations(arguments[name], name)
            ]
            if broken:
                raise broken_constraints(broken)
            return resolve(entity, arguments, run)

        return resolve_checked

    @cached_property
    def _objects(self) -> Mapping[str, Schema]:
        """The rules of the input objects that have any, inside or further in."""
        rules: dict[str, dict[str, Any]] = {}
        holders: dict[str, list[tuple[str, str]]] = {}
        for name, field, place in self._input_fields():
            rule = _wrapped(field.type, self._leaf_rule(field), _bounds(field))
            if rule:
                rules.setdefault(name, {})[place] = rule
            holders.setdefault(get_named_type(field.type).name, []).append((name, place))
        waiting = list(rules)
        while waiting:
            inner = waiting.pop()
            for name, place in holders.get(inner, ()):
                if name not in rules:
                    rules[name] = {}
                    waiting.append(name)
                field = self._input(name).fields[place]
                rules[name][place] = _wrapped(field.type, _referred(inner), _bounds(field))
        return {name: {"properties": fields} for name, fields in rules.items()}

    def _input_fields(self) -> Iterator[tuple[str, GraphQLInputField, str]]:
        for type_ in self._types.values():
            if isinstance(type_, GraphQLInputObjectType):
                for place, field in type_.fields.items():
                    yield type_.name, field, place

    def _input(self, name: str) -> GraphQLInputObjectType:
        type_ = self._types[name]
        assert isinstance(type_, GraphQLInputObjectType)
        return type_

    def _rule(self, argument: GraphQLArgument) -> dict[str, Any]:
        """What values of an argument must be like; empty where nothing is said of them."""
        named = get_named_type(argument.type)
        inner = self._leaf_rule(argument)
        if named.name in self._objects:
            inner = _referred(named.name)
        return _wrapped(argument.type, inner, _bounds(argument))

    def _leaf_rule(self, place: GraphQLArgument | GraphQLInputField) -> dict[str, Any]:
        named = get_named_type(place.type)
        if not isinstance(named, GraphQLScalarType | GraphQLEnumType):
            return {}
        rule: dict[str, Any] = {}
        schema = self._schemas.definitions[named.name]
        for said in applied([named.ast_node, *named.extension_ast_nodes, place.ast_node], _NAME):
            rule |= constraint(said, schema)
        return rule


def _wrapped(
    type_: GraphQLInputType, inner: dict[str, Any], bounds: dict[str, int]
) -> dict[str, Any]:
    """The rule of the innermost type within the lists of a type; `bounds` of the outermost."""
    if isinstance(type_, GraphQLNonNull):
        return _wrapped(type_.of_type, inner, bounds)
    if not isinstance(type_, GraphQLList):
        return inner
    items = _wrapped(type_.of_type, inner, {})
    return {**bounds, "items": items} if items else dict(bounds)


def _bounds(place: GraphQLArgument | GraphQLInputField) -> dict[str, int]:
    """How long a list must be, and may be."""
    return {
        keyword: said[keyword]
        for said in applied([place.ast_node], _NAME)
        for keyword in _BOUNDS
        if type(said.get(keyword)) is int and said[keyword] >= 0
    }


def _referred(name: str) -> dict[str, Any]:
    return {"$ref": REF_PREFIX + name}
