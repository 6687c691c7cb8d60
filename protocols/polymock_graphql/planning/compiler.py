"""Compiles the selection sets of an operation to closures, those of each object type when met."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
)

from polymock_graphql.planning.arguments import constant, reader
from polymock_graphql.planning.completion import (
    Complete,
    Path,
    Place,
    Step,
    completion,
    failing,
    step,
)
from polymock_graphql.planning.entities import Entity, Run
from polymock_graphql.planning.selection import Flags, Selections
from polymock_graphql.planning.source import Source
from polymock_graphql.planning.variables import Variables

Answerer = Callable[[Entity, Run, Path], dict[str, Any]]
"""Answers a selection set on an object. Raises GraphQLError where the object becomes null."""
Introspect = Callable[[str, Sequence[FieldNode]], Step]
"""Makes the step of an introspection field: (response key, nodes)."""


class Compiler:
    """Compiles for one state of the variables that `@skip` and `@include` depend on.

    A selection set is compiled once for each object type, wherever fragments bring it to: the
    number of closures is bounded by the document, not by what it unfolds to.
    """

    def __init__(
        self,
        source: Source,
        selections: Selections,
        variables: Variables,
        introspect: Introspect,
        flags: Flags,
    ) -> None:
        self._source = source
        self._selections = selections
        self._variables = variables
        self._introspect = introspect
        self._flags = flags
        self._answers: dict[tuple[str, tuple[int, ...]], Answerer] = {}

    def answer(self, type_: GraphQLObjectType, sets: Sequence[SelectionSetNode]) -> Answerer:
        """What answers some selection sets together on objects of a type."""
        key = (type_.name, tuple(dict.fromkeys(map(id, sets))))
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = self._compiled(type_, sets)
        return found

    def _compiled(self, type_: GraphQLObjectType, sets: Sequence[SelectionSetNode]) -> Answerer:
        fields = self._selections.collect(type_, sets, self._flags)
        steps = tuple((key, self._step(type_, key, nodes)) for key, nodes in fields.items())
        width = len(steps)

        def answer(entity: Entity, run: Run, path: Path) -> dict[str, Any]:
            run.left -= width
            if run.left < 0:
                run.spend(0)
            return {key: step(entity, run, path) for key, step in steps}

        return answer

    def _step(self, type_: GraphQLObjectType, key: str, nodes: Sequence[FieldNode]) -> Step:
        name = nodes[0].name.value
        if name == "__typename":
            return lambda entity, run, path: type_.name
        if name in ("__schema", "__type"):
            return self._introspect(key, nodes)
        field = type_.fields[name]
        required = isinstance(field.type, GraphQLNonNull)
        place = Place(f"{type_.name}.{name}", key, nodes)
        complete = completion(field.type, self._inner(get_named_type(field.type), nodes), place)
        try:
            arguments = constant(field, nodes[0])
        except GraphQLError as error:
            return failing(place, error, required=required)
        resolve = self._source.field(type_.name, name)
        if arguments is not None:
            return step(place, resolve, arguments, complete, required=required)
        read = reader(field, nodes[0], self._variables)
        return step(place, resolve, read, complete, required=required)

    def _inner(self, named: GraphQLNamedType, nodes: Sequence[FieldNode]) -> Complete | None:
        """Completes objects: by the type that each one is of."""
        if is_leaf_type(named):
            return None
        sets = [node.selection_set for node in nodes if node.selection_set]
        answers: dict[str, Answerer] = {}
        schema = self._source.schema

        def complete(entity: Any, run: Run, path: Path) -> Any:
            answer = answers.get(entity.type_name)
            if answer is None:
                type_ = schema.type_map[entity.type_name]
                assert isinstance(type_, GraphQLObjectType)
                answer = answers[entity.type_name] = self.answer(type_, sets)
            return answer(entity, run, path)

        return complete
