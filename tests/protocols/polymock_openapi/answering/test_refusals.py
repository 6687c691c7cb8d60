"""Refusals as problem details."""

from typing import Any

import msgspec
import pytest

from polymock.errors import (
    Aborted,
    AlreadyExists,
    Forbidden,
    Invalid,
    MethodNotAllowed,
    MockError,
    NoAnswer,
    NoOperation,
    NotAcceptable,
    NotFound,
    PreconditionFailed,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unreadable,
    UnsupportedMedia,
)
from polymock_openapi.answering.refusals import refuse
from polymock_openapi.model import Endpoint, Response
from polymock_schemas.calls import Call, Reply, Violation


def call(method: str = "GET", path: str = "/pets/1") -> Call:
    return Call(method=method, path=path, query=b"", headers=(), fields={}, prefix="/shop")


def endpoint(statuses: str) -> Endpoint:
    return Endpoint(
        name="GET /pets/{petId}",
        method="GET",
        path="/pets/{petId}",
        pointer="/paths/x",
        parameters=(),
        body=None,
        responses=tuple(Response(status, {}, {}) for status in statuses.split()),
        security=(),
        schemes={},
        callbacks=(),
        definitions={},
    )


def problem(reply: Reply) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.json.decode(reply.body)
    return document


def test_a_violation_is_listed_with_its_place() -> None:
    violations = (Violation("path.petId", "is no integer"),)
    reply = refuse(call(), Invalid("It breaks the contract.", violations), endpoint("200"))
    assert (reply.status, reply.outcome, reply.source) == (422, "client_error", "refusal")
    assert reply.operation == "GET /pets/{petId}"
    assert reply.violations == violations
    assert reply.headers == (
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(reply.body)).encode()),
    )
    assert problem(reply) == {
        "type": "urn:polymock:problem:invalid",
        "title": "The call breaks the contract",
        "status": 422,
        "detail": "It breaks the contract.",
        "instance": "/shop/pets/1",
        "violations": [{"location": "path.petId", "message": "is no integer"}],
    }


@pytest.mark.parametrize(
    ("statuses", "status"),
    [("200 400", 400), ("200 400 422", 422), ("200 4XX", 422), ("200 default", 422), ("", 422)],
)
def test_a_broken_contract_is_400_where_only_that_is_declared(statuses: str, status: int) -> None:
    reply = refuse(call(), Invalid("x"), endpoint(statuses))
    assert (reply.status, problem(reply)["status"]) == (status, status)


@pytest.mark.parametrize(
    ("error", "status", "fields", "members"),
    [
        (NoOperation("x"), 404, (), {}),
        (
            MethodNotAllowed("x", ["GET", "HEAD"]),
            405,
            ((b"allow", b"GET, HEAD"),),
            {"allowed": ["GET", "HEAD"]},
        ),
        (
            Unauthenticated("x", ['Bearer realm="a"', "Basic"]),
            401,
            ((b"www-authenticate", b'Bearer realm="a"'), (b"www-authenticate", b"Basic")),
            {},
        ),
        (Unauthenticated("x"), 401, ((b"www-authenticate", b"ApiKey"),), {}),
        (Forbidden("x"), 403, (), {}),
        (NotFound("x", "pets", "7"), 404, (), {}),
        (AlreadyExists("x", "pets", "7"), 409, (), {}),
        (Aborted("x"), 409, (), {}),
        (PreconditionFailed("x"), 412, (), {}),
        (Unavailable("x"), 503, (), {}),
        (Unreadable("x"), 400, (), {}),
        (TooLarge("x"), 413, (), {}),
        (
            UnsupportedMedia("x", ["application/json", "text/csv"]),
            415,
            (
                (b"accept", b"application/json, text/csv"),
                (b"accept-post", b"application/json, text/csv"),
            ),
            {"accepted": ["application/json", "text/csv"]},
        ),
        (NotAcceptable("x", ["text/csv"]), 406, (), {"offered": ["text/csv"]}),
        (NoAnswer("x", asked=True), 404, (), {}),
        (NoAnswer("x", asked=False), 500, (), {}),
    ],
)
def test_each_error_has_its_status_fields_and_members(
    error: MockError, status: int, fields: tuple[Any, ...], members: dict[str, Any]
) -> None:
    reply = refuse(call("POST"), error, None)
    document = problem(reply)
    assert (reply.status, document["status"], reply.headers[2:]) == (status, status, fields)
    usual = ("type", "title", "status", "detail", "instance")
    assert {k: v for k, v in document.items() if k not in usual} == members
    assert reply.outcome == ("server_error" if status >= 500 else "client_error")


def test_patch_is_told_what_it_may_send() -> None:
    reply = refuse(call("PATCH"), UnsupportedMedia("x", ["a/b"]), None)
    assert reply.headers[2:] == ((b"accept", b"a/b"), (b"accept-patch", b"a/b"))


def test_head_is_refused_without_a_body() -> None:
    get, head = (refuse(call(method), NoOperation("x"), None) for method in ("GET", "HEAD"))
    assert head.headers == get.headers
    assert head.body == b""


def test_a_refusal_of_a_subclass_is_that_of_its_class() -> None:
    class Late(TooLarge):
        pass

    assert refuse(call(), Late("x"), None).status == 413
    assert refuse(call(), MockError("x"), None).status == 500


def test_what_depends_on_the_call_alone_is_stable() -> None:
    assert refuse(call(), Invalid("x"), None).stable
    assert refuse(call("HEAD"), NoOperation("x"), None).stable
    assert not refuse(call("POST"), Invalid("x"), None).stable
    assert not refuse(call(), Unreadable("x"), None).stable
    assert not refuse(call(), Forbidden("x"), None).stable


def test_a_hostile_call_is_echoed_in_bounds_and_in_json_only() -> None:
    long = "x" * 100_000
    error = Unauthenticated(
        f'"\r\n\0\ud800<script>{long}', ["Bearer\r\nset-cookie: a=b", "é\u20ac"]
    )
    error.violations = tuple(Violation(long, long) for _ in range(500))
    reply = refuse(call(path='/a"<\r\n\xff' + long), error, None)
    assert len(reply.body) < 150_000
    assert reply.headers[2:] == (
        (b"www-authenticate", b"Bearerset-cookie: a=b"),
        (b"www-authenticate", b"\xe9"),
    )
    document = problem(reply)
    assert document["instance"].startswith("/shop/a%22%3C%0D%0A%FFxxx")
    assert len(document["detail"]) == 1000
    assert len(document["violations"]) == 50


def test_a_surrogate_in_a_path_is_no_error() -> None:
    assert problem(refuse(call(path="/\ud800"), NoOperation("x"), None))["instance"] == "/shop/%3F"


def test_what_the_world_refuses_is_not_remembered() -> None:
    """The next call may find the entity."""
    for error in (NotFound("x", "pets", "7"), PreconditionFailed("x"), Unavailable("x")):
        assert not refuse(call(), error).stable
    assert refuse(call(), NoOperation("x")).stable
