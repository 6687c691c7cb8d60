"""What a caller asks of the answer: `Prefer: code=NOT_FOUND`, or an HTTP status in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from polymock.errors import Invalid
from polymock_graphql.model import Failure
from polymock_schemas.calls import Call, Violation

CODES: Mapping[int, str] = {
    400: "BAD_USER_INPUT",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    408: "TIMEOUT",
    409: "CONFLICT",
    410: "GONE",
    412: "PRECONDITION_FAILED",
    413: "PAYLOAD_TOO_LARGE",
    422: "BAD_USER_INPUT",
    429: "RATE_LIMITED",
    500: "INTERNAL_SERVER_ERROR",
    501: "NOT_IMPLEMENTED",
    502: "BAD_GATEWAY",
    503: "SERVICE_UNAVAILABLE",
    504: "GATEWAY_TIMEOUT",
}
"""Codes of GraphQL errors by the HTTP status that says the same."""
_CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_STATUS = re.compile(r"[1-5][0-9][0-9]")


def failure(call: Call) -> Failure | None:
    """The error that the caller prefers to get; None for an answer.

    Other preferences are passed over (RFC 7240, section 2), and so is a status that is no error.
    Raises Invalid where the code is none.
    """
    if b"prefer" not in call.fields:
        return None
    text = next(_codes(call), None)
    if text is None:
        return None
    if _STATUS.fullmatch(text):
        code = _code_of(int(text))
        return Failure(code, text) if code else None
    if not _CODE.fullmatch(text):
        violation = Violation("header.Prefer", "code: expected a GraphQL error code or a status")
        raise Invalid("The preferences of the request are not understood.", [violation])
    return Failure(text, text)


def _codes(call: Call) -> Iterator[str]:
    """The values of all preferences of this name; the first one counts."""
    for header, value in call.headers:
        if header == b"prefer":
            for words in re.split("[,;]", value.decode("latin-1")):
                name, separator, rest = words.partition("=")
                if separator and name.strip().lower() == "code":
                    yield rest.strip().strip('"')


def _code_of(status: int) -> str:
    if status < 400:
        return ""
    return CODES.get(status) or ("BAD_REQUEST" if status < 500 else "INTERNAL_SERVER_ERROR")
