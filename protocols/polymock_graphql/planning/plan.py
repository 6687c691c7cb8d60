"""A plan: one operation, compiled once and run with many variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from itertools import count
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLNonNull,
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
)

from polymock.errors import TooLarge
from polymock.world.model import Domain
from polymock.world.writing import Writer
from polymock_graphql.model import Increments, OperationKind, Result
from polymock_graphql.planning.compiler import Answerer, Compiler
from polymock_graphql.planning.entities import Entity, Run
from polymock_graphql.planning.introspection import Introspection
from polymock_graphql.planning.reference import Reference, result_of
from polymock_graphql.planning.selection import Selections
from polymock_graphql.planning.source import Source
from polymock_graphql.planning.variables import Variables
from polymock_graphql.world.source import within

_MAX_STATES = 64
"""Combinations of `@skip` and `@include` that are kept compiled."""
_KINDS: dict[OperationType, OperationKind] = {
    OperationType.QUERY: "query",
    OperationType.MUTATION: "mutation",
    OperationType.SUBSCRIPTION: "subscription",
}


class OperationPlan:
    """Implements `polymock_graphql.model.Plan`. Closures are compiled when they are first met."""

    def __init__(
        self,
        source: Source,
        type_: GraphQLObjectType,
        document: DocumentNode,
        operation: OperationDefinitionNode,
    ) -> None:
        self._source = source
        self._type = type_
        self._document = document
        self._operation = operation
        self._selections = Selections(source.schema, document)
        self._variables = Variables(source.schema, operation.variable_definitions or ())
        self._introspection = Introspection(source, document, operation)
        self._reference = Reference(source, document, operation)
        self._conditions = self._selections.conditions(operation)
        self._answers: dict[tuple[bool, ...], Answerer] = {}
        self._limit = source.settings.limits.cost
        self._roots = [operation.selection_set]
        self._worldly: tuple[Domain | None, OperationPlan | None] = (None, None)
        self._root = source.root(type_)
        self.kind: OperationKind = _KINDS[operation.operation]
        self.incremental = self._selections.is_incremental(operation)
        fields = self._selections.collect(type_, self._roots, None)
        self._fields = {
            key: (type_.fields[nodes[0].name.value], nodes)
            for key, nodes in fields.items()
            if nodes[0].name.value in type_.fields
        }
        names = (node.name.value for nodes in fields.values() for node in nodes)
        self.operations = tuple(f"{type_.name}.{name}" for name in dict.fromkeys(names))

    def reseeded(self, seed: int) -> OperationPlan:
        """The same operation in the world of another seed."""
        source = self._source.reseeded(seed)
        return OperationPlan(source, self._type, self._document, self._operation)

    def _within(self, world: Writer | None) -> OperationPlan:
        """The same operation over a world; itself without one."""
        if world is None:
            return self
        domain, plan = self._worldly
        if domain is not world.domain or plan is None:
            plan = copy(self)
            plan._source = within(self._source, world.domain)
            plan._reference = Reference(plan._source, self._document, self._operation)
            plan._answers = {}
            self._worldly = (world.domain, plan)
        return plan

    def run(self, variables: Mapping[str, Any], world: Writer | None = None) -> Result:
        """Answer once, `@defer` and `@stream` ignored. Raises InvalidRequest, TooLarge."""
        return self._within(world)._run(self._root, variables, world)

    def fail(self, variables: Mapping[str, Any], message: str, code: str) -> Result:
        """Answer once, but for the first root field, which ends in an error: without data where it
        may not be null, or where there is none. Raises InvalidRequest, TooLarge."""
        answered = self.run(variables)
        if answered.data is None:
            key = next(iter(self._fields), None)
        else:
            key = next((key for key in answered.data if key in self._fields), None)
        extensions = {"code": code}
        if key is None:
            return Result(None, [GraphQLError(message, extensions=extensions).formatted])
        field, nodes = self._fields[key]
        error = GraphQLError(message, nodes, path=[key], extensions=extensions).formatted
        if answered.data is None or isinstance(field.type, GraphQLNonNull):
            return Result(None, [error])
        others = [other for other in answered.errors if other.get("path", [""])[0] != key]
        return Result({**answered.data, key: None}, [error, *others])

    def events(self, variables: Mapping[str, Any], world: Writer | None = None) -> Iterator[Result]:
        """A subscription's events, each of another root object; `subscriptions.count` of them.

        Raises InvalidRequest, TooLarge.
        """
        limit = self._source.settings.subscriptions.count
        plan = self._within(world)
        for event in range(1, limit + 1) if limit else count(1):
            yield plan._run(self._source.root(self._type, event), variables, world)

    def increments(self, variables: Mapping[str, Any], world: Writer | None = None) -> Increments:
        """The initial result of an incremental delivery, and those after it.

        In the form of the specification's proposal (`pending`, `incremental`, `completed`,
        `hasNext`), as graphql-core 3.3 has it. Raises InvalidRequest, TooLarge.
        """
        run = self._begin(variables, world)
        sent = self._within(world)._reference.increments(self._root, run)
        return Increments(sent, run.touched, run.wrote)

    def _run(self, root: Entity, variables: Mapping[str, Any], world: Writer | None) -> Result:
        run = self._begin(variables, world)
        state = tuple(run.variables.get(name) for name in self._conditions)
        if not all(flag is True or flag is False for flag in state):
            return self._reference.run(root, run)
        try:
            data = self._answer(state)(root, run, None)
        except GraphQLError as error:
            return result_of(None, [*run.errors, error], run)
        except RecursionError:
            raise TooLarge("The operation is nested deeper than the mock can answer.") from None
        return result_of(data, run.errors, run)

    def _begin(self, variables: Mapping[str, Any], world: Writer | None) -> Run:
        return Run(self._variables.coerce(variables), variables, self._limit, world)

    def _answer(self, state: tuple[Any, ...]) -> Answerer:
        found = self._answers.get(state)
        if found is None:
            if len(self._answers) >= _MAX_STATES:
                self._answers.clear()
            compiler = Compiler(
                self._source,
                self._selections,
                self._variables,
                self._introspection.step,
                dict(zip(self._conditions, state, strict=True)),
            )
            found = self._answers[state] = compiler.answer(self._type, self._roots)
        return found
