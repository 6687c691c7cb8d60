"""Execution by graphql-core over the same source: slower, for what comes in increments."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    ExperimentalIncrementalExecutionResults,
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLError,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    execute_sync,
    experimental_execute_incrementally,
    get_named_type,
)

from polymock_graphql.model import Result
from polymock_graphql.planning.arguments import external
from polymock_graphql.planning.entities import Entity, Run
from polymock_graphql.planning.errors import violations_of
from polymock_graphql.planning.source import Source


class Reference:
    """One operation of one document, executed by graphql-core."""

    def __init__(
        self, source: Source, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self._source = source
        self._document = document
        self._name = operation.name.value if operation.name else None

    def run(self, root: Entity, run: Run) -> Result:
        """Answer at once; an operation in increments is refused. Raises TooLarge."""
        answered = execute_sync(
            self._source.schema,
            self._document,
            root_value=root,
            context_value=run,
            variable_values=dict(run.inputs),
            operation_name=self._name,
            field_resolver=self._resolve,
            type_resolver=_type_of,
        )
        run.spend(0)
        return result_of(answered.data, answered.errors or (), run)

    def increments(self, root: Entity, run: Run) -> Sequence[Mapping[str, Any]]:
        """The initial result and those after it, as they are sent; all are made before the first.

        One alone, without `hasNext`, where nothing is put off. Raises TooLarge.
        """
        # graphql-core hands increments over on an event loop, and this thread may have one running.
        with ThreadPoolExecutor(max_workers=1) as thread:
            sent = thread.submit(asyncio.run, self._deliver(root, run)).result()
        run.spend(0)
        return sent

    async def _deliver(self, root: Entity, run: Run) -> list[Mapping[str, Any]]:
        answered = experimental_execute_incrementally(
            self._source.schema,
            self._document,
            root_value=root,
            context_value=run,
            variable_values=dict(run.inputs),
            operation_name=self._name,
            field_resolver=self._resolve,
            type_resolver=_type_of,
        )
        if isinstance(answered, ExperimentalIncrementalExecutionResults):
            later = [result.formatted async for result in answered.subsequent_results]
            return [answered.initial_result.formatted, *later]
        assert isinstance(answered, ExecutionResult)
        return [answered.formatted]

    def _resolve(self, entity: Entity, info: GraphQLResolveInfo[Run], **arguments: Any) -> Any:
        run = info.context
        run.spend(1)
        field = info.parent_type.fields[info.field_name]
        resolve = self._source.field(info.parent_type.name, info.field_name)
        raw = resolve(entity, external(arguments, field), run)
        named = get_named_type(field.type)
        return _internal(raw, named) if isinstance(named, GraphQLEnumType) else raw


def result_of(data: dict[str, Any] | None, errors: Sequence[GraphQLError], run: Run) -> Result:
    """A result with its errors as they are sent."""
    if not errors:
        return Result(data, touched=run.touched, wrote=run.wrote)
    told = [error.formatted for error in errors]
    return Result(data, told, violations_of(errors), run.touched, run.wrote)


def _type_of(entity: Entity, info: GraphQLResolveInfo[Run], abstract: GraphQLAbstractType) -> str:
    return entity.type_name


def _internal(raw: Any, enum: GraphQLEnumType) -> Any:
    """Names of an enum as the values that graphql-core turns into names again."""
    if isinstance(raw, list):
        return [_internal(item, enum) for item in raw]
    return enum.values[raw].value if isinstance(raw, str) else raw
