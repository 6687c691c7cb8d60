"""JSON-RPC 2.0 (jsonrpc.org/specification) over HTTP POST: the engine's steps, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from polymock.errors import (
    Forbidden,
    Invalid,
    MethodNotAllowed,
    MockError,
    NoAnswer,
    NoOperation,
    TooLarge,
    Unauthenticated,
    Unreadable,
    Unsatisfiable,
)
from polymock.interfaces import JOINT, Answer, Match, Operation, Spec
from polymock.jsonschema import Validator
from polymock.samples import Sampler
from polymock_jsonrpc.document import Method, RpcDocument
from polymock_schemas.calls import Call, Outcome, Reply, Violation
from polymock_schemas.commands import Fault

MAX_BATCH = 100
DISCOVER = Method("rpc.discover", "This document", (), "either", True, ())
CODES: Mapping[type[MockError], int] = {
    Unreadable: -32700,
    NoOperation: -32601,
    Invalid: -32602,
    TooLarge: -32600,
    Unauthenticated: -32001,
    Forbidden: -32003,
}
"""By the error's class; all others are internal errors (-32603)."""


class UnknownMethod(NoOperation):
    """The address is right, and there is no method of this name."""


STATUSES: Mapping[type[MockError], int] = {
    UnknownMethod: 200,
    NoOperation: 404,
    MethodNotAllowed: 405,
    Unauthenticated: 401,
    Forbidden: 403,
    TooLarge: 413,
}
"""Of refusals that HTTP knows too; an error of the RPC itself has status 200."""


class InvalidRequest(Invalid):
    """The body is JSON, and no Request object (section 4); its code is -32600."""


class Request(msgspec.Struct, frozen=True):
    """A Request object. `id` is UNSET in a notification; `error` says why it cannot be answered."""

    id: Any
    method: Method | None
    params: Any
    error: MockError | None = None


class Reading(msgspec.Struct, frozen=True):
    """All requests of a call, their parameters by name."""

    requests: Sequence[Request]
    is_batch: bool


class JsonRpcContract:
    """Implements `polymock.interfaces.Contract` over a loaded document."""

    protocol = "jsonrpc"
    secrets: Sequence[str] = ()

    def __init__(self, document: RpcDocument, spec: Spec) -> None:
        self._document = document
        self._spec = spec
        self._sampler = Sampler(document.definitions)
        self._methods = {DISCOVER.name: DISCOVER, **document.methods}
        self._validators: dict[int, Validator] = {}
        self.title = document.title
        self.faults: Sequence[Fault] = document.faults
        self.files: Sequence[str] = document.files
        self.operations: Sequence[Operation] = tuple(
            Operation(name=method.name, summary=method.summary)
            for method in document.methods.values()
        )

    def match(self, call: Call) -> Match:
        """The methods that the body names."""
        if call.path != "/":
            raise NoOperation(f"Nothing is served at {call.path}; POST to the mock's own address.")
        if call.method != "POST":
            raise MethodNotAllowed("JSON-RPC calls are POST requests.", ["POST"])
        try:
            body = msgspec.json.decode(call.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Unreadable(f"The body is no JSON: {error}") from None
        is_batch = isinstance(body, list)
        if is_batch and not 0 < len(body) <= MAX_BATCH:
            raise InvalidRequest(f"A batch holds 1 to {MAX_BATCH} requests.")
        requests = [self._request(one) for one in (body if is_batch else [body])]
        if not is_batch and requests[0].error is not None:
            raise requests[0].error
        names = dict.fromkeys(one.method.name for one in requests if one.method is not None)
        operation = Operation(name=JOINT.join(names), cacheable=True)
        return Match(operation=operation, notes=Reading(requests, is_batch))

    def allowed(self, call: Call) -> tuple[str, ...]:
        """POST, at the mock's own address."""
        return ("POST",) if call.path == "/" else ()

    def identify(self, match: Match, call: Call) -> str:
        """OpenRPC says nothing of credentials."""
        return ""

    def read(self, match: Match, call: Call) -> Reading:
        """Parameters by name, each checked by its schema."""
        found: Reading = match.notes
        if not found.is_batch:
            return Reading([self._checked(found.requests[0])], is_batch=False)
        requests = []
        for request in found.requests:
            try:
                requests.append(self._checked(request))
            except MockError as error:
                requests.append(msgspec.structs.replace(request, error=error))
        return Reading(requests, is_batch=True)

    def example(self, reading: Reading) -> Answer | None:
        """The document's example for these parameters, else its first; a batch has none."""
        method = reading.requests[0].method
        if reading.is_batch or method is None or not method.examples:
            return None
        asked = reading.requests[0].params
        results = [result for params, result in method.examples if params == asked]
        return Answer((results or [method.examples[0][1]])[:1], "example")

    def sample(self, reading: Reading) -> Answer:
        """A result made from each method's schema; the same parameters give the same."""
        return Answer([self._result(request) for request in reading.requests], "sample")

    def write(self, reading: Reading, answer: Answer) -> Reply:
        """Response objects (section 5); none for notifications."""
        responses = [
            _failure(request.id, request.error)
            if request.error is not None
            else {"jsonrpc": "2.0", "result": result, "id": request.id}
            for request, result in zip(reading.requests, answer.value, strict=True)
            if request.id is not msgspec.UNSET
        ]
        names = dict.fromkeys(one.method.name for one in reading.requests if one.method)
        return _reply(
            200 if responses else 204,
            (responses if reading.is_batch else responses[0]) if responses else None,
            Reply(
                status=200,
                headers=(),
                body=b"",
                source=answer.source,
                operation=JOINT.join(names),
                stable=answer.stable,
            ),
        )

    def refuse(self, call: Call, error: MockError, match: Match | None) -> Reply:
        """A Response object with the error (section 5.1), and HTTP's status where it has one."""
        status = _by_class(STATUSES, error, 200)
        headers: list[tuple[bytes, bytes]] = []
        if isinstance(error, MethodNotAllowed):
            headers.append((b"allow", b"POST"))
        if isinstance(error, Unauthenticated):
            headers += [(b"www-authenticate", one.encode()) for one in error.challenges]
        reply = Reply(status, tuple(headers), b"", "refusal", outcome=_outcome(error), stable=True)
        return _reply(status, _failure(_id_of(call), error), reply)

    def examine(self, operation: Operation) -> Sequence[Fault]:
        """Whether a result can be made from the method's schema."""
        method = self._methods[operation.name]
        wrong = None if method.result is None else self._sampler.diagnose(method.result)
        if wrong is None:
            return ()
        message = f"no value satisfies the result of {method.name}: {wrong}"
        return (Fault("warning", self._spec.location, "/methods", message),)

    def problems(self) -> Sequence[Fault]:
        """All faults of the document and of its methods."""
        found = [fault for operation in self.operations for fault in self.examine(operation)]
        return (*self.faults, *found)

    def _request(self, body: Any) -> Request:
        if not isinstance(body, dict) or body.get("jsonrpc") != "2.0":
            error = InvalidRequest('A request is an object with `"jsonrpc": "2.0"`.')
            return Request(None, None, None, error)
        name, params = body.get("method"), body.get("params", {})
        id_ = body.get("id", msgspec.UNSET)
        if not isinstance(name, str) or not isinstance(params, dict | list):
            error = InvalidRequest("`method` must be a string, `params` an object or a list.")
            return Request(None, None, None, error)
        method = self._methods.get(name)
        if method is None:
            return Request(id_, None, None, UnknownMethod(f"There is no method `{name[:100]}`."))
        return Request(id_, method, params)

    def _checked(self, request: Request) -> Request:
        """The request with its parameters by name. Raises Invalid."""
        method, given = request.method, request.params
        if method is None:
            return request
        structure = "by-position" if isinstance(given, list) else "by-name"
        if given and method.structure not in (structure, "either"):
            raise Invalid(f"`{method.name}` takes its parameters {method.structure}.")
        if isinstance(given, list):
            names = [parameter.name for parameter in method.parameters]
            if len(given) > len(names):
                raise Invalid(f"`{method.name}` takes {len(names)} parameters at most.")
            given = dict(zip(names, given, strict=False))
        violations: list[Violation] = []
        for parameter in method.parameters:
            place = f"body/params/{parameter.name}"
            if parameter.name in given:
                validator = self._validator(parameter.schema)
                violations += validator.violations(given[parameter.name], place)
            elif parameter.required:
                violations.append(Violation(place, "is missing"))
        if violations:
            raise Invalid(f"The parameters of `{method.name}` are wrong.", violations)
        return msgspec.structs.replace(request, params=given)

    def _validator(self, schema: Any) -> Validator:
        validator = self._validators.get(id(schema))
        if validator is None:
            validator = Validator(schema, self._document.definitions, "request")
            self._validators[id(schema)] = validator
        return validator

    def _result(self, request: Request) -> Any:
        method = request.method
        if method is None or method.result is None or request.error is not None:
            return None
        if method is DISCOVER:
            return self._document.source
        key = method.name + msgspec.json.encode(request.params, order="sorted").decode()
        try:
            return self._sampler.sample(method.result, self._spec.seed, key)
        except Unsatisfiable as error:
            raise NoAnswer(
                f"No result of {method.name} can be made: {error}", asked=False
            ) from None


def _failure(id_: Any, error: MockError) -> dict[str, Any]:
    code = -32600 if isinstance(error, InvalidRequest) else _by_class(CODES, error, -32603)
    told: dict[str, Any] = {"code": code, "message": error.detail}
    if error.violations:
        told["data"] = error.violations
    return {"jsonrpc": "2.0", "error": told, "id": None if id_ is msgspec.UNSET else id_}


def _by_class(table: Mapping[type[MockError], int], error: MockError, otherwise: int) -> int:
    return next((table[kind] for kind in type(error).__mro__ if kind in table), otherwise)


def _outcome(error: MockError) -> Outcome:
    return "server_error" if isinstance(error, NoAnswer) else "client_error"


def _id_of(call: Call) -> Any:
    """The id of a single request that was refused; null where it cannot be told (section 5)."""
    try:
        body = msgspec.json.decode(call.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return body.get("id") if isinstance(body, dict) else None


def _reply(status: int, value: Any, reply: Reply) -> Reply:
    """The reply with a JSON body, or with none."""
    body = b"" if value is None else msgspec.json.encode(value)
    headers = [*reply.headers, (b"content-length", str(len(body)).encode())]
    if body:
        headers.insert(0, (b"content-type", b"application/json"))
    return msgspec.structs.replace(reply, status=status, headers=tuple(headers), body=body)
