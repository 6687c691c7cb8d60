"""Clients' documents: limits on what they ask for, and that none takes long."""

from __future__ import annotations

from time import perf_counter

import msgspec
import pytest

SECONDS = 3.0
"""Of a hostile document, on a slow machine; they take a tenth of a second."""


def told(reply):
    return msgspec.json.decode(reply.body)


def code(reply) -> str:
    return told(reply)["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize(
    ("limit", "value", "query"),
    [
        ("depth", 3, "{ pets { friends { friends { id } } } }"),
        ("depth", 1, "{ ... { ... { ... { ... { ... { __typename } } } } } }"),
        ("aliases", 1, "{ a: __typename b: __typename }"),
        ("tokens", 5, "{ pets { id name } }"),
        ("cost", 3, "{ pets { id name } ...F } fragment F on Query { pets { id } }"),
        ("cost", 10, "{ " + "__typename " * 8 + "}"),
    ],
)
def test_a_limit_says_what_it_is_and_how_to_raise_it(connect, limit, value, query) -> None:
    assert "data" in told(connect().ask(query))
    reply = connect(limits={limit: value}).ask(query)
    assert code(reply) == "LIMIT_EXCEEDED"
    message = told(reply)["errors"][0]["message"]
    assert f"`options.limits.{limit}`" in message
    assert reply.violations[0].location == "body/query"


def test_a_document_at_the_limit_is_answered(connect) -> None:
    limits = {"depth": 3, "aliases": 2, "cost": 10}
    query = "{ a: pets { b: friends { id } } }"
    assert "data" in told(connect(limits=limits).ask(query))


FRAGMENTS = " ".join(f"fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(60))
CHAIN = " ".join(f"fragment f{i} on Query {{ ...f{i + 1} }}" for i in range(1500))


@pytest.mark.parametrize(
    "query",
    [
        "{" * 20_000,
        "{ pets " * 4_000,
        "{ pets { " + "friends { " * 3_000 + "id" + " }" * 3_002,
        '{ pet(id: "1") { ' + "id " * 14_000 + "} }",
        "{ " + 'pet(id: "1") { friends { id } } ' * 1_000 + "}",
        "{ ...f0 } " + FRAGMENTS + " fragment f60 on Query { __typename }",
        "{ ...f0 } " + CHAIN + " fragment f1500 on Query { __typename }",
        "{ ...a } fragment a on Query { ...b ...b } fragment b on Query { ...a ...a }",
        "{ pet(id: " + "[" * 5_000 + "]" * 5_000 + ") { id } }",
        '{ pet(id: "' + "x" * 2_000_000 + '") { id } }',
        "{ " + " ".join(f"x{i}" for i in range(7_000)) + " }",
        "query(" + " ".join(f"$v{i}: Int" for i in range(3_000)) + ") { __typename }",
        "{ __schema { types { " + "fields { type { " * 9 + "name" + " } }" * 9 + " } } }",
        "# nothing but a comment",
        "\x00",
        "type Query { a: Int }",
    ],
)
def test_a_hostile_document_is_refused_soon(client, query) -> None:
    started = perf_counter()
    reply = client.ask(query)
    assert perf_counter() - started < SECONDS
    assert reply.outcome == "client_error"
    assert code(reply)


def test_errors_keep_their_places_and_suggestions(client) -> None:
    reply = client.ask("{\n  petz { id }\n}")
    (error,) = told(reply)["errors"]
    assert error["locations"] == [{"line": 2, "column": 3}]
    assert "Did you mean" in error["message"]
    assert code(reply) == "GRAPHQL_VALIDATION_FAILED"
    assert reply.violations[0].location == "body/query"
    assert "(2:3)" in reply.violations[0].message
    assert code(client.ask("{")) == "GRAPHQL_PARSE_FAILED"
    assert client.send(query=b"query={").violations[0].location == "query.query"


def test_an_error_is_the_same_every_time(client) -> None:
    first, second = client.ask("{ nope }"), client.ask("{ nope }")
    assert first == second


def test_an_operation_is_chosen_by_its_name(client) -> None:
    query = 'query A { pet(id: "a") { id } } query B { pet(id: "b") { id } }'
    for name in ("A", "B", "A"):
        reply = client.post({"query": query, "operationName": name})
        assert told(reply) == {"data": {"pet": {"id": name.lower()}}}
    reply = client.post({"query": query, "operationName": "C"})
    assert told(reply)["errors"][0]["message"] == 'Unknown operation named "C".'
    assert code(client.post({"query": query})) == "OPERATION_RESOLUTION_FAILURE"


def test_introspection_can_be_switched_off(connect) -> None:
    query = "{ __schema { queryType { name } } }"
    assert told(connect().ask(query))["data"]["__schema"] == {"queryType": {"name": "Query"}}
    reply = connect(introspection=False).ask(query)
    assert "introspection has been disabled" in told(reply)["errors"][0]["message"]
    assert "data" in told(connect(introspection=False).ask("{ __typename }"))


def test_more_documents_than_are_remembered(client, monkeypatch) -> None:
    monkeypatch.setattr("polymock_graphql.reading.documents.MAX_DOCUMENTS", 3)
    for _ in range(2):
        for number in range(6):
            reply = client.ask(f'{{ pet(id: "{number}") {{ id }} }}')
            assert told(reply) == {"data": {"pet": {"id": str(number)}}}
