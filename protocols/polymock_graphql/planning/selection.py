"""Selection sets: fields collected and merged for one object type (GraphQL, section 6.3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
)
from graphql.language import ValueNode

Flags = Mapping[str, bool]
"""The variables that `@skip` and `@include` depend on."""
Fields = dict[str, list[FieldNode]]
"""The fields of each response key, in order."""


class Selections:
    """The selection sets of one operation and of the fragments around it."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def collect(
        self, type_: GraphQLObjectType, sets: Iterable[SelectionSetNode], flags: Flags | None
    ) -> Fields:
        """The fields to answer for an object of a type; without flags, all that there may be."""
        found: Fields = {}
        visited: set[str] = set()
        for selection_set in sets:
            self._collect(type_, selection_set, flags, found, visited)
        return found

    def _collect(
        self,
        type_: GraphQLObjectType,
        selection_set: SelectionSetNode,
        flags: Flags | None,
        found: Fields,
        visited: set[str],
    ) -> None:
        for node in selection_set.selections:
            if flags is not None and not _is_included(node, flags):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                found.setdefault(key, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if self._applies(node, type_):
                    self._collect(type_, node.selection_set, flags, found, visited)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in visited:
                visited.add(node.name.value)
                fragment = self._fragments.get(node.name.value)
                if fragment is not None and self._applies(fragment, type_):
                    self._collect(type_, fragment.selection_set, flags, found, visited)

    def _applies(
        self, node: InlineFragmentNode | FragmentDefinitionNode, type_: GraphQLObjectType
    ) -> bool:
        condition = node.type_condition
        if condition is None or condition.name.value == type_.name:
            return True
        named = self._schema.type_map.get(condition.name.value)
        return is_abstract_type(named) and self._schema.is_sub_type(named, type_)

    def directives(self, operation: OperationDefinitionNode) -> Iterator[tuple[str, ValueNode]]:
        """The directives of all selections that it reaches, each with the value of its `if`."""
        waiting: list[SelectionNode] = list(operation.selection_set.selections)
        visited: set[str] = set()
        while waiting:
            node = waiting.pop()
            for directive in node.directives or ():
                conditions = [a.value for a in directive.arguments or () if a.name.value == "if"]
                always = BooleanValueNode(value=True)
                yield directive.name.value, conditions[0] if conditions else always
            inner: Sequence[SelectionNode] = ()
            if isinstance(node, FragmentSpreadNode):
                fragment = self._fragments.get(node.name.value)
                if fragment is not None and node.name.value not in visited:
                    visited.add(node.name.value)
                    inner = fragment.selection_set.selections
            elif isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set:
                inner = node.selection_set.selections
            waiting.extend(inner)

    def conditions(self, operation: OperationDefinitionNode) -> tuple[str, ...]:
        """The names of the variables that `@skip` and `@include` depend on."""
        found = {
            value.name.value
            for name, value in self.directives(operation)
            if name in ("skip", "include") and isinstance(value, VariableNode)
        }
        return tuple(sorted(found))

    def is_incremental(self, operation: OperationDefinitionNode) -> bool:
        """Whether `@defer` or `@stream` stands anywhere in it and is not switched off."""
        return any(
            name in ("defer", "stream")
            and not (isinstance(value, BooleanValueNode) and not value.value)
            for name, value in self.directives(operation)
        )


def _is_included(node: SelectionNode, flags: Flags) -> bool:
    for directive in node.directives or ():
        name = directive.name.value
        if name in ("skip", "include"):
            value = next(iter(directive.arguments or ())).value
            truth = (
                flags[value.name.value]
                if isinstance(value, VariableNode)
                else isinstance(value, BooleanValueNode) and value.value
            )
            if truth == (name == "skip"):
                return False
    return True
