from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from polymock.errors import (
    Aborted,
    AlreadyExists,
    DeadlineExceeded,
    Forbidden,
    Invalid,
    MethodNotAllowed,
    MockError,
    NoAnswer,
    NoOperation,
    NotFound,
    PreconditionFailed,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unreadable,
)
from polymock_grpc.answering.errors import field_path, status_of
from polymock_grpc.answering.wishes import AskedStatus, asked_status
from polymock_grpc.wires.rich_status import status_bytes
from polymock_schemas.calls import Call, Violation

error_details_pb2: Any = import_module("google.rpc.error_details_pb2")
status_pb2: Any = import_module("google.rpc.status_pb2")


class Strange(MockError):
    """An error that nobody foresaw."""


@pytest.mark.parametrize(
    ("error", "code", "details"),
    [
        (NoOperation("x"), 12, []),
        (MethodNotAllowed("x", ["POST"]), 12, []),
        (Unauthenticated("x", ["Bearer"]), 16, ["ErrorInfo"]),
        (Forbidden("x"), 7, ["ErrorInfo"]),
        (Invalid("x", [Violation("body/a", "is wrong")]), 3, ["BadRequest"]),
        (Unreadable("x"), 3, []),
        (TooLarge("x"), 8, ["QuotaFailure"]),
        (DeadlineExceeded("x"), 4, []),
        (NoAnswer("x", asked=False), 13, []),
        (NotFound("x", "x.com/Book", "books/7"), 5, ["ResourceInfo", "ErrorInfo"]),
        (AlreadyExists("x", "x.com/Book", "books/7"), 6, ["ResourceInfo", "ErrorInfo"]),
        (PreconditionFailed("x"), 9, ["PreconditionFailure"]),
        (Aborted("x"), 10, ["ErrorInfo", "RetryInfo"]),
        (Unavailable("x"), 14, ["ErrorInfo", "RetryInfo"]),
        (Strange("x"), 2, []),
    ],
)
def test_errors_are_statuses(error: MockError, code: int, details: list[str]) -> None:
    status = status_of(error)
    assert (status.code, status.message) == (code, "x")
    assert [each.type_name for each in status.details] == [f"google.rpc.{n}" for n in details]


def test_what_is_not_there_is_named() -> None:
    status = status_of(NotFound("x", "x.com/Book", "books/7"))
    assert status.details[0].json["resourceType"] == "x.com/Book"
    assert status.details[0].json["resourceName"] == "books/7"
    assert status.details[1].json["reason"] == "RESOURCE_NOT_FOUND"


def test_native_calls_have_internal_for_what_is_no_message() -> None:
    assert status_of(Unreadable("x"), as_grpc=True).code == 13


def test_challenges_are_metadata() -> None:
    status = status_of(Unauthenticated("x", ["Bearer", "Basic"]))
    assert status.metadata == ((b"www-authenticate", b"Bearer"), (b"www-authenticate", b"Basic"))


def test_details_are_those_of_google() -> None:
    error = Invalid("x", [Violation("body/order/lines/0/quantity", "is wrong")])
    read = status_pb2.Status.FromString(status_bytes(status_of(error)))
    bad = error_details_pb2.BadRequest()
    assert read.details[0].Unpack(bad)
    assert bad.field_violations[0].field == "order.lines[0].quantity"
    assert bad.field_violations[0].description == "is wrong"


@pytest.mark.parametrize("code", range(1, 17))
def test_every_code_can_be_asked_for(code: int) -> None:
    status = status_of(AskedStatus(code))
    read = status_pb2.Status.FromString(status_bytes(status))
    assert read.code == code
    assert read.message
    assert status.metadata == ((b"preference-applied", b"code=%d" % code),)


@pytest.mark.parametrize(
    ("location", "path"),
    [("body", ""), ("body/a", "a"), ("body/a/0/b~1c", "a[0].b/c"), ("query.x", "query.x")],
)
def test_paths_of_fields(location: str, path: str) -> None:
    assert field_path(location) == path


def wish(text: str) -> Call:
    fields = {b"prefer": text.encode()}
    return Call("POST", "/", b"", tuple(fields.items()), fields)


@pytest.mark.parametrize(
    "text", ["code=NOT_FOUND", "code=5", 'wait=3, code="not_found"', "x; code=5"]
)
def test_wishes(text: str) -> None:
    error: Any = asked_status(wish(text))
    assert isinstance(error, AskedStatus)
    assert error.code == 5


@pytest.mark.parametrize(
    "text", ["", "respond-async", "code=OK", "code=0", "code=200", "barcode=5"]
)
def test_no_wishes(text: str) -> None:
    assert asked_status(wish(text)) is None


@pytest.mark.parametrize(
    ("http", "code"), [(400, 3), (401, 16), (403, 7), (404, 5), (409, 10), (429, 8), (504, 4)]
)
def test_wishes_for_http_statuses(http: int, code: int) -> None:
    error: Any = asked_status(wish(f"code={http}"))
    assert error.code == code
    assert status_of(error).metadata == ((b"preference-applied", b"code=%d" % http),)
    call = wish("")
    call.query = b"a=b&__code=%d" % http
    in_query: Any = asked_status(call)
    assert in_query.code == code


@pytest.mark.parametrize("text", ["code=99", "code=NOPE", "code=418"])
def test_wishes_for_nothing_known(text: str) -> None:
    with pytest.raises(Invalid, match="NOT_FOUND"):
        asked_status(wish(text))
