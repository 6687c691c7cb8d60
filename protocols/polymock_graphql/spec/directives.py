"""Directives that tell a mock what to answer, and their definitions.

`@fake`, `@examples`, `@listLength` and `@sample` are those of graphql-faker, `@constraint` is that
of graphql-constraint-directive. A document that uses one and does not define it is given the
definition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    Node,
    TypeDefinitionNode,
    Visitor,
    parse,
    value_from_ast_untyped,
    visit,
)

from polymock_graphql.spec.fakes import FAKES, LOCALES

SUPPLIED: Mapping[str, str] = {
    "fake": f"""
        "How to make up the value of a field or scalar."
        directive @fake(
            type: fake__Types!, options: fake__options = {{}}, locale: fake__Locale
        ) on FIELD_DEFINITION | SCALAR
        enum fake__Types {{ {" ".join(FAKES)} }}
        enum fake__Locale {{ {" ".join(LOCALES)} }}
        enum fake__imageCategory {{
            abstract animals business cats city food nightlife fashion people nature sports
            technics transport
        }}
        enum fake__loremSize {{ word words sentence sentences paragraph paragraphs }}
        input fake__imageSize {{ width: Int! height: Int! }}
        input fake__color {{ red255: Int = 0 green255: Int = 0 blue255: Int = 0 }}
        input fake__options {{
            useFullAddress: Boolean minMoney: Float maxMoney: Float decimalPlaces: Int
            imageSize: fake__imageSize imageCategory: fake__imageCategory imageKeywords: [String!]
            randomizeImageUrl: Boolean emailProvider: String passwordLength: Int
            loremSize: fake__loremSize dateFormat: String baseColor: fake__color
            minNumber: Float maxNumber: Float precisionNumber: Float
        }}
        """,
    "examples": """
        "Values to choose from."
        directive @examples(values: [examples__JSON]!) on FIELD_DEFINITION | SCALAR | OBJECT
        scalar examples__JSON
        """,
    "listLength": """
        "How many items a list has."
        directive @listLength(min: Int!, max: Int!) on FIELD_DEFINITION
        """,
    "sample": """
        "How many items a list has."
        directive @sample(min: Int!, max: Int!) on FIELD_DEFINITION
        """,
    "constraint": """
        "What a value must be like."
        directive @constraint(
            minLength: Int, maxLength: Int, startsWith: String, endsWith: String, contains: String,
            notContains: String, pattern: String, format: String, differsFrom: String,
            min: Float, max: Float, exclusiveMin: Float, exclusiveMax: Float, multipleOf: Float,
            notEqual: Float, minItems: Int, maxItems: Int, uniqueTypeName: String
        ) repeatable on INPUT_FIELD_DEFINITION | FIELD_DEFINITION | ARGUMENT_DEFINITION | SCALAR
        """,
}
"""SDL by the name of the directive that it is for."""


def used(definitions: Iterable[DefinitionNode]) -> dict[str, DirectiveNode]:
    """The directives that stand anywhere in the definitions, by name, with the first place."""
    finder = _Finder()
    visit(DocumentNode(definitions=tuple(definitions)), finder)
    return finder.found


class _Finder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, DirectiveNode] = {}

    def enter_directive(self, node: DirectiveNode, *_args: Any) -> None:
        self.found.setdefault(node.name.value, node)


def supplied(
    found: Mapping[str, DirectiveNode], directives: set[str], types: set[str]
) -> Iterator[DefinitionNode]:
    """The definitions of known directives that are used and not defined, with their types."""
    for name, sdl in SUPPLIED.items():
        if name in found and name not in directives:
            yield from missing(sdl, directives, types)


def missing(sdl: str, directives: set[str], types: set[str]) -> Iterator[DefinitionNode]:
    """What some SDL defines and the document does not; and all that it extends."""
    if not sdl.strip():
        return
    for node in parse(sdl, no_location=True).definitions:
        if isinstance(node, DirectiveDefinitionNode):
            is_known = node.name.value in directives
        else:
            is_known = isinstance(node, TypeDefinitionNode) and node.name.value in types
        if not is_known:
            yield node


def applied(nodes: Sequence[Node | None], name: str) -> Iterator[dict[str, Any]]:
    """The arguments of each use of a directive at some nodes, as plain values."""
    for node in nodes:
        for directive in getattr(node, "directives", None) or ():
            if directive.name.value == name:
                yield {
                    argument.name.value: value_from_ast_untyped(argument.value)
                    for argument in directive.arguments or ()
                }
