"""`__schema` and `__type`: answered by graphql-core, and remembered.

Validation has bounded how deep they nest.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
)

from polymock_graphql.planning.completion import Path, Step
from polymock_graphql.planning.entities import Entity, Run
from polymock_graphql.planning.source import Source

_MAX_REMEMBERED = 16


class Introspection:
    """The introspection fields of one operation (GraphQL, section 4)."""

    def __init__(
        self, source: Source, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self._source = source
        self._operation = operation
        self._fragments = tuple(
            node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        )

    def step(self, key: str, nodes: Sequence[FieldNode]) -> Step:
        """Answers the field of a response key."""
        operation = OperationDefinitionNode(
            operation=self._operation.operation,
            name=None,
            variable_definitions=self._operation.variable_definitions,
            directives=(),
            selection_set=SelectionSetNode(selections=tuple(nodes)),
        )
        document = DocumentNode(definitions=(operation, *self._fragments))
        remembered: dict[str, Any] = {}
        schema = self._source.schema

        def answer(entity: Entity, run: Run, path: Path) -> Any:
            asked = json.dumps(run.inputs, sort_keys=True, default=str) if run.inputs else ""
            if asked not in remembered:
                result = execute_sync(schema, document, variable_values=dict(run.inputs))
                if len(remembered) >= _MAX_REMEMBERED:
                    remembered.clear()
                remembered[asked] = (result.data or {}).get(key)
            return remembered[asked]

        return answer
