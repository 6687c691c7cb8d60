from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from graphql import GraphQLEnumType, GraphQLObjectType, GraphQLUnionType, print_type

from polymock.errors import SpecError
from polymock_graphql.model import GraphqlDocument

Load = Callable[..., GraphqlDocument]


def warned(document: GraphqlDocument) -> list[str]:
    assert all(fault.level == "warning" for fault in document.faults)
    return [f"{Path(f.file).name}:{f.path}: {f.message}" for f in document.faults]


def refused(load_sdl: Load, *texts: str) -> str:
    with pytest.raises(SpecError) as caught:
        load_sdl(*texts)
    first = caught.value.faults[0]
    assert first.level == "error"
    return f"{Path(first.file).name}:{first.path}: {first.message}"


def test_a_field_that_is_repeated_as_it_was(load_sdl: Load) -> None:
    document = load_sdl('type Query { "one" a(b: Int): Int!\n"two" a(b: Int): Int! }')
    assert warned(document)[0].startswith("a.graphql:2:7: `Query.a` is defined again, as it was at")
    assert document.schema.query_type is not None
    assert document.schema.query_type.fields["a"].description == "one"


@pytest.mark.parametrize("second", ["a: Int", "a(c: Int): Int!", "a(b: ID): Int!"])
def test_a_field_that_is_repeated_with_another_type(load_sdl: Load, second: str) -> None:
    assert "Field 'Query.a' can only be defined once." in refused(
        load_sdl, f"type Query {{ a(b: Int): Int! {second} }}"
    )


def test_types_of_several_files_are_taken_together(load_sdl: Load) -> None:
    document = load_sdl(
        "type Query implements N { id: ID! find: U } interface N { id: ID! }\n"
        "union U = Query enum E { A B } input I { a: Int }",
        "type Query implements N { id: ID! e(i: I): E } type T { a: Int }\n"
        "union U = T | Query enum E { B C } input I { b: Int }",
    )
    types = document.schema.type_map
    assert isinstance(types["Query"], GraphQLObjectType)
    assert list(types["Query"].fields) == ["id", "find", "e"]
    assert [each.name for each in types["Query"].interfaces] == ["N"]
    assert isinstance(types["U"], GraphQLUnionType)
    assert [each.name for each in types["U"].types] == ["Query", "T"]
    assert isinstance(types["E"], GraphQLEnumType)
    assert list(types["E"].values) == ["A", "B", "C"]
    assert print_type(types["I"]) == "input I {\n  a: Int\n  b: Int\n}"
    assert len(document.faults) == 6  # four types, and `Query.id` and `E.B` within them


def test_subgraphs_of_one_folder_repeat_what_they_share(load_sdl: Load) -> None:
    document = load_sdl(
        "directive @tag(name: String!) on FIELD_DEFINITION\n"
        'type Item @key(fields: "id") { id: ID! @tag(name: "a") } type Query { item: Item }',
        "directive @tag(name: String!) on FIELD_DEFINITION | OBJECT\n"
        'extend type Item @key(fields: "id") { id: ID! @external stock: Int }',
    )
    item = document.schema.type_map["Item"]
    assert isinstance(item, GraphQLObjectType)
    assert list(item.fields) == ["id", "stock"]
    assert "the directive `@tag` is defined again" in warned(document)[0]


def test_one_schema_in_each_file(load_sdl: Load) -> None:
    root = "schema { query: Root }"
    document = load_sdl(root + " type Root { a: Int }", root + " scalar Url", "scalar Url")
    assert [message.split(";")[0] for message in warned(document)] == [
        "b.graphql:1:1: the schema is defined again",
        "c.graphql:1:1: the type `Url` is defined again",
    ]
    assert "the schema is defined again" in refused(
        load_sdl, root + " type Root { a: Int }", "schema { query: Other } type Other { a: Int }"
    )


def test_two_kinds_of_one_name(load_sdl: Load) -> None:
    told = refused(load_sdl, "type Query { a: A }\nscalar A", "\n enum A { B }")
    assert told.startswith("b.graphql:2:1: the type `A` is defined again; it is defined at ")
    assert told.endswith("a.graphql:2:1 already")
