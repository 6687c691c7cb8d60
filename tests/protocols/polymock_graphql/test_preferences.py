"""Errors on demand, and what callers are told of constraints, over the whole contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from polymock.engine import Engine
from polymock.interfaces import Spec
from polymock_graphql.contract import GraphqlContract
from polymock_graphql.settings import GraphqlSettings
from polymock_graphql.spec.document import load
from polymock_schemas.calls import Call, Reply

SDL = """
type Query { pet(id: ID!): Pet me: Pet! pets(first: Int @constraint(min: 1)): [Pet!] }
type Mutation { addPet(name: String): Pet }
type Subscription { added: Pet }
type Pet { id: ID! name: String }
"""
Ask = Callable[..., Reply]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    path = tmp_path / "pets.graphql"
    path.write_text(SDL)
    spec = Spec(str(path), "pets")
    engine = Engine(GraphqlContract(load(spec), spec, GraphqlSettings()))

    def send(body: Any, prefer: str = "", accept: str = "application/json") -> Reply:
        given = {"content-type": "application/json", "accept": accept, "prefer": prefer}
        fields = {name.encode(): value.encode() for name, value in given.items() if value}
        request = {"query": body} if isinstance(body, str) else body
        payload = msgspec.json.encode(request)
        return engine.handle(Call("POST", "/", b"", tuple(fields.items()), fields, payload))

    return send


def told(reply: Reply) -> Any:
    return msgspec.json.decode(reply.body)


def header(reply: Reply, name: bytes) -> bytes | None:
    return next((value for key, value in reply.headers if key == name), None)


def test_a_code_is_answered(ask: Ask) -> None:
    reply = ask("{ other: pet(id: 1) { id } pet(id: 2) { id } }", "code=NOT_FOUND")
    body = told(reply)
    assert body["data"] == {"other": None, "pet": {"id": "2"}}
    (error,) = body["errors"]
    assert error["path"] == ["other"]
    assert error["extensions"] == {"code": "NOT_FOUND"}
    assert error["locations"] == [{"line": 1, "column": 3}]
    assert (reply.status, reply.source, reply.outcome) == (200, "sample", "client_error")
    assert header(reply, b"preference-applied") == b"code=NOT_FOUND"


def test_without_data_where_no_null_may_be(ask: Ask) -> None:
    document = "query ($no: Boolean = true) { pet(id: 1) @skip(if: $no) { id } me { id } }"
    body = told(ask(document, "code=404"))
    assert body["data"] is None
    assert [error["path"] for error in body["errors"]] == [["me"]]


@pytest.mark.parametrize(
    ("asked", "code", "outcome"),
    [
        ("404", "NOT_FOUND", "client_error"),
        ("401", "UNAUTHENTICATED", "client_error"),
        ("403", "FORBIDDEN", "client_error"),
        ("429", "RATE_LIMITED", "client_error"),
        ("418", "BAD_REQUEST", "client_error"),
        ("OUT_OF_STOCK", "OUT_OF_STOCK", "client_error"),
        ("500", "INTERNAL_SERVER_ERROR", "server_error"),
        ("503", "SERVICE_UNAVAILABLE", "server_error"),
        ("INTERNAL_SERVER_ERROR", "INTERNAL_SERVER_ERROR", "server_error"),
    ],
)
def test_statuses_are_codes(ask: Ask, asked: str, code: str, outcome: str) -> None:
    reply = ask("mutation { addPet { id } }", f'dynamic=false, Code="{asked}"; wait=1')
    assert told(reply)["errors"][0]["extensions"]["code"] == code
    assert told(reply)["data"] == {"addPet": None}
    assert reply.outcome == outcome
    assert header(reply, b"preference-applied") == f"code={asked}".encode()


@pytest.mark.parametrize("prefer", ["", "wait=3", "code=200", "respond-async"])
def test_other_preferences_are_passed_over(ask: Ask, prefer: str) -> None:
    reply = ask("{ me { id } }", prefer)
    assert told(reply)["data"]["me"]["id"]
    assert header(reply, b"preference-applied") is None


def test_answers_are_remembered_by_the_preference(ask: Ask) -> None:
    for prefer in ("", "code=404", "", "code=404", ""):
        assert ("errors" in told(ask("{ me { id } }", prefer))) == bool(prefer)


def test_a_wrong_code_is_refused(ask: Ask) -> None:
    reply = ask("{ me { id } }", "code=not found")
    assert told(reply)["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert [violation.location for violation in reply.violations] == ["header.Prefer"]


def test_wrong_variables_are_refused_first(ask: Ask) -> None:
    request = {"query": "query ($id: ID!) { pet(id: $id) { id } }", "variables": {}}
    reply = ask(request, "code=NOT_FOUND")
    assert reply.source == "refusal"


def test_batches_and_streams(ask: Ask) -> None:
    batch = [{"query": "{ me { id } }"}, {"query": "{ pet(id: 1) { id } }"}]
    found = told(ask(batch, "code=FORBIDDEN"))
    assert [entry["data"] for entry in found] == [None, {"pet": None}]
    assert {entry["errors"][0]["extensions"]["code"] for entry in found} == {"FORBIDDEN"}
    reply = ask("subscription { added { id } }", "code=503", "text/event-stream")
    assert (reply.status, reply.outcome) == (200, "server_error")
    assert reply.stream is not None


def test_broken_constraints_are_recorded(ask: Ask) -> None:
    document = "query ($n: Int) { pets(first: $n) { id } }"
    reply = ask({"query": document, "variables": {"n": 0}})
    assert told(reply)["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert (reply.status, reply.outcome) == (200, "client_error")
    assert [each.location for each in reply.violations] == ["body/variables/n"]
    batch: list[Mapping[str, Any]] = [{"query": "{ me { id } }"}]
    batch.append({"query": document, "variables": {"n": -1}})
    assert [each.location for each in ask(batch).violations] == ["body/1/variables/n"]


def test_another_seed_is_another_world(ask: Ask) -> None:
    plain = ask("{ pets { id name } }").body
    seven = ask("{ pets { id name } }", "dynamic=true, seed=7")
    assert header(seven, b"preference-applied") == b"dynamic=true, seed=7"
    assert seven.body != plain
    assert ask("{ pets { id name } }", "seed=7").body == seven.body
    assert ask("{ pets { id name } }", "seed=42").body == plain
    assert ask("{ pets { id name } }").body == plain


def test_a_dynamic_answer_is_another_each_time(ask: Ask) -> None:
    replies = [ask("{ pets { id name } }", "dynamic=true") for _ in range(3)]
    assert len({reply.body for reply in replies}) == 3
    applied = header(replies[0], b"preference-applied") or b""
    again = ask("{ pets { id name } }", applied.decode())
    assert again.body == replies[0].body


@pytest.mark.parametrize("prefer", ["seed=x", "seed=", "seed=1.5", "seed=" + "9" * 19, "dynamic=7"])
def test_wrong_values_are_refused(ask: Ask, prefer: str) -> None:
    assert ask("{ me { id } }", prefer).source == "refusal"
