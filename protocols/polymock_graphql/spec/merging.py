"""What is defined more than once, in one file or in several, taken together where it agrees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    NamedTypeNode,
    NameNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    print_ast,
)

from polymock_graphql.spec.faults import fault_at, place
from polymock_schemas.commands import Fault

MEMBERS = ("interfaces", "fields", "types", "values")
"""Where types and extensions have what they consist of."""


def merged(definitions: Iterable[DefinitionNode]) -> tuple[list[DefinitionNode], list[Fault]]:
    """The definitions, each name defined once, and a fault for each that was not.

    A type of the same kind that is defined again extends the first, as in the schemas of tools
    that put files together. A member that is repeated as it was is left out, and so is a
    directive. Those are warnings. Two kinds of types under one name, or two different schemas, are
    an error here; members of one name and two types are left for the validator to find.
    """
    kept: list[DefinitionNode] = []
    faults: list[Fault] = []
    first: dict[str, DefinitionNode] = {}
    members: dict[tuple[str, ...], Node] = {}
    for node in definitions:
        name = _identity(node)
        earlier = first.setdefault(name, node) if name else node
        if earlier is not node:
            faults.append(_repetition(node, earlier, name))
        new = (node,) if earlier is node else _as_extension(node)
        kept.extend(_with_new_members(each, members, faults) for each in new)
    return kept, faults


def _identity(node: DefinitionNode) -> str:
    if isinstance(node, SchemaDefinitionNode):
        return "schema"
    if isinstance(node, DirectiveDefinitionNode):
        return f"directive `@{node.name.value}`"
    return f"type `{node.name.value}`" if isinstance(node, TypeDefinitionNode) else ""


def _repetition(node: DefinitionNode, earlier: DefinitionNode, name: str) -> Fault:
    where = ":".join(part for part in place(earlier) if part) or "another place"
    message = f"the {name} is defined again; it is defined at {where} already"
    if node.kind != earlier.kind or (
        isinstance(node, SchemaDefinitionNode) and print_ast(node) != print_ast(earlier)
    ):
        return fault_at(node, message, "error", "keep one of the two")
    if isinstance(node, SchemaDefinitionNode | DirectiveDefinitionNode | ScalarTypeDefinitionNode):
        return fault_at(node, message, hint="the first counts; keep one of the two")
    hint = "the two are taken together; write `extend` before the second"
    return fault_at(node, message, hint=hint)


def _as_extension(node: DefinitionNode) -> Iterator[DefinitionNode]:
    """What a definition adds to an earlier one: nothing, unless it is of a type with members."""
    if not isinstance(node, TypeDefinitionNode):
        return
    name, directives, loc = node.name, node.directives, node.loc
    if isinstance(node, ObjectTypeDefinitionNode):
        yield ObjectTypeExtensionNode(
            name=name,
            directives=directives,
            interfaces=node.interfaces,
            fields=node.fields,
            loc=loc,
        )
    elif isinstance(node, InterfaceTypeDefinitionNode):
        yield InterfaceTypeExtensionNode(
            name=name,
            directives=directives,
            interfaces=node.interfaces,
            fields=node.fields,
            loc=loc,
        )
    elif isinstance(node, UnionTypeDefinitionNode):
        yield UnionTypeExtensionNode(name=name, directives=directives, types=node.types, loc=loc)
    elif isinstance(node, EnumTypeDefinitionNode):
        yield EnumTypeExtensionNode(name=name, directives=directives, values=node.values, loc=loc)
    elif isinstance(node, InputObjectTypeDefinitionNode):
        yield InputObjectTypeExtensionNode(
            name=name, directives=directives, fields=node.fields, loc=loc
        )


def _with_new_members(
    node: DefinitionNode, seen: dict[tuple[str, ...], Node], faults: list[Fault]
) -> DefinitionNode:
    """A definition or extension without what its type has already; `seen` learns the rest."""
    if not isinstance(node, TypeDefinitionNode | TypeExtensionNode):
        return node
    owner = node.name.value
    changes: dict[str, Any] = {}
    for kind in MEMBERS:
        found: Sequence[Node] = getattr(node, kind, None) or ()
        new = tuple(each for each in found if _is_new(each, owner, kind, seen, faults))
        if len(new) < len(found):
            changes[kind] = new
    return replace(node, **changes) if changes else node


def _is_new(
    member: Node, owner: str, kind: str, seen: dict[tuple[str, ...], Node], faults: list[Fault]
) -> bool:
    name = _name(member)
    earlier = seen.setdefault((owner, kind, name), member)
    if earlier is member or _signature(earlier) != _signature(member):
        return True
    if not isinstance(member, NamedTypeNode):
        where = ":".join(part for part in place(earlier) if part) or "another place"
        message = f"`{owner}.{name}` is defined again, as it was at {where}"
        faults.append(fault_at(member, message, hint="the first counts; keep one of the two"))
    return False


def _name(member: Node) -> str:
    name = getattr(member, "name", None)
    return name.value if isinstance(name, NameNode) else ""


def _signature(member: Node) -> tuple[str, ...]:
    """What a member has to have in common with another of its name to be the same."""
    if isinstance(member, FieldDefinitionNode):
        arguments = sorted(f"{a.name.value}: {print_ast(a.type)}" for a in member.arguments or ())
        return (print_ast(member.type), *arguments)
    if isinstance(member, InputValueDefinitionNode):
        return (print_ast(member.type),)
    return ()
