from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from graphql import (
    GraphQLSchema,
    build_schema,
    graphql_sync,
    introspection_from_schema,
    print_schema,
)

from polymock.errors import SpecError
from polymock.interfaces import Spec
from polymock_graphql.model import GraphqlDocument
from polymock_graphql.spec.document import load

Load = Callable[..., GraphqlDocument]
CORPUS = Path(__file__).parents[5] / "shared/corpus/graphql"
DOCUMENTS = sorted(CORPUS.glob("*.graphql"))
needs_corpus = pytest.mark.skipif(not DOCUMENTS, reason=f"no corpus of documents at {CORPUS}")


def messages(document: GraphqlDocument) -> list[str]:
    return [f"{Path(f.file).name}:{f.path}: {f.message}" for f in document.faults]


def errors(load_sdl: Load, *texts: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load_sdl(*texts)
    faults = [fault for fault in caught.value.faults if fault.level == "error"]
    assert faults
    assert faults[0].message in caught.value.message
    return [f"{Path(f.file).name}:{f.path}: {f.message}" for f in faults]


def test_plain_sdl_with_descriptions(load_sdl: Load) -> None:
    document = load_sdl('"""A pet."""\ntype Query { "By id." pet(id: ID!): String! }')
    query = document.schema.query_type
    assert query is not None
    assert (query.description, query.fields["pet"].description) == ("A pet.", "By id.")
    assert (document.title, document.faults) == ("a", ())
    assert [Path(file).name for file in document.files] == ["a.graphql"]


def test_several_files_extend_one_another(load_sdl: Load) -> None:
    document = load_sdl(
        "extend type Pet { age: Int } extend enum Kind { C } extend union Any = Pet",
        "type Query { pet: Pet } type Pet implements Node { id: ID! } type Dog { a: Int }",
        "extend interface Node { id: ID! } enum Kind { A B } union Any = Dog interface Node",
        'extend input In { b: Int } input In { a: Int } extend scalar S @specifiedBy(url: "u:v")',
        "scalar S extend schema { mutation: M } type M { a(in: In): S }",
    )
    types = document.schema.type_map
    printed = print_schema(document.schema)
    assert "type Pet implements Node {\n  id: ID!\n  age: Int\n}" in printed
    assert "enum Kind {\n  A\n  B\n  C\n}" in printed
    assert "union Any = Dog | Pet" in printed
    assert document.schema.mutation_type is types["M"]
    assert document.faults == ()


def test_root_types_of_other_names(load_sdl: Load) -> None:
    schema = load_sdl(
        "schema { query: Root subscription: S } type Root { a: Int } type S { b: Int }"
    )
    assert schema.schema.query_type is schema.schema.type_map["Root"]
    assert schema.schema.subscription_type is schema.schema.type_map["S"]
    assert schema.schema.mutation_type is None


def test_an_extension_without_its_type_defines_it(load_sdl: Load) -> None:
    document = load_sdl(
        "extend type Query { a: A }\nextend type A { b: Int }", "extend type Query { c: Int }"
    )
    assert document.schema.query_type is not None
    assert list(document.schema.query_type.fields) == ["a", "c"]
    assert messages(document) == [
        "a.graphql:2:1: `A` is extended, but never defined; the extension defines it"
    ]


def test_unknown_and_misused_directives_are_served(load_sdl: Load) -> None:
    document = load_sdl(
        """
        directive @known(a: Int!) on OBJECT
        type Query @known { a: Int @mine(x: 1) b: Int @mine @known(c: 2) }
        """
    )
    assert sorted(fault.message for fault in document.faults) == [
        "Argument '@known(a:)' of type 'Int!' is required, but it was not provided.",
        "Directive '@known' may not be used on field definition.",
        "Unknown argument 'c' on directive '@known'. Did you mean 'a'?",
        "Unknown directive '@mine'.",
    ]
    assert all(fault.level == "warning" and fault.path for fault in document.faults)


def test_what_breaks_the_standard_and_can_be_served(load_sdl: Load) -> None:
    document = load_sdl('type Query { __a: Int b: Empty c(d: Int = "x"): Int }\ntype Empty')
    assert len(document.faults) == 3
    assert graphql_sync(document.schema, "{ __a b { __typename } }").data == {
        "__a": None,
        "b": None,
    }


def test_a_mutation_without_a_query(load_sdl: Load) -> None:
    document = load_sdl("schema { mutation: M } type M { a: Int }")
    assert messages(document) == ["a.graphql:: it has no query root type"]
    assert graphql_sync(document.schema, "mutation { a }").errors is None


def test_syntax_of_before_2018(load_sdl: Load) -> None:
    document = load_sdl(
        "interface A { a: Int } interface B { b: Int } type Nothing {}\n"
        "type Query implements A, B { a: Int b: Int }"
    )
    assert document.schema.query_type is not None
    assert [each.name for each in document.schema.query_type.interfaces] == ["A", "B"]
    assert "before 2018" in messages(document)[0]


def test_operations_in_a_folder_are_left_out(load_sdl: Load) -> None:
    document = load_sdl("type Query { a: Int }", "query Q { a }")
    assert messages(document) == [
        "b.graphql:1:1: operations and fragments are no part of a schema; they are left out"
    ]


def test_syntax_errors_say_where(load_sdl: Load) -> None:
    found = errors(load_sdl, "type Query { a: Int }\ntype A {\n  b: }\n", "type B { = }")
    assert found == [
        "a.graphql:3:6: it is no SDL: Expected Name, found '}'.",
        "b.graphql:1:10: it is no SDL: Expected Name, found '='.",
    ]


@pytest.mark.parametrize(
    ("sdl", "expected"),
    [
        ("type Query {\n a: Ant }", "a.graphql:2:5: Unknown type 'Ant'."),
        (
            "type Query { a: Int\na: ID }",
            "a.graphql:2:1: Field 'Query.a' can only be defined once.",
        ),
        ("type A { b: Int }", "a.graphql:: it has no root type, so no operations"),
        ("", "a.graphql:: it defines no types"),
        ("# only\n# comments", "a.graphql:: it defines no types"),
        ("{ a }", "a.graphql:: it defines no types"),
        ("input I { a: Int }\ntype Query { a: I }", "must be Output Type"),
        ("scalar Query", "root type must be Object type"),
        (
            "interface N { id: ID! }\ntype Query implements N { a: Int }",
            "expected but Query does not",
        ),
        ("type Query { a: Int @deprecated(reason: 5) }", "a.graphql:1:41: "),
        ("input A { a: A! } type Query { a(a: A): Int }", "cannot be provided a finite value"),
    ],
)
def test_what_cannot_be_served(load_sdl: Load, sdl: str, expected: str) -> None:
    assert any(expected in error for error in errors(load_sdl, sdl)), errors(load_sdl, sdl)


def test_unknown_types_get_suggestions(load_sdl: Load) -> None:
    with pytest.raises(SpecError) as caught:
        load_sdl("type Query { a: Custmer } type Customer { b: Int }")
    assert caught.value.hint == "did you mean Customer?"


def same(first: GraphQLSchema, second: GraphQLSchema) -> bool:
    lines = (sorted(print_schema(schema).splitlines()) for schema in (first, second))
    return next(lines) == next(lines)


@needs_corpus
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_corpus_loads_and_survives_introspection(path: Path, tmp_path: Path) -> None:
    document = load(Spec(str(path), "test"))
    assert not document.faults
    result = introspection_from_schema(document.schema, input_value_deprecation=True)
    for name, content in (("whole.json", {"data": result}), ("bare.json", result)):
        file = tmp_path / name
        file.write_text(json.dumps(content), encoding="utf-8")
        again = load(Spec(str(file), "test"))
        assert same(document.schema, again.schema)
        assert not again.faults


def test_an_introspection_result_can_be_extended(tmp_path: Path) -> None:
    result = introspection_from_schema(
        build_schema("type Query { me: User } type User { id: ID! }")
    )
    (tmp_path / "api.json").write_text(json.dumps(result))
    (tmp_path / "more.graphql").write_text("extend type User { email: String @fake(type: email) }")
    spec = Spec(str(tmp_path / "api.json"), "test", include=(str(tmp_path / "more.graphql"),))
    assert load(spec).schemas.leaf("User", "email") == {
        "type": "string",
        "x-faker": "internet.email",
    }


def test_an_old_introspection_result(tmp_path: Path) -> None:
    result = json.loads(
        json.dumps(introspection_from_schema(build_schema("type Query { a: Int }")))
    )
    schema = result["__schema"]
    schema["directives"] = [{"name": "skip", "onField": True, "args": None}]
    for found in schema["types"]:
        found.pop("specifiedByURL", None)
        if found["kind"] == "OBJECT":
            found["interfaces"] = None
    (tmp_path / "old.json").write_text(json.dumps(result))
    assert load(Spec(str(tmp_path / "old.json"), "test")).schema.query_type is not None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"data": {"__schema": {"types": [', "it is no JSON"),
        ('{"data": {"__schema": {}}}', "no complete introspection result"),
        ('{"errors": [{"message": "introspection is off"}]}', "introspection is off"),
        (
            '{"__schema": {"queryType": {"name": "Q"}, "types": [{"kind": [], "name": {}}]}}',
            "no complete introspection result",
        ),
        ('{"__schema": {"types": 3}}', "no complete introspection result"),
        ('{"__schema": ' + "[" * 50_000, "it is no JSON"),
        ('{"__schema": ' + '{"types": [' * 900 + "]}" * 900 + "}", "no"),
    ],
)
def test_broken_introspection_results(tmp_path: Path, content: str, expected: str) -> None:
    path = tmp_path / "schema.json"
    path.write_text(content)
    with pytest.raises(SpecError, match=expected):
        load(Spec(str(path), "test"))
