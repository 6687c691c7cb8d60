"""Apollo Federation: what a subgraph's document leaves to the library, supplied.

Federation 1 is known by its use of `@key`, version 2 by `@link` to its specification, whose imports
say by which names the document calls the directives (subgraph specification, "Subgraph schema
additions"; link specification v1.0, section "Name conventions").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from graphql import (
    DefinitionNode,
    DirectiveNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
)

from polymock_graphql.spec.assembly import defined_directives, defined_types, root_types
from polymock_graphql.spec.directives import applied, missing

SPECIFICATION = "specs.apollo.dev/federation/"
DIRECTIVES: Mapping[str, str] = {
    "key": "(fields: {FieldSet}!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE",
    "requires": "(fields: {FieldSet}!) on FIELD_DEFINITION",
    "provides": "(fields: {FieldSet}!) on FIELD_DEFINITION",
    "external": "(reason: String) on OBJECT | FIELD_DEFINITION",
    "extends": " on OBJECT | INTERFACE",
    "shareable": " repeatable on OBJECT | FIELD_DEFINITION",
    "override": "(from: String!, label: String) on FIELD_DEFINITION",
    "tag": "(name: String!) repeatable on FIELD_DEFINITION | INTERFACE | OBJECT | UNION"
    " | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
    " | SCHEMA",
    "inaccessible": " on FIELD_DEFINITION | INTERFACE | OBJECT | UNION | ARGUMENT_DEFINITION"
    " | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION",
    "composeDirective": "(name: String!) repeatable on SCHEMA",
    "interfaceObject": " on OBJECT",
    "authenticated": " on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM",
    "requiresScopes": "(scopes: [[{Scope}!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR"
    " | ENUM",
    "policy": "(policies: [[{Policy}!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR"
    " | ENUM",
    "context": "(name: String!) repeatable on INTERFACE | OBJECT | UNION",
    "fromContext": "(field: {ContextFieldValue}) on ARGUMENT_DEFINITION",
    "cost": "(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION"
    " | INPUT_FIELD_DEFINITION | OBJECT | SCALAR",
    "listSize": "(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],"
    " requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
    "cacheTag": "(format: String!) repeatable on OBJECT | FIELD_DEFINITION",
}
"""The directives of all versions up to 2.12, with the types of the specification in braces."""
TYPES = ("FieldSet", "Scope", "Policy", "ContextFieldValue")
FIRST = ("key", "requires", "provides", "external", "extends", "tag", "inaccessible")
"""The directives that version 1 knows, by these very names."""
LINK = """
    directive @link(
        url: String, as: String, for: link__Purpose, import: [link__Import]
    ) repeatable on SCHEMA
    scalar link__Import
    enum link__Purpose { SECURITY EXECUTION }
"""
ENTITIES = """
    scalar _Any
    union _Entity = {union}
    extend type {query} {{ _entities(representations: [_Any!]!): [_Entity]! }}
"""
SERVICE = """
    type _Service {{ sdl: String! }}
    extend type {query} {{ _service: _Service! }}
"""


class Federation(msgspec.Struct, frozen=True):
    """How a subgraph's document calls what is Federation's: local names by the specification's."""

    directives: Mapping[str, str]
    types: Mapping[str, str]


def find(
    definitions: Sequence[DefinitionNode], used: Mapping[str, DirectiveNode]
) -> Federation | None:
    """How the document uses Federation; None where it does not."""
    schemas = [n for n in definitions if isinstance(n, SchemaDefinitionNode | SchemaExtensionNode)]
    for link in applied(schemas, "link"):
        if SPECIFICATION in str(link.get("url")):
            return _linked(link)
    if "key" in used and used["key"].arguments:
        names = {name: name for name in (FIRST if "shareable" not in used else DIRECTIVES)}
        return Federation(names, {"FieldSet": "_FieldSet"})
    return None


def _linked(link: Mapping[str, Any]) -> Federation:
    imports: dict[str, str] = {}
    listed = link.get("import")
    for entry in listed if isinstance(listed, list) else [listed]:
        name = entry.get("name") if isinstance(entry, dict) else entry
        alias = entry.get("as", name) if isinstance(entry, dict) else entry
        if isinstance(name, str) and isinstance(alias, str):
            imports[name] = alias
    prefix = link.get("as") if isinstance(link.get("as"), str) else "federation"
    return Federation(
        {n: imports.get(f"@{n}", f"@{prefix}__{n}").lstrip("@") for n in DIRECTIVES},
        {name: imports.get(name, f"{prefix}__{name}") for name in TYPES},
    )


def additions(
    definitions: Sequence[DefinitionNode],
    federation: Federation,
    used: Mapping[str, DirectiveNode],
) -> Iterator[DefinitionNode]:
    """The definitions that the document lacks: directives, scalars, `_service`, `_entities`."""
    types = defined_types(definitions)
    query = root_types(definitions).get("query", "Query")
    fields = _fields(definitions, query)
    entities = _entities(definitions, federation)
    texts = [*_directives(federation, used)]
    if query not in types:
        texts.append(f"type {query}")
        if any(isinstance(node, SchemaDefinitionNode) for node in definitions):
            texts.append(f"extend schema {{ query: {query} }}")
    if entities and "_entities" not in fields:
        texts.append(ENTITIES.format(union=" | ".join(entities), query=query))
    if "_service" not in fields:
        texts.append(SERVICE.format(query=query))
    yield from missing("\n".join(texts), defined_directives(definitions), types)


def _directives(federation: Federation, used: Mapping[str, DirectiveNode]) -> Iterator[str]:
    """The definitions of the directives that the document uses, and of their types."""
    scalars: set[str] = set()
    for name, form in DIRECTIVES.items():
        local = federation.directives.get(name)
        if local in used:
            for scalar in TYPES:
                if f"{{{scalar}}}" in form:
                    own = federation.types.get(scalar, "String")
                    form = form.replace(f"{{{scalar}}}", own)
                    scalars.add(own)
            yield f"directive @{local}{form}"
    yield from (f"scalar {name}" for name in sorted(scalars))
    if "link" in used:
        yield LINK


def _fields(definitions: Sequence[DefinitionNode], name: str) -> set[str]:
    """The names of the fields of an object type, wherever they are added."""
    return {
        field.name.value
        for node in definitions
        if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode)
        and node.name.value == name
        for field in node.fields or ()
    }


def _entities(definitions: Sequence[DefinitionNode], federation: Federation) -> list[str]:
    """The names of the object types that the subgraph resolves by a key."""
    key = federation.directives["key"]
    return list(
        dict.fromkeys(
            node.name.value
            for node in definitions
            if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode)
            and any(use.get("resolvable") is not False for use in applied([node], key))
        )
    )
