"""GraphQL over HTTP, rule by rule: the list that the audit of the package graphql-http goes by."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
WRONG_TEXTS = [{"obj": "ect"}, 0, False, ["array"]]
WRONG_MAPS = ["string", 0, False, ["array"]]
TYPENAME = {"query": "{ __typename }"}
TYPE = "query Type($id: ID!) { pet(id: $id) { id } }"


def content_type(reply: Any) -> str:
    return next(value.decode() for name, value in reply.headers if name == b"content-type")


def told(reply: Any) -> Any:
    return msgspec.json.decode(reply.body)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (JSON, JSON),
        ("*/*", JSON),
        (None, JSON),
        (f"{GRAPHQL_JSON}, {JSON}", GRAPHQL_JSON),
        (f"{JSON}, {GRAPHQL_JSON}", JSON),
        (f"{JSON};q=0.5, {GRAPHQL_JSON}", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}; charset=utf-8, {JSON}; charset=utf-8", GRAPHQL_JSON),
        (f"{JSON};q=0, */*", GRAPHQL_JSON),
        ("application/*", JSON),
        ("", JSON),
    ],
)
def test_the_answer_is_of_the_type_that_is_wanted_most(client, accept, expected) -> None:
    reply = client.post(TYPENAME, accept=accept)
    assert reply.status == 200
    assert content_type(reply) == f"{expected}; charset=utf-8"
    assert told(reply) == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("accept", ["text/plain", f"{JSON}; charset=utf-16", "image/*"])
def test_an_answer_that_nobody_wants_is_not_made(client, accept) -> None:
    reply = client.post(TYPENAME, accept=accept)
    assert reply.status == 406
    assert GRAPHQL_JSON in told(reply)["errors"][0]["message"]


def test_requests_are_utf_8(client) -> None:
    request = {"query": '{ pet(id: "Run🏃Swim🏊") { id } }'}
    for content in (JSON, f"{JSON}; charset=utf-8", f'{JSON};charset="UTF-8"'):
        reply = client.post(request, content_type=content)
        assert told(reply) == {"data": {"pet": {"id": "Run🏃Swim🏊"}}}
    assert client.post(request, content_type=f"{JSON}; charset=utf-16").status == 415


def test_get_asks_for_queries(client) -> None:
    reply = client.send(query=b"query=%7B+__typename+%7D")
    assert reply.status == 200
    reply = client.send(
        query=b"query=query+Type(%24id%3AID!)%7Bpet(id%3A%24id)%7Bid%7D%7D"
        b"&variables=%7B%22id%22%3A%227%22%7D&operationName=&extensions=%7B%7D"
    )
    assert told(reply) == {"data": {"pet": {"id": "7"}}}


def test_get_asks_for_no_mutation(client) -> None:
    for accept in (GRAPHQL_JSON, JSON):
        reply = client.send(query=b"query=mutation+%7B__typename%7D", headers={"accept": accept})
        assert reply.status == 405
        assert (b"allow", b"POST") in reply.headers


@pytest.mark.parametrize("content", [None, "text/plain", "application/x-www-form-urlencoded", "x"])
def test_a_body_of_another_type_is_refused(client, content) -> None:
    reply = client.post(TYPENAME, content_type=content)
    assert reply.status == 415
    assert told(reply)["errors"][0]["extensions"] == {"code": "UNSUPPORTED_MEDIA_TYPE"}


@pytest.mark.parametrize(
    "body", [b"", b'{ "not a JSON', b"null", b"1", b"\xff", b"[" * 100_000, b'{"query":"\\ud800"}']
)
@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
def test_what_is_no_json_object_is_400(client, body, accept) -> None:
    reply = client.post(body, accept=accept)
    assert reply.status == 400
    assert told(reply)["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
    assert reply.violations


@pytest.mark.parametrize("request_", [{}, {"qeury": "{ __typename }"}, {"query": None}])
def test_a_request_without_a_query_is_400(client, request_) -> None:
    reply = client.post(request_, accept=JSON)
    assert reply.status == 400
    assert reply.violations[0].location == "body/query"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("query", value) for value in WRONG_TEXTS),
        *(("operationName", value) for value in WRONG_TEXTS),
        *(("variables", value) for value in WRONG_MAPS),
        *(("extensions", value) for value in WRONG_MAPS),
    ],
)
def test_a_parameter_of_the_wrong_type_is_400(client, name, value) -> None:
    reply = client.post({**TYPENAME, name: value})
    assert reply.status == 400
    assert reply.violations[0].location == f"body/{name}"
    assert f"`{name}`" in told(reply)["errors"][0]["message"]


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
@pytest.mark.parametrize("name", ["variables", "operationName", "extensions"])
def test_optional_parameters_may_be_null(client, name, accept) -> None:
    reply = client.post({**TYPENAME, name: None}, accept=accept)
    assert (reply.status, told(reply)) == (200, {"data": {"__typename": "Query"}})


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
def test_parameters_are_taken(client, accept) -> None:
    request = {
        "query": TYPE,
        "operationName": "Type",
        "variables": {"id": "sometype"},
        "extensions": {"some": "value"},
        "unknown": 1,
    }
    reply = client.post(request, accept=accept)
    assert (reply.status, told(reply)) == (200, {"data": {"pet": {"id": "sometype"}}})


@pytest.mark.parametrize(
    "request_",
    [
        {"query": "{"},
        {"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"},
        {"query": "{ nope }"},
        {"query": "query CoerceFailure($id: ID!){ __typename }", "variables": {"id": None}},
        {"query": "query A {__typename} query B {__typename}"},
        {"query": "query A {__typename}", "operationName": "B"},
        {"query": "fragment F on Pet { id }"},
    ],
)
def test_what_cannot_be_executed_is_200_in_json_and_else_400(client, request_) -> None:
    for accept, status in ((JSON, 200), (GRAPHQL_JSON, 400)):
        reply = client.post(request_, accept=accept)
        assert reply.status == status
        assert "data" not in told(reply)
        assert told(reply)["errors"][0]["extensions"]["code"]
        assert (reply.source, reply.outcome) == ("refusal", "client_error")


def test_errors_of_fields_leave_a_partial_answer(client) -> None:
    query = '{ pet(id: "1") { id } broken }'
    reply = client.ask(query, accept=JSON)
    assert reply.status == 200
    assert told(reply)["data"] == {"pet": {"id": "1"}, "broken": None}
    assert told(reply)["errors"][0]["path"] == ["broken"]
    assert client.ask(query, accept=GRAPHQL_JSON).status == 294
