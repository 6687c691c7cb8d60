"""Refusals as problem details (RFC 9457), in the error body that the operation declares.

{"type": "urn:polymock:problem:invalid", "title": "The call breaks the contract", "status": 422,
 "detail": "…", "instance": "/pets/x", "violations": [{"location": "path.petId", "message": "…"}]}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

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
from polymock_openapi.answering.declared_errors import PROBLEM_JSON, DeclaredErrors, ErrorBody
from polymock_openapi.answering.encode import encode_json
from polymock_openapi.answering.response_headers import fit_value
from polymock_openapi.model import Endpoint
from polymock_openapi.write import outcome_of
from polymock_schemas.calls import Call, Headers, Reply

MAX_TEXT = 1000
"""Characters of a problem's detail, path or message: a hostile call is not echoed at length."""
MAX_LIST = 50
_URN = "urn:polymock:problem:"


class Problem(NamedTuple):
    """What kind of problem an error is: the end of its `type`, its title and status."""

    kind: str
    title: str
    status: int


PROBLEMS: dict[type[MockError], Problem] = {
    NoOperation: Problem("no-operation", "Nothing answers at this address", 404),
    MethodNotAllowed: Problem("method-not-allowed", "This address has other methods", 405),
    Unauthenticated: Problem("unauthenticated", "Credentials are needed", 401),
    Forbidden: Problem("forbidden", "These credentials do not suffice", 403),
    Invalid: Problem("invalid", "The call breaks the contract", 422),
    Unreadable: Problem("unreadable", "The call cannot be read", 400),
    TooLarge: Problem("too-large", "The call is too large", 413),
    UnsupportedMedia: Problem("unsupported-media", "The body is of a type not taken here", 415),
    NotAcceptable: Problem("not-acceptable", "There is no answer of an accepted type", 406),
    NotFound: Problem("not-found", "There is no such entity", 404),
    AlreadyExists: Problem("already-exists", "There is such an entity already", 409),
    PreconditionFailed: Problem("precondition-failed", "The entity is in another state", 412),
    Aborted: Problem("conflict", "The change conflicts with another, or with what is there", 409),
    Unavailable: Problem("unavailable", "The world cannot be read or written now", 503),
    NoAnswer: Problem("no-such-answer", "The contract has no such answer", 404),
}
_CONTRADICTION = Problem("contradiction", "The contract contradicts itself", 500)
_UNKNOWN = Problem("refused", "The call is refused", 500)
_STABLE = (NoOperation, MethodNotAllowed, Unauthenticated, Invalid, NotAcceptable, NoAnswer)
"""What depends on nothing but the call."""


def refuse(
    call: Call,
    error: MockError,
    endpoint: Endpoint | None = None,
    errors: DeclaredErrors | None = None,
) -> Reply:
    """Encode a refusal; `endpoint` is the operation and `errors` what it declares for them, where
    one was found.

    A broken contract is 422, or 400 where the operation declares 400 and not 422.
    """
    problem = _problem(error, endpoint)
    document: dict[str, Any] = {
        "type": _URN + problem.kind,
        "title": problem.title,
        "status": problem.status,
        "detail": _bound(error.detail),
        "instance": _uri((call.address)[:MAX_TEXT]),
    }
    if error.violations:
        document["violations"] = [
            {"location": _bound(violation.location), "message": _bound(violation.message)}
            for violation in error.violations[:MAX_LIST]
        ]
    document.update(_members(error))
    sent = errors.fit(document) if errors else ErrorBody(PROBLEM_JSON, document)
    body = encode_json(sent.document)
    return Reply(
        status=problem.status,
        headers=(
            (b"content-type", sent.content_type.encode("latin-1", "replace")),
            (b"content-length", str(len(body)).encode()),
            *_fields(error, call.method),
        ),
        body=b"" if call.method == "HEAD" else body,
        source="refusal",
        outcome=outcome_of(problem.status),
        operation=endpoint.name if endpoint else "",
        violations=error.violations,
        stable=call.method in ("GET", "HEAD") and isinstance(error, _STABLE),
    )


def _problem(error: MockError, endpoint: Endpoint | None) -> Problem:
    if isinstance(error, NoAnswer) and not error.asked:
        return _CONTRADICTION
    problem = next((PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS), _UNKNOWN)
    if isinstance(error, Invalid) and endpoint is not None:
        declared = {response.status for response in endpoint.responses}
        if "400" in declared and "422" not in declared:
            return problem._replace(status=400)
    return problem


def _members(error: MockError) -> dict[str, list[str]]:
    """What would be right instead, as members of the problem."""
    if isinstance(error, MethodNotAllowed):
        return {"allowed": _bound_all(error.allowed)}
    if isinstance(error, UnsupportedMedia):
        return {"accepted": _bound_all(error.accepted)}
    if isinstance(error, NotAcceptable):
        return {"offered": _bound_all(error.offered)}
    return {}


def _fields(error: MockError, method: str) -> Headers:
    """The header fields that RFC 9110 asks for beside a status."""
    if isinstance(error, MethodNotAllowed):
        return ((b"allow", _field(error.allowed)),)
    if isinstance(error, UnsupportedMedia):
        accepted = _field(error.accepted)
        name = {"POST": b"accept-post", "PATCH": b"accept-patch"}.get(method)
        return ((b"accept", accepted), (name, accepted)) if name else ((b"accept", accepted),)
    if isinstance(error, Unauthenticated):
        challenges = error.challenges[:MAX_LIST] or ("ApiKey",)
        return tuple((b"www-authenticate", _field((challenge,))) for challenge in challenges)
    return ()


def _field(values: Sequence[str]) -> bytes:
    return fit_value(", ".join(values[:MAX_LIST])).encode("latin-1")


def _uri(path: str) -> str:
    """A raw path, one character a byte, with what no URI may hold percent-encoded."""
    return quote(path, safe="/%:@!$&'()*+,;=~", encoding="latin-1", errors="replace")


def _bound(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _bound_all(values: Sequence[str]) -> list[str]:
    return [_bound(value) for value in values[:MAX_LIST]]
