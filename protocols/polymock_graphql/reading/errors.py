"""Errors of requests, with what GraphQL clients expect to find in them.

Codes are those that Apollo Server made common: `extensions.code` tells programs what `message`
tells people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError

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
    NotAcceptable,
    NotFound,
    PreconditionFailed,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unreadable,
    UnsupportedMedia,
)
from polymock_graphql.planning.errors import BAD_USER_INPUT, InvalidRequest
from polymock_schemas.calls import Violation

ErrorMap = Mapping[str, Any]
"""An error as it is sent (GraphQL, section 7.1.5)."""

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
OPERATION_FAILED = "OPERATION_RESOLUTION_FAILURE"
LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
CODES: Mapping[type[MockError], str] = {
    NoOperation: "NOT_FOUND",
    MethodNotAllowed: "METHOD_NOT_ALLOWED",
    Unauthenticated: "UNAUTHENTICATED",
    Forbidden: "FORBIDDEN",
    Invalid: BAD_USER_INPUT,
    Unreadable: "BAD_REQUEST",
    TooLarge: "PAYLOAD_TOO_LARGE",
    UnsupportedMedia: "UNSUPPORTED_MEDIA_TYPE",
    NotAcceptable: "NOT_ACCEPTABLE",
    DeadlineExceeded: "TIMEOUT",
    NotFound: "NOT_FOUND",
    AlreadyExists: "ALREADY_EXISTS",
    PreconditionFailed: "PRECONDITION_FAILED",
    Aborted: "CONFLICT",
    Unavailable: "UNAVAILABLE",
    NoAnswer: "INTERNAL_SERVER_ERROR",
}


class RequestError(InvalidRequest):
    """A well-formed request whose document cannot be executed."""

    def __init__(self, errors: Sequence[ErrorMap]) -> None:
        super().__init__(errors, [Violation("body/query", _tell(error)) for error in errors])


class LimitExceeded(TooLarge):
    """A request that asks for more than a limit of the mock's options admits."""

    def __init__(self, message: str) -> None:
        super().__init__(message, [Violation("body/query", message)])


class Malformed(Unreadable):
    """A call that is no well-formed GraphQL-over-HTTP request."""

    def __init__(self, message: str, location: str = "body") -> None:
        super().__init__(message, [Violation(location, message)])


def graphql_error(message: str, code: str) -> ErrorMap:
    """An error without a place."""
    return {"message": message, "extensions": {"code": code}}


def describe(errors: Sequence[GraphQLError], code: str) -> list[ErrorMap]:
    """graphql-core's errors as they are sent, each with the code."""
    return [
        {**error.formatted, "extensions": {**(error.extensions or {}), "code": code}}
        for error in errors
    ]


def errors_of(error: MockError) -> Sequence[ErrorMap]:
    """What a refusal has under `errors`."""
    if isinstance(error, InvalidRequest):
        return [_coded(entry) for entry in error.errors]
    if isinstance(error, LimitExceeded):
        return [graphql_error(error.detail, LIMIT_EXCEEDED)]
    code = next((CODES[kind] for kind in type(error).__mro__ if kind in CODES), "REFUSED")
    return [graphql_error(error.detail, code)]


def _coded(entry: ErrorMap) -> ErrorMap:
    extensions = entry.get("extensions") or {}
    if "code" in extensions:
        return entry
    return {**entry, "extensions": {**extensions, "code": BAD_USER_INPUT}}


def _tell(error: ErrorMap) -> str:
    places = error.get("locations") or ()
    where = ", ".join(f"{place['line']}:{place['column']}" for place in places)
    return f"{error['message']} ({where})" if where else str(error["message"])
