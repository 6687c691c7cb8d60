"""The contract as the engine meets it: operations, methods, credentials, batches."""

from __future__ import annotations

import msgspec
import pytest

from polymock.engine import Engine
from polymock.errors import TooLarge, Unauthenticated
from polymock_schemas.calls import Call

JSON = "application/json"


def told(reply):
    return msgspec.json.decode(reply.body)


class KeyStrategy:
    """Asks for `x-key: right`."""

    reads = (b"x-key",)
    challenge = 'ApiKey header="x-key"'
    secrets = ("x-key",)

    def identify(self, call: Call) -> str | None:
        key = call.fields.get(b"x-key")
        if key not in (None, b"right"):
            raise Unauthenticated("The key is wrong.", [self.challenge])
        return "somebody" if key else None


def test_each_root_field_is_an_operation(client) -> None:
    names = [operation.name for operation in client.contract.operations]
    assert names == [
        "Query.pet",
        "Query.pets",
        "Query.broken",
        "Query.heavy",
        "Mutation.rename",
        "Mutation.upload",
        "Subscription.renamed",
    ]
    assert client.contract.operations[0].summary == "One pet."


@pytest.mark.parametrize(
    ("query", "operation"),
    [
        ("{ pets { id } }", "Query.pets"),
        ("{ a: pets { id } __typename }", "Query.pets + Query.__typename"),
        ("{ __schema { queryType { name } } }", "Query.__schema"),
        ('mutation { rename(id: "1") { id } }', "Mutation.rename"),
    ],
)
def test_an_exchange_names_its_operations(client, query, operation) -> None:
    assert client.ask(query).operation == operation


def test_methods(client) -> None:
    assert client.contract.allowed(Call("OPTIONS", "/", b"", (), {})) == ("GET", "HEAD", "POST")
    reply = client.send("PUT")
    assert reply.status == 405
    assert (b"allow", b"GET, HEAD, POST") in reply.headers


def test_head_is_get_without_the_body(client) -> None:
    got = client.send(query=b"query={__typename}")
    head = client.send("HEAD", query=b"query={__typename}")
    assert (head.status, head.headers, head.body) == (got.status, got.headers, b"")


def test_nothing_answers_below(client) -> None:
    reply = client.send("POST", path="/other")
    assert reply.status == 404
    assert told(reply)["errors"][0]["extensions"]["code"] == "NOT_FOUND"


def test_credentials_are_asked_for_in_the_manner_of_graphql(client) -> None:
    client.engine = Engine(client.contract, [KeyStrategy()])
    reply = client.ask("{ pets { id } }")
    assert reply.status == 401
    assert (b"www-authenticate", b'ApiKey header="x-key"') in reply.headers
    assert told(reply)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert reply.operation == "Query.pets"
    body = b'{"query": "{ pets { id } }"}'
    reply = client.send("POST", headers={"content-type": JSON, "x-key": "right"}, body=body)
    assert (reply.status, reply.principal) == (200, "somebody")


def test_a_body_that_was_not_read_is_refused(client) -> None:
    call = Call("POST", "/", b"", (), {})
    reply = client.engine.refuse(call, TooLarge("The body is larger than 1 byte."))
    assert reply.status == 413
    assert told(reply)["errors"][0]["extensions"]["code"] == "PAYLOAD_TOO_LARGE"


def test_queries_are_remembered_and_mutations_are_not(client) -> None:
    match = client.contract.match

    def post(query: str) -> Call:
        fields = {b"content-type": b"application/json"}
        body = msgspec.json.encode({"query": query})
        return Call("POST", "/", b"", tuple(fields.items()), fields, body)

    assert match(post("{ pets { id } }")).operation.cacheable
    assert not match(post('mutation { rename(id: "1") { id } }')).operation.cacheable
    deferred = '{ pet(id: "1") { ... @defer { id } } }'
    assert not match(post(deferred)).operation.cacheable


def test_a_batch_is_answered_one_by_one(client) -> None:
    batch = [
        {"query": "{ pets { id } }"},
        {"query": "{ nope }"},
        {"query": "query($id: ID!) { pet(id: $id) { id } }", "variables": {}},
        {"query": "{ heavy pets { id } }"},
        {"query": "subscription { renamed { id } }"},
    ]
    reply = client.post(batch)
    answers = told(reply)
    assert reply.status == 200
    assert reply.operation == "Query.pets + Query.pet + Query.heavy"
    assert answers[0] == {"data": {"pets": [{"id": "1"}]}}
    codes = [answer["errors"][0]["extensions"]["code"] for answer in answers[1:]]
    assert codes == [
        "GRAPHQL_VALIDATION_FAILED",
        "BAD_USER_INPUT",
        "LIMIT_EXCEEDED",
        "NOT_ACCEPTABLE",
    ]
    assert all("data" not in answer for answer in answers[1:])


def test_a_batch_has_a_limit(connect) -> None:
    client = connect(limits={"batch": 2})
    reply = client.post([{"query": "{ __typename }"}] * 3)
    assert "more than 2 operations: 3" in told(reply)["errors"][0]["message"]
    assert "options.limits.batch" in told(reply)["errors"][0]["message"]
    assert client.post([]).status == 400
    reply = client.post([{"query": "{ __typename }"}, 7])
    assert (reply.status, reply.violations[0].location) == (400, "body/1")


def test_an_answer_above_the_limit_on_cost_is_no_failure(client) -> None:
    reply = client.ask("{ heavy }")
    assert reply.status == 200
    assert told(reply)["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
