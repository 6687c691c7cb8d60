"""An exchange as a worker handed it over, and the events that are made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from polymock.ids import uuid_text
from polymock.journal.frames import ReplyPart, decode_call
from polymock.journal.redaction import Redactor
from polymock.journal.rows import Columns, Formatter
from polymock_schemas.events import ErrorOccurred, Event, Fields, RequestReceived, ResponseSent

_decode_fields = msgspec.json.Decoder(Fields).decode


class Recorded(NamedTuple):
    """One exchange, undecoded. `data` is an encoded CallPart; `replies` hold its reply where it
    says only a number; `id` is that of its row."""

    id: int
    ts: int
    latency_us: int
    data: bytes
    replies: Mapping[int, ReplyPart]
    mock: str
    protocol: str
    node: str
    is_error: bool


class Decoder:
    """Makes events of exchanges, redacted as the journal is. Used by one thread.

    `secrets` gives the names of header fields and query parameters that contracts say to hide.
    """

    def __init__(self, redact: tuple[str, ...], secrets: Callable[[], frozenset[str]]) -> None:
        self._formatter = Formatter(Redactor(redact))
        self._secrets = secrets
        self._hidden: frozenset[str] = frozenset()

    def events(self, exchange: Recorded, wanted: frozenset[str]) -> Iterator[Event]:
        """Its events of those names; none where it cannot be read."""
        try:
            row = self._columns(exchange)
            id_ = uuid_text(exchange.id)
            sent = _decode_fields(row.request_headers)
            answered = _decode_fields(row.response_headers)
        except (msgspec.DecodeError, LookupError):
            return
        if "request.received" in wanted:
            yield _received(exchange, row, id_, sent)
        if "response.sent" in wanted:
            yield _sent(exchange, row, id_, sent, answered)
        if exchange.is_error and "error.occurred" in wanted:
            yield _error(exchange, row, id_)

    def _columns(self, exchange: Recorded) -> Columns:
        secrets = self._secrets()
        if secrets is not self._hidden:
            self._hidden = secrets
            self._formatter.hide(secrets)
        call = decode_call(exchange.data)
        reply = call.reply
        if isinstance(reply, int):
            reply = exchange.replies[reply]
        return self._formatter.columns(call, reply, exchange.mock, exchange.protocol, exchange.node)


def _received(exchange: Recorded, row: Columns, id_: str, headers: Fields) -> RequestReceived:
    return RequestReceived(
        id=f"rq_{id_}",
        ts=exchange.ts,
        exchange=id_,
        protocol=row.protocol,
        mock=row.mock,
        operation=row.operation,
        session=row.session,
        method=row.method,
        path=row.path,
        query=row.query,
        client=row.client,
        user_agent=row.user_agent,
        principal=row.principal,
        trace_id=row.trace_id,
        bytes=row.request_bytes,
        headers=headers,
        body=row.request_body,
    )


def _sent(
    exchange: Recorded, row: Columns, id_: str, sent: Fields, answered: Fields
) -> ResponseSent:
    parent = sent.get("traceparent", "")
    return ResponseSent(
        id=f"rs_{id_}",
        ts=exchange.ts + exchange.latency_us,
        exchange=id_,
        protocol=row.protocol,
        mock=row.mock,
        operation=row.operation,
        session=row.session,
        method=row.method,
        path=row.path,
        status=row.status,
        outcome=row.outcome,
        source=row.source,
        stub=row.stub,
        scenario=row.scenario,
        principal=row.principal,
        latency_us=exchange.latency_us,
        trace_id=row.trace_id,
        parent=parent if isinstance(parent, str) else "",
        bytes=row.response_bytes,
        violations=row.violations,
        headers=answered,
        body=row.response_body,
    )


def _error(exchange: Recorded, row: Columns, id_: str) -> ErrorOccurred:
    what = row.operation or f"{row.method} {row.path}"
    return ErrorOccurred(
        id=f"er_{id_}",
        ts=exchange.ts + exchange.latency_us,
        part="exchange",
        message=f"{what} was answered with {row.status} ({row.outcome.replace('_', ' ')})",
        exchange=id_,
        protocol=row.protocol,
        mock=row.mock,
        operation=row.operation,
        session=row.session,
        status=row.status,
        outcome=row.outcome,
        violations=row.violations,
    )
