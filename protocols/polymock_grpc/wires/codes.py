"""The gRPC status codes: their names, and the HTTP status that each one is."""

from __future__ import annotations

from typing import NamedTuple

from polymock_grpc import model
from polymock_schemas.calls import Outcome


class Code(NamedTuple):
    """One code of google.rpc.Code."""

    number: int
    name: str
    """As google.rpc.Code has it: `NOT_FOUND`."""
    connect: str
    """As Connect has it: `not_found`."""
    http: int
    """The HTTP status: google/rpc/code.proto and the Connect protocol agree on all of them."""
    outcome: Outcome


_CODES = (
    Code(0, "OK", "ok", 200, "ok"),
    Code(1, "CANCELLED", "canceled", 499, "client_error"),
    Code(2, "UNKNOWN", "unknown", 500, "server_error"),
    Code(3, "INVALID_ARGUMENT", "invalid_argument", 400, "client_error"),
    Code(4, "DEADLINE_EXCEEDED", "deadline_exceeded", 504, "server_error"),
    Code(5, "NOT_FOUND", "not_found", 404, "client_error"),
    Code(6, "ALREADY_EXISTS", "already_exists", 409, "client_error"),
    Code(7, "PERMISSION_DENIED", "permission_denied", 403, "client_error"),
    Code(8, "RESOURCE_EXHAUSTED", "resource_exhausted", 429, "client_error"),
    Code(9, "FAILED_PRECONDITION", "failed_precondition", 400, "client_error"),
    Code(10, "ABORTED", "aborted", 409, "client_error"),
    Code(11, "OUT_OF_RANGE", "out_of_range", 400, "client_error"),
    Code(12, "UNIMPLEMENTED", "unimplemented", 501, "client_error"),
    Code(13, "INTERNAL", "internal", 500, "server_error"),
    Code(14, "UNAVAILABLE", "unavailable", 503, "server_error"),
    Code(15, "DATA_LOSS", "data_loss", 500, "server_error"),
    Code(16, "UNAUTHENTICATED", "unauthenticated", 401, "client_error"),
)


def code_of(number: int) -> Code:
    """The code of a number; UNKNOWN where there is none, as gRPC clients take it."""
    return _CODES[number if 0 <= number < len(_CODES) else model.UNKNOWN]
