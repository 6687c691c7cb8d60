"""REST by google.api.http: requests to messages, messages to answers (google/api/http.proto)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace
from protobuf import DescField, DescMessage, Message, message_to_json_value

from polymock.errors import Invalid, Unreadable
from polymock_grpc.model import HttpRule, Metadata, Method, Status
from polymock_grpc.wires.codecs import WRONG, BinaryCodec, JsonCodec, unwritable
from polymock_grpc.wires.compression import (
    WORTHWHILE,
    accepted_coding,
    check_size,
    coding_named,
    compress,
    decompress,
    knows_coding,
)
from polymock_grpc.wires.metadata import header_fields, header_value
from polymock_grpc.wires.rest.errors import error_body, refuse
from polymock_grpc.wires.rest.fields import HTTP_BODY, Fields, element_of, is_map, is_repeated
from polymock_grpc.wires.rest.parameters import Setting, apply, find_settings, read_pairs
from polymock_grpc.wires.rest.streaming import ALONE, StreamForm, stream_form
from polymock_grpc.wires.rest.templates import Template
from polymock_grpc.wires.streams import closing
from polymock_schemas.calls import Call, Ending, Headers, Reply, Violation

MAX_MESSAGES = 10_000
"""Messages of one request, where the method takes a stream."""

_JSON = b"application/json"


class Route(msgspec.Struct, frozen=True):
    """One rule of a method, compiled: the fields that it names, instead of their names."""

    method: Method
    rule: HttpRule
    template: Template
    bound: Sequence[tuple[DescField, ...]]
    """The fields of the template's variables, in their order."""
    body: DescField | None
    """The field that the body is; None for all of the request, and for none of it."""
    response: DescField | None
    """The field that the answer is; None for all of it."""


class RestWire:
    """Implements `polymock_grpc.model.Wire` for one call, that a route answers.

    It remembers whether the call's answer has begun to stream, as an error then is its last part.
    """

    def __init__(
        self,
        route: Route,
        captures: Mapping[str, str],
        codec: JsonCodec,
        fields: Fields,
        max_message: int,
    ) -> None:
        self._route = route
        self._captures = captures
        self._codec = codec
        self._fields = fields
        self._limit = max_message
        self._form: StreamForm | None = None
        self._sent = 0

    def decode(self, method: Method, call: Call) -> Sequence[Message]:
        """The request, made of body, path and query; several where the method takes a stream.

        Raises UnsupportedMedia, Unreadable, Invalid, TooLarge.
        """
        settings = [*self._from_path(), *self._from_query(call)]
        messages = self._from_body(method, self._plain(call), call)
        for message in messages:
            apply(settings, message, self._codec.registry)
        return messages

    def decode_one(self, method: Method, data: bytes) -> Message:
        """One message in binary form. Raises Unreadable."""
        return BinaryCodec().decode(method.input, data)

    def encode(self, method: Method, call: Call, message: Message, metadata: Metadata) -> Reply:
        """The reply that is one message; a google.api.HttpBody is its bytes and media type."""
        content_type, body = self._content(message)
        headers: Headers = ((b"content-type", content_type),)
        if len(body) >= WORTHWHILE:
            coding = accepted_coding(call.fields, b"accept-encoding", b"content-encoding")
            headers = (*headers, (b"vary", b"accept-encoding"))
            if coding:
                body = compress(coding, body)
                headers = (*headers, (b"content-encoding", coding.encode()))
        headers = (*headers, (b"content-length", b"%d" % len(body)))
        return Reply(
            status=200,
            headers=(*headers, *_metadata(metadata)),
            body=body,
            source="",
            operation=method.name,
            code=0,
        )

    def encode_stream(
        self, method: Method, call: Call, messages: AsyncIterator[Message], metadata: Metadata
    ) -> Reply:
        """The reply that streams messages, one chunk each; a method with one answer gives that."""
        form = stream_form(call.fields.get(b"accept", b"")) if method.server_streaming else ALONE
        if self._answer_type().type_name == HTTP_BODY:
            form = StreamForm(b"application/octet-stream")
        self._form = form

        async def chunks() -> AsyncIterator[bytes]:
            async with closing(messages) as source:
                async for message in source:
                    chunk = form.message(self._content(message)[1], self._sent)
                    self._sent += 1
                    yield chunk
            if form.end:
                yield Ending(form.ending(self._sent))

        return Reply(
            status=200,
            headers=((b"content-type", form.content_type), *_metadata(metadata)),
            body=b"",
            source="",
            operation=method.name,
            code=0,
            stream=chunks(),
        )

    def refuse(self, call: Call, status: Status, method: Method | None) -> Reply:
        """The error as Google's APIs write it; as the last part of a stream that has begun.

        An unknown compression is 415, whatever the status.
        """
        known = knows_coding(call.fields.get(b"content-encoding"))
        reply = refuse(status, None if known else 415)
        form = self._form
        if form is None:
            return reply
        body = form.error(error_body(status, reply.status), self._sent)
        return replace(
            reply,
            status=200,
            headers=(
                (b"content-type", form.content_type),
                (b"content-length", b"%d" % len(body)),
            ),
            body=body,
        )

    def _from_path(self) -> list[Setting]:
        variables = zip(self._route.template.variables, self._route.bound, strict=True)
        return [
            Setting(
                f"path.{variable.field}", fields, variable.decode(self._captures[variable.field])
            )
            for variable, fields in variables
        ]

    def _from_query(self, call: Call) -> list[Setting]:
        if not call.query:
            return []
        rule = self._route.rule
        covered = [variable.field for variable in self._route.template.variables]
        if rule.body:
            covered = ["*"] if rule.body == "*" else [*covered, rule.body]
        kind = self._route.method.input
        return find_settings(read_pairs(call.query), kind, self._fields, covered)

    def _plain(self, call: Call) -> bytes:
        coding = coding_named(call.fields.get(b"content-encoding"))
        if coding:
            return decompress(coding, call.body, self._limit)
        check_size(len(call.body), self._limit)
        return call.body

    def _from_body(self, method: Method, body: bytes, call: Call) -> list[Message]:
        if not self._route.rule.body:
            if body.strip() not in (b"", b"{}"):
                raise Invalid(
                    f"{self._route.rule.verb} {self._route.rule.template} takes no body.",
                    (Violation("body", "there is none in this request."),),
                )
            return [method.input()]
        content_type = call.fields.get(b"content-type", b"").decode("latin-1")
        if not method.client_streaming:
            return [self._message(method.input, body, content_type)]
        parts = _split_texts(body)
        return [self._message(method.input, part, content_type) for part in parts]

    def _message(self, kind: type[Message], body: bytes, content_type: str) -> Message:
        """A request with what its body says."""
        field = self._route.body
        if field is None:
            return self._decoded(kind.desc(), body, content_type)
        message = kind()
        if not body:
            return message
        element = element_of(field)
        if isinstance(element, DescMessage) and not is_repeated(field) and not is_map(field):
            message[field] = self._decoded(element, body, content_type)
            return message
        try:
            whole = msgspec.json.encode({field.json_name: msgspec.json.decode(body)})
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            raise Unreadable(f"The body is no JSON: {error}.") from error
        try:
            return self._codec.decode(kind, whole)
        except Invalid as error:
            wrapped = f"body/{field.json_name}"
            raise Invalid(
                error.detail,
                [
                    replace(violation, location=violation.location.replace(wrapped, "body", 1))
                    for violation in error.violations
                ],
            ) from error

    def _decoded(self, desc: DescMessage, body: bytes, content_type: str) -> Message:
        if desc.type_name == HTTP_BODY:
            return desc.type(content_type=content_type, data=body)
        return self._codec.decode(desc.type, body) if body else desc.type()

    def _answer_type(self) -> DescMessage:
        """The type of what is answered; that of the whole answer where its field is no message."""
        response = self._route.response
        element = None if response is None or is_repeated(response) else element_of(response)
        return element if isinstance(element, DescMessage) else self._route.method.output.desc()

    def _content(self, message: Message) -> tuple[bytes, bytes]:
        """The media type and the bytes of an answer. Raises NoAnswer."""
        response = self._route.response
        if self._answer_type().type_name == HTTP_BODY:
            raw: Any = message if response is None else message[response]
            if raw is None:
                return b"application/octet-stream", b""
            content_type = raw.content_type.encode("latin-1", "replace")
            return header_value(b"", content_type) or b"application/octet-stream", raw.data
        if response is None:
            return _JSON, self._codec.encode(message)
        try:
            whole = message_to_json_value(
                message, registry=self._codec.registry, always_emit_implicit=True
            )
        except WRONG as error:
            raise unwritable(message, error) from error
        part = whole.get(response.json_name) if isinstance(whole, dict) else None
        return _JSON, msgspec.json.encode(part)


def _metadata(metadata: Metadata) -> Headers:
    """Leading and trailing metadata, as header fields: an answer over REST has no trailers."""
    return (*header_fields(metadata.headers), *header_fields(metadata.trailers))


def _split_texts(body: bytes) -> list[bytes]:
    """The JSON texts of a stream: the elements of an array, or one a line."""
    if not body.lstrip().startswith(b"["):
        parts = [
            line for line in re.split(rb"[\r\n]+", body, maxsplit=MAX_MESSAGES) if line.strip()
        ]
    else:
        try:
            parts = [bytes(raw) for raw in msgspec.json.decode(body, type=list[msgspec.Raw])]
        except (msgspec.DecodeError, RecursionError) as error:
            raise Unreadable(f"The body is no JSON: {error}.") from error
    if len(parts) > MAX_MESSAGES:
        raise Unreadable(f"The body has more than {MAX_MESSAGES} messages.")
    return parts
