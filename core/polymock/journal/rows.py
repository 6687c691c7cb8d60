"""What is recorded of a call and its reply: the one place where bytes become columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from polymock.ids import new_run, uuid7, uuid_text
from polymock.journal.frames import (
    CallPart,
    ReplyPart,
    decode_call,
    decode_headers,
    encode_call,
    reply_fields,
    reply_part,
)
from polymock.journal.redaction import UNREADABLE, Redactor, without_echoes, without_userinfo
from polymock.journal.transcription import Transcriber, shown
from polymock_schemas.calls import Call, Exchange, Outcome, Reply, Source, Violation

REMEMBERED_HEADERS = 4096
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-")
_run = new_run()
_counter = itertools.count()


class HeaderText(NamedTuple):
    """Header fields as stored, and what other columns take from them."""

    json: str
    media_type: str
    user_agent: str
    session: str
    trace_id: str
    hidden: frozenset[str]
    """What redaction took out of the values."""


class Columns(NamedTuple):
    """The columns of `requests` but for id, ts and latency_us, in the table's order."""

    node: str
    session: str
    protocol: str
    mock: str
    operation: str
    method: str
    path: str
    query: str
    status: int
    outcome: Outcome
    source: Source
    stub: str
    scenario: str
    principal: str
    client: str
    user_agent: str
    request_bytes: int
    response_bytes: int
    request_headers: str
    response_headers: str
    request_body: str | None
    response_body: str | None
    truncated: bool
    violations: tuple[Violation, ...]
    trace_id: str
    request_messages: int
    response_messages: int


class Formatter:
    """Makes columns, redacted; remembers the text of headers that it has seen."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._headers: dict[bytes, HeaderText] = {}

    def hide(self, names: Iterable[str]) -> None:
        """Hide these header fields and query parameters too, from now on."""
        redactor = self._redactor.hiding(names)
        if redactor is not self._redactor:
            self._redactor = redactor
            self._headers.clear()

    def columns(
        self, call: CallPart, reply: ReplyPart, mock: str, protocol: str, node: str
    ) -> Columns:
        """The columns of one exchange. Raises msgspec.DecodeError where headers are malformed."""
        redactor = self._redactor
        sent = self.headers(call.headers)
        answered = self.headers(reply.headers)
        hidden = set(sent.hidden)
        query = redactor.query(call.query.decode("utf-8", "backslashreplace"), hidden)
        request_body = redactor.body(call.body, call.whole, sent.media_type, hidden)
        response_body = redactor.body(reply.body, reply.whole, answered.media_type, set())
        if reply.source == "refusal" and response_body is not None:
            # A refusal quotes the call: what is hidden there must not come back in its words.
            unread = request_body is not None and UNREADABLE in request_body
            response_body = UNREADABLE if unread else without_echoes(response_body, hidden)
        return Columns(
            node=node,
            session=sent.session,
            protocol=protocol,
            mock=mock,
            operation=reply.operation,
            method=call.method,
            path=call.path if "@" not in call.path else without_userinfo(call.path),
            query=query,
            status=reply.status,
            outcome=reply.outcome,
            source=reply.source,
            stub=reply.stub,
            scenario=reply.scenario,
            principal=reply.principal,
            client=call.client,
            user_agent=sent.user_agent,
            request_bytes=call.size,
            response_bytes=reply.size,
            request_headers=sent.json,
            response_headers=answered.json,
            request_body=request_body,
            response_body=response_body,
            truncated=call.whole > len(call.body) or reply.whole > len(reply.body),
            violations=tuple(redactor.violation(v, hidden) for v in reply.violations),
            trace_id=sent.trace_id,
            request_messages=reply.request_messages,
            response_messages=reply.response_messages,
        )

    def headers(self, data: msgspec.Raw) -> HeaderText:
        """Header fields as stored. Raises msgspec.DecodeError."""
        key = bytes(data)
        known = self._headers.get(key)
        if known is None:
            if len(self._headers) >= REMEMBERED_HEADERS:
                self._headers.clear()
            known = self._headers[key] = self._header_text(decode_headers(key))
        return known

    def _header_text(self, headers: list[tuple[bytes, bytes]]) -> HeaderText:
        fields: dict[str, str | list[str]] = {}
        hidden: set[str] = set()
        for name, value in headers:
            key, text = name.decode("latin-1"), self._redactor.header(name, value, hidden)
            before = fields.get(key)
            if before is None:
                fields[key] = text
            elif isinstance(before, list):
                before.append(text)
            else:
                fields[key] = [before, text]
        trace = _TRACEPARENT.match(_first(fields, "traceparent"))
        return HeaderText(
            json=msgspec.json.encode(fields).decode(),
            media_type=_first(fields, "content-type"),
            user_agent=_first(fields, "user-agent"),
            session=_first(fields, "x-polymock-session"),
            trace_id=trace[1] if trace else "",
            hidden=frozenset(hidden),
        )


def exchange_of(
    mock: str,
    protocol: str,
    call: Call,
    reply: Reply,
    ts_us: int,
    latency_us: int,
    body_limit: int,
    formatter: Formatter,
    node: str = "",
    *,
    request_bytes: int | None = None,
    response_bytes: int | None = None,
    transcriber: Transcriber | None = None,
) -> Exchange:
    """The exchange that the journal would record, without a journal: for tests in-process.

    `ts_us` is microseconds since 1970, `latency_us` microseconds; bodies are cut at `body_limit`
    bytes. `request_bytes`, `response_bytes` are sizes on the wire (None: the body's length), and
    `transcriber` is the mock's, if it has one. Raises UnicodeEncodeError, TypeError or
    OverflowError where a call or reply holds values that its struct does not allow.
    """
    request, response = call.body, reply.body
    request_size = len(request) if request_bytes is None else request_bytes
    response_size = len(response) if response_bytes is None else response_bytes
    if transcriber is not None:
        request = transcriber.text(reply.operation, call.headers, request, is_reply=False)
        response = transcriber.text(reply.operation, reply.headers, response, is_reply=True)
    request, whole = shown(call.body, request, request_size, body_limit)
    part = decode_call(encode_call(0, call, 0, request, request_size, whole))
    response, whole = shown(reply.body, response, response_size, body_limit)
    replied = reply_part(reply_fields(reply, response, response_size, whole))
    row = formatter.columns(part, replied, mock, protocol, node)
    return Exchange(
        id=uuid_text(uuid7(ts_us, _run, next(_counter))),
        ts=ts_us,
        protocol=row.protocol,
        mock=row.mock,
        operation=row.operation,
        method=row.method,
        path=row.path,
        query=row.query,
        status=row.status,
        outcome=row.outcome,
        source=row.source,
        latency_us=latency_us,
        request_bytes=row.request_bytes,
        response_bytes=row.response_bytes,
        request_headers=msgspec.json.decode(row.request_headers),
        response_headers=msgspec.json.decode(row.response_headers),
        request_body=row.request_body,
        response_body=row.response_body,
        truncated=row.truncated,
        violations=row.violations,
        stub=row.stub,
        scenario=row.scenario,
        principal=row.principal,
        client=row.client,
        user_agent=row.user_agent,
        session=row.session,
        node=row.node,
        trace_id=row.trace_id,
        request_messages=row.request_messages,
        response_messages=row.response_messages,
    )


def _first(fields: dict[str, str | list[str]], name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else value[0]
