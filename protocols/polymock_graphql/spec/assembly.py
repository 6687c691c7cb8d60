"""Definitions of many files put together: every name is known, every extension has its type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    Visitor,
    introspection_types,
    specified_scalar_types,
    visit,
)

from polymock_graphql.spec.faults import MAX_FAULTS, fault_at
from polymock_schemas.commands import Fault

MAX_SUGGESTIONS = 10
"""Unknown names that are compared with the known ones."""
ROOTS = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}
"""Kinds of operations, with the usual names of their root types (GraphQL, section 3.3.1)."""


def defined_types(definitions: Iterable[DefinitionNode]) -> set[str]:
    """The names of all types that are defined, those of the language included."""
    own = {node.name.value for node in definitions if isinstance(node, TypeDefinitionNode)}
    return own | specified_scalar_types.keys()


def defined_directives(definitions: Iterable[DefinitionNode]) -> set[str]:
    """The names of all directives that are defined in the document."""
    return {node.name.value for node in definitions if isinstance(node, DirectiveDefinitionNode)}


def unknown_types(definitions: Sequence[DefinitionNode]) -> list[Fault]:
    """An error for each type that is named and not defined, where it is named first."""
    known = defined_types(definitions) | introspection_types.keys()
    finder = _NamedTypes()
    visit(DocumentNode(definitions=tuple(definitions)), finder)
    unknown = [(name, node) for name, node in finder.found.items() if name not in known]
    faults: list[Fault] = []
    for name, node in unknown[:MAX_FAULTS]:
        near = get_close_matches(name, known, 2) if len(faults) < MAX_SUGGESTIONS else []
        hint = f"did you mean {' or '.join(near)}?" if near else "define it, or include its file"
        faults.append(fault_at(node, f"Unknown type '{name}'.", "error", hint))
    return faults


class _NamedTypes(Visitor):
    """Finds the first place of each type that is named."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, NamedTypeNode] = {}

    def enter_named_type(self, node: NamedTypeNode, *_args: Any) -> None:
        self.found.setdefault(node.name.value, node)


def root_types(definitions: Sequence[DefinitionNode]) -> dict[str, str]:
    """The names of the root types by kind of operation, whether or not they are defined."""
    named: dict[str, str] = {}
    has_schema = False
    for node in definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            has_schema = has_schema or isinstance(node, SchemaDefinitionNode)
            for operation in node.operation_types or ():
                named[operation.operation.value] = operation.type.name.value
    if has_schema:
        return named
    present = defined_types(definitions)
    usual = {kind: name for kind, name in ROOTS.items() if name in present}
    return {**named, **usual}


def with_bases(
    definitions: Sequence[DefinitionNode], *, is_subgraph: bool
) -> tuple[list[DefinitionNode], list[Fault]]:
    """The definitions, with the first extension of a type that has none made its definition.

    That is how the parts of a federated or modular schema are written. Elsewhere it is a warning,
    unless it is a root type.
    """
    known = defined_types(definitions)
    kept: list[DefinitionNode] = []
    faults: list[Fault] = []
    for node in definitions:
        if isinstance(node, TypeExtensionNode) and node.name.value not in known:
            name = node.name.value
            known.add(name)
            kept.append(_as_definition(node))
            if not is_subgraph and name not in ROOTS.values():
                message = f"`{name}` is extended, but never defined; the extension defines it"
                faults.append(fault_at(node, message, hint="leave out `extend`"))
        else:
            kept.append(node)
    return kept, faults


def _as_definition(node: TypeExtensionNode) -> TypeDefinitionNode:
    name, directives, loc = node.name, node.directives, node.loc
    if isinstance(node, ObjectTypeExtensionNode):
        return ObjectTypeDefinitionNode(
            name=name,
            directives=directives,
            interfaces=node.interfaces,
            fields=node.fields,
            loc=loc,
        )
    if isinstance(node, InterfaceTypeExtensionNode):
        return InterfaceTypeDefinitionNode(
            name=name,
            directives=directives,
            interfaces=node.interfaces,
            fields=node.fields,
            loc=loc,
        )
    if isinstance(node, UnionTypeExtensionNode):
        return UnionTypeDefinitionNode(name=name, directives=directives, types=node.types, loc=loc)
    if isinstance(node, EnumTypeExtensionNode):
        return EnumTypeDefinitionNode(name=name, directives=directives, values=node.values, loc=loc)
    if isinstance(node, InputObjectTypeExtensionNode):
        return InputObjectTypeDefinitionNode(
            name=name, directives=directives, fields=node.fields, loc=loc
        )
    assert isinstance(node, ScalarTypeExtensionNode)
    return ScalarTypeDefinitionNode(name=name, directives=directives, loc=loc)
