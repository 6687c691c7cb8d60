"""Calls to readings: GraphQL over HTTP (graphql.github.io/graphql-over-http), and its neighbours.

Taken are GET, and POST of `application/json`, of `application/graphql` (the bare document) and of
`multipart/form-data` (uploads); a JSON array is a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from polymock.errors import (
    Invalid,
    MethodNotAllowed,
    NotAcceptable,
    TooLarge,
    UnsupportedMedia,
)
from polymock.interfaces import JOINT, Match, Operation
from polymock.media_types import MediaName
from polymock_graphql.model import GraphqlReading, GraphqlRequest, Refused, Task
from polymock_graphql.reading.documents import READS, Documents, Planned
from polymock_graphql.reading.errors import LimitExceeded, Malformed, RequestError, errors_of
from polymock_graphql.reading.forms import read_upload
from polymock_graphql.reading.media_types import JSON, parse_media
from polymock_graphql.reading.negotiation import ANYTHING, SOCKET, choose_media
from polymock_graphql.reading.parameters import (
    Parameters,
    check_parameters,
    decode_json,
    decode_object,
    parse_url,
    read_url,
)
from polymock_graphql.reading.persisted import PersistedQueries
from polymock_graphql.reading.preferences import preferences
from polymock_graphql.settings import GraphqlSettings
from polymock_schemas.calls import Call, Violation

DOCUMENT = "application/graphql"
FORM = "multipart/form-data"
TAKEN = (JSON, FORM, DOCUMENT)


class Reader:
    """Reads the calls of one mock."""

    def __init__(self, documents: Documents, settings: GraphqlSettings) -> None:
        self._documents = documents
        self._max_batch = settings.limits.batch
        self._persisted = PersistedQueries(enabled=settings.persisted_queries)

    def read(self, call: Call) -> Match:
        """The operations that a call asks for, and as the notes the reading itself.

        Raises Malformed, UnsupportedMedia and NotAcceptable of the call; RequestError,
        LimitExceeded and MethodNotAllowed of its document.
        """
        if call.method == "POST":
            found = self._read_body(call)
            if not isinstance(found, Parameters):
                return self._match_batch(call, found)
        else:
            found = read_url(parse_url(call.query))
        try:
            request, planned = self._plan(found)
        except (RequestError, LimitExceeded) as error:
            if call.method != "POST":
                error.violations = tuple(
                    Violation("query.query", violation.message) for violation in error.violations
                )
            raise
        plan, operation = planned.plan, planned.operation
        if plan.kind == "mutation" and call.method != "POST":
            raise MethodNotAllowed("Mutations are asked for by POST, not by GET.", ("POST",))
        fields = call.fields
        if b"sec-websocket-protocol" in fields:
            media = SOCKET
        else:
            accept = fields.get(b"accept", ANYTHING)
            media = choose_media(accept, plan.kind, incremental=plan.incremental)
        reading = GraphqlReading(
            call, (Task(request, plan),), False, media, operation.name, preferences(call)
        )
        return Match(operation, notes=reading)

    def _read_body(self, call: Call) -> Parameters | list[Any]:
        media = parse_media(call.fields.get(b"content-type", b""))
        name = media.essence if media is not None and media.is_utf8 else ""
        if name == JSON:
            if not call.body.lstrip(b" \t\r\n").startswith(b"["):
                return decode_object(call.body)
            return _as_batch(decode_json(call.body))
        if media is not None and name == FORM:
            return _as_batch(read_upload(call.body, media.parameters.get("boundary", "")))
        if name == DOCUMENT:
            return _read_document(call.body)
        raise UnsupportedMedia(_unsupported(call, media), TAKEN)

    def _plan(self, parameters: Parameters) -> tuple[GraphqlRequest, Planned]:
        text = self._persisted.find(parameters)
        document = self._documents.find(text)
        if parameters.extensions:
            self._persisted.learn(parameters)
        request = GraphqlRequest(
            query=text,
            operation_name=parameters.operation_name or None,
            variables=parameters.variables or {},
            extensions=parameters.extensions or {},
        )
        return request, document.choose(request.operation_name)

    def _match_batch(self, call: Call, values: Sequence[Any]) -> Match:
        if not values:
            raise Malformed("The batch is empty.")
        if len(values) > self._max_batch:
            raise LimitExceeded(
                f"The batch has more than {self._max_batch} operations: {len(values)}. "
                "`options.limits.batch` of the mock raises the limit."
            )
        requests = [check_parameters(value, f"body/{index}") for index, value in enumerate(values)]
        media = choose_media(call.fields.get(b"accept", ANYTHING), "query")
        tasks: list[Task | Refused] = []
        names: dict[str, None] = {}
        cacheable = True
        for parameters in requests:
            try:
                request, planned = self._plan(parameters)
                if planned.plan.kind == "subscription":
                    raise NotAcceptable("A subscription cannot be part of a batch.", ())
            except (Invalid, TooLarge, Malformed, NotAcceptable) as error:
                tasks.append(Refused(errors_of(error)))
                cacheable = False
            else:
                tasks.append(Task(request, planned.plan))
                names.update(dict.fromkeys(planned.operation.name.split(JOINT)))
                cacheable = cacheable and planned.operation.cacheable
        operation = Operation(name=JOINT.join(names), reads=READS, cacheable=cacheable)
        reading = GraphqlReading(call, tasks, True, media, operation.name, preferences(call))
        return Match(operation, notes=reading)


def _as_batch(value: Any) -> Parameters | list[Any]:
    return value if isinstance(value, list) else check_parameters(value)


def _read_document(body: bytes) -> Parameters:
    try:
        return Parameters(query=body.decode())
    except UnicodeDecodeError as error:
        raise Malformed("The document is not UTF-8.") from error


def _unsupported(call: Call, media: MediaName | None) -> str:
    field = call.fields.get(b"content-type")
    if field is None:
        return f"The call has no `Content-Type`; send {JSON}."
    if media is not None and media.essence in TAKEN:
        return f"{media.essence} is taken in UTF-8 alone."
    return f"A body of type {field.decode('latin-1')[:200]!r} is not taken; send {JSON}."
