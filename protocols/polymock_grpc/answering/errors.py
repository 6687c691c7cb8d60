"""Refusals as gRPC statuses, with the rich details of the error model (cloud.google.com/apis)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from polymock.errors import (
    Aborted,
    AlreadyExists,
    Cancelled,
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
from polymock_grpc.answering.wishes import AskedStatus
from polymock_grpc.model import (
    ABORTED,
    ALREADY_EXISTS,
    CANCELLED,
    DEADLINE_EXCEEDED,
    FAILED_PRECONDITION,
    INTERNAL,
    INVALID_ARGUMENT,
    NOT_FOUND,
    PERMISSION_DENIED,
    RESOURCE_EXHAUSTED,
    UNAUTHENTICATED,
    UNAVAILABLE,
    UNIMPLEMENTED,
    UNKNOWN,
    Detail,
    Status,
)
from polymock_schemas.calls import Violation

DOMAIN = "polymock"
MAX_TEXT = 1000
"""Characters of a message: a hostile call is not echoed at length."""
MAX_LIST = 50

CODES: dict[type[MockError], int] = {
    NoOperation: UNIMPLEMENTED,
    MethodNotAllowed: UNIMPLEMENTED,
    Unauthenticated: UNAUTHENTICATED,
    Forbidden: PERMISSION_DENIED,
    Invalid: INVALID_ARGUMENT,
    Unreadable: INVALID_ARGUMENT,
    UnsupportedMedia: INVALID_ARGUMENT,
    NotAcceptable: INVALID_ARGUMENT,
    TooLarge: RESOURCE_EXHAUSTED,
    Cancelled: CANCELLED,
    DeadlineExceeded: DEADLINE_EXCEEDED,
    NotFound: NOT_FOUND,
    AlreadyExists: ALREADY_EXISTS,
    PreconditionFailed: FAILED_PRECONDITION,
    Aborted: ABORTED,
    Unavailable: UNAVAILABLE,
    NoAnswer: INTERNAL,
}
"""What each error is in gRPC; the nearest ancestor counts."""


def status_of(error: MockError, *, as_grpc: bool = False) -> Status:
    """The status of an error.

    `as_grpc`: bytes that are no message are INTERNAL (doc/statuscodes.md of gRPC), while Connect
    has INVALID_ARGUMENT for them.
    """
    if isinstance(error, AskedStatus):
        return _asked(error)
    code = next((CODES[kind] for kind in type(error).__mro__ if kind in CODES), UNKNOWN)
    if as_grpc and isinstance(error, Unreadable):
        code = INTERNAL
    metadata: tuple[tuple[bytes, bytes], ...] = ()
    if isinstance(error, Unauthenticated):
        challenges = error.challenges[:MAX_LIST]
        metadata = tuple((b"www-authenticate", c.encode("latin-1", "replace")) for c in challenges)
    return Status(code, _bound(error.detail), _details(error), metadata)


def _asked(error: AskedStatus) -> Status:
    """An error that a caller asked for, as a service would tell it."""
    message, details = _REALISTIC[error.code]
    wanted = error.wanted
    if wanted is not None and error.code in _ABOUT_RESOURCES:
        verb, description = _ABOUT_RESOURCES[error.code]
        message = f"{wanted.name} {verb}."
        details = (_resource_info(wanted.type, wanted.name, description),)
    return Status(
        error.code,
        message,
        tuple(_detail(name, value) for name, value in details),
        metadata=((b"preference-applied", b"code=" + error.wish.encode()),),
    )


def _details(error: MockError) -> Sequence[Detail]:
    if error.violations:
        return (_bad_request(error.violations),)
    if isinstance(error, NotFound | AlreadyExists):
        return _about(error)
    if isinstance(error, PreconditionFailed):
        failure = {"type": "STATE", "description": _bound(error.detail)}
        return (_detail("PreconditionFailure", {"violations": [failure]}),)
    if isinstance(error, Aborted | Unavailable):
        reason = "CONFLICT" if isinstance(error, Aborted) else "STORE_UNAVAILABLE"
        return (_detail(*_info(reason)), _detail(*_RETRY))
    if isinstance(error, Unauthenticated):
        return (_detail(*_info("CREDENTIALS_MISSING")),)
    if isinstance(error, Forbidden):
        return (_detail(*_info("ACCESS_DENIED")),)
    if isinstance(error, TooLarge):
        failure = {"subject": "message size", "description": _bound(error.detail)}
        return (_detail("QuotaFailure", {"violations": [failure]}),)
    return ()


def _about(error: NotFound | AlreadyExists) -> Sequence[Detail]:
    """Which resource is not there, or is there already."""
    is_missing = isinstance(error, NotFound)
    _, description = _ABOUT_RESOURCES[NOT_FOUND if is_missing else ALREADY_EXISTS]
    kind, name = _bound(error.collection), _bound(error.key)
    told = {
        "reason": "RESOURCE_NOT_FOUND" if is_missing else "RESOURCE_EXISTS",
        "domain": DOMAIN,
        "metadata": {"resourceType": kind, "resourceName": name},
    }
    return (_detail(*_resource_info(kind, name, description)), _detail("ErrorInfo", told))


def _bad_request(violations: Sequence[Violation]) -> Detail:
    """Fields are named as google.rpc.BadRequest has it: `order.lines[0].quantity`."""
    told = [
        {"field": field_path(each.location), "description": _bound(each.message)}
        for each in violations[:MAX_LIST]
    ]
    return _detail("BadRequest", {"fieldViolations": told})


def field_path(location: str) -> str:
    """The path of a field, from a violation's location (`body/order/lines/0/quantity`)."""
    root, slash, rest = location.partition("/")
    if not slash:
        return "" if root == "body" else _bound(location)
    path = ""
    for token in _bound(rest).split("/"):
        name = token.replace("~1", "/").replace("~0", "~")
        path += f"[{name}]" if name.isdecimal() and path else f".{name}" if path else name
    return path


def _detail(name: str, value: dict[str, Any]) -> Detail:
    # Imported by the first error that has details: google.protobuf costs 70 ms.
    from polymock_grpc.answering.details import detail

    return detail(name, value)


def _bound(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


_RETRY = ("RetryInfo", {"retryDelay": "1s"})


def _info(reason: str) -> tuple[str, dict[str, Any]]:
    return ("ErrorInfo", {"reason": reason, "domain": DOMAIN})


def _resource_info(kind: str, name: str, description: str) -> tuple[str, dict[str, Any]]:
    told = {"resourceType": kind, "resourceName": name, "description": description}
    return ("ResourceInfo", told)


_ABOUT_RESOURCES = {
    NOT_FOUND: ("was not found", "There is none."),
    ALREADY_EXISTS: ("exists already", "There is one already."),
}
"""What is said of a resource that the request names: in the message, and in its details."""
_REALISTIC: dict[int, tuple[str, Sequence[tuple[str, dict[str, Any]]]]] = {
    1: ("The call was cancelled.", ()),
    2: ("The service failed for an unknown reason.", ()),
    3: (
        "The request has an invalid argument.",
        (("BadRequest", {"fieldViolations": [{"field": "name", "description": "is invalid"}]}),),
    ),
    4: ("The deadline passed before the call was done.", (_RETRY,)),
    5: (
        "The resource was not found.",
        (_resource_info("resource", "resources/1", "There is none."),),
    ),
    6: (
        "The resource exists already.",
        (_resource_info("resource", "resources/1", "There is one already."),),
    ),
    7: ("The caller may not do this.", (_info("PERMISSION_DENIED"),)),
    8: (
        "The quota is used up.",
        (
            ("QuotaFailure", {"violations": [{"subject": "calls", "description": "per minute"}]}),
            _RETRY,
        ),
    ),
    9: (
        "The system is not in a state for this.",
        (
            (
                "PreconditionFailure",
                {"violations": [{"type": "STATE", "subject": "resource", "description": "busy"}]},
            ),
        ),
    ),
    10: ("The call was aborted, as another one changed the same.", (_RETRY,)),
    11: (
        "A value is out of its range.",
        (("BadRequest", {"fieldViolations": [{"field": "page", "description": "past the end"}]}),),
    ),
    12: ("The method is not implemented.", ()),
    13: ("The service broke one of its own rules.", (("DebugInfo", {"detail": "made up"}),)),
    14: ("The service is not available now.", (_RETRY,)),
    15: ("Data is lost or damaged beyond repair.", ()),
    16: ("The call has no valid credentials.", (_info("CREDENTIALS_MISSING"),)),
}
