from __future__ import annotations

from collections.abc import Callable

import pytest
from graphql import GraphQLNonNull, GraphQLObjectType, GraphQLUnionType, print_schema

from polymock_graphql.model import GraphqlDocument
from polymock_graphql.spec.problems import problems

Load = Callable[..., GraphqlDocument]
V1 = """\
type Review @key(fields: "id") { id: ID! body: String author: User @provides(fields: "email") }
extend type User @key(fields: "id") { id: ID! @external email: String @external reviews: [Review] }
"""
V2 = """\
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: [
  {name: "@key", as: "@unique"}, "@shareable", "@requiresScopes", "FieldSet"])
type Product @unique(fields: "id") @federation__tag(name: "x") {
  id: ID! name: String @shareable price: Int @requiresScopes(scopes: [["a"]]) }
type Foreign @unique(fields: "id", resolvable: false) { id: ID! }
extend type Query { product(id: ID!): Product }
"""


def fields(document: GraphqlDocument) -> list[str]:
    assert document.schema.query_type is not None
    return list(document.schema.query_type.fields)


def entities(document: GraphqlDocument) -> list[str]:
    union = document.schema.type_map["_Entity"]
    assert isinstance(union, GraphQLUnionType)
    return [each.name for each in union.types]


def test_version_1_without_a_query(load_sdl: Load) -> None:
    document = load_sdl(V1)
    assert fields(document) == ["_entities", "_service"]
    assert entities(document) == ["Review", "User"]
    assert problems(document) == ()


def test_version_2_with_renamed_imports(load_sdl: Load) -> None:
    document = load_sdl(V2)
    assert fields(document) == ["product", "_entities", "_service"]
    assert entities(document) == ["Product"]
    assert problems(document) == ()
    directives = {directive.name for directive in document.schema.directives}
    assert {"unique", "shareable", "federation__tag", "requiresScopes", "link"} <= directives
    assert "directive @unique(fields: FieldSet!" in print_schema(document.schema)


def test_the_document_itself_is_answered(load_sdl: Load) -> None:
    document = load_sdl(V2)
    service = document.schema.type_map["_Service"]
    assert isinstance(service, GraphQLObjectType)
    assert isinstance(service.fields["sdl"].type, GraphQLNonNull)
    assert document.schemas.leaf("_Service", "sdl") == {"type": "string", "const": V2}


def test_what_the_document_defines_itself_stays(load_sdl: Load) -> None:
    document = load_sdl(
        """
        directive @key(fields: _FieldSet!) repeatable on OBJECT
        scalar _FieldSet scalar _Any union _Entity = A
        type _Service { sdl: String }
        type A @key(fields: "id") { id: ID! }
        type Query { _service: _Service! _entities(representations: [_Any!]!): [_Entity]! a: A }
        """
    )
    assert fields(document) == ["_service", "_entities", "a"]
    assert problems(document) == ()


def test_another_query_root(load_sdl: Load) -> None:
    document = load_sdl(
        'schema { query: Root } type Root { a: A } type A @key(fields: "b") { b: ID }'
    )
    assert fields(document) == ["a", "_entities", "_service"]


def test_a_schema_that_names_no_query(load_sdl: Load) -> None:
    document = load_sdl('schema { mutation: M } type M { a: A } type A @key(fields: "b") { b: ID }')
    assert fields(document) == ["_entities", "_service"]


@pytest.mark.parametrize(
    "link",
    [
        '@link(url: "https://specs.apollo.dev/federation/v2.0")',
        '@link(url: "https://specs.apollo.dev/federation/v2.3", as: "fed", import: [])',
        '@link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", 7, {name: 3}])',
        '@link(url: "https://specs.apollo.dev/federation/v2.3", import: "@key", as: 5)',
    ],
)
def test_a_subgraph_without_entities(load_sdl: Load, link: str) -> None:
    document = load_sdl(f"extend schema {link} type Query {{ a: Int }}")
    assert fields(document) == ["a", "_service"]


@pytest.mark.parametrize(
    "sdl",
    [
        "type Query { a: Int }",
        "type Query @key { a: Int }",
        'schema @link(url: "https://example.com/v1.0") { query: Query } type Query { a: Int }',
    ],
)
def test_no_subgraph(load_sdl: Load, sdl: str) -> None:
    assert fields(load_sdl(sdl)) == ["a"]
