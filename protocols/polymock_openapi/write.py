"""Answers to replies: status, headers and bytes as the contract declares them."""

from __future__ import annotations

from msgspec.structs import replace

from polymock.interfaces import Answer
from polymock.samples import Sampler
from polymock_openapi.answering.callbacks import CallbackWriter
from polymock_openapi.answering.choices import MAX_REMEMBERED, Choices, Shape
from polymock_openapi.answering.encode import Encoded, encode
from polymock_openapi.answering.response_headers import DeclaredHeaders, address, declare_headers
from polymock_openapi.model import Endpoint, MediaType, Reading
from polymock_openapi.world.telling import tell, tells, unless_unchanged
from polymock_schemas.calls import Headers, Outbound, Outcome, Reply

_NO_BODY = Encoded("", b"")
_JSON = MediaType("application/json")


class Writer:
    """Writes the replies of one operation. What depends on nothing but the contract is kept."""

    def __init__(
        self, endpoint: Endpoint, sampler: Sampler, seed: int, *, callbacks: bool = True
    ) -> None:
        self._endpoint = endpoint
        self._sampler = sampler
        self._seed = seed
        self._choices = Choices(endpoint)
        self._declared: dict[tuple[str, int], DeclaredHeaders] = {}
        self._examples: dict[tuple[int, str, str, str], Reply] = {}
        self._callbacks = (
            CallbackWriter(endpoint, seed) if callbacks and endpoint.callbacks else None
        )

    def write(self, reading: Reading, answer: Answer) -> Reply:
        """Encode an answer; one that says not which declared answer it is gets the best of them.

        A reply to HEAD has the headers of GET and no body; 204, 205 and 304 have none either.
        """
        wish = reading.preferences
        shape = answer.shape
        if not isinstance(shape, Shape):
            shape = self._choices.best(wish.code, reading.accept)
        reply = self._write_example(answer, shape) or self._write(answer, shape)
        is_read = reading.method in ("GET", "HEAD") and reading.endpoint.method == "GET"
        if shape.told is not None and is_read:
            reply = unless_unchanged(reply, reading.sent)
        headers = self._added_headers(reading, answer, shape)
        if reading.method == "HEAD" or headers or self._callbacks is not None:
            return self._complete(reply, headers, reading, answer)
        return reply

    def _write_example(self, answer: Answer, shape: Shape) -> Reply | None:
        """The remembered reply of an example of the contract."""
        if shape.example is None or answer.source != "example":
            return None
        state = "" if shape.told is None else shape.told.state
        key = (shape.status, shape.content_type, shape.example, state)
        reply = self._examples.get(key)
        if reply is None:
            if len(self._examples) >= MAX_REMEMBERED:
                self._examples.clear()
            reply = self._examples[key] = self._write(answer, shape)
        return reply

    def _write(self, answer: Answer, shape: Shape) -> Reply:
        reply = self._encoded(answer, shape)
        return reply if shape.told is None else tell(reply, shape.told, shape.response)

    def _encoded(self, answer: Answer, shape: Shape) -> Reply:
        status = shape.status
        encoded = self._encode(answer, shape)
        headers: list[tuple[bytes, bytes]] = []
        if encoded.content_type:
            headers.append((b"content-type", encoded.content_type.encode("latin-1", "replace")))
        if status not in (204, 304):
            headers.append((b"content-length", str(len(encoded.body)).encode()))
        headers.extend(self._headers(shape).fixed)
        if _is_negotiated(shape) and all(name != b"vary" for name, _ in headers):
            headers.append((b"vary", b"Accept"))
        return Reply(
            status=status,
            headers=tuple(headers),
            body=encoded.body,
            source=answer.source,
            outcome=outcome_of(status),
            operation=self._endpoint.name,
            stable=answer.stable,
        )

    def _encode(self, answer: Answer, shape: Shape) -> Encoded:
        if shape.status in (204, 205, 304):
            return _NO_BODY
        if shape.media is None:
            if answer.value is None:
                return _NO_BODY
            return encode(answer.value, _JSON, _JSON.name, self._endpoint.definitions)
        return encode(answer.value, shape.media, shape.content_type, self._endpoint.definitions)

    def _headers(self, shape: Shape) -> DeclaredHeaders:
        if shape.response is None:
            return DeclaredHeaders((), ())
        key = (shape.response.status, shape.status)
        declared = self._declared.get(key)
        if declared is None:
            declared = self._declared[key] = declare_headers(
                self._endpoint, shape.response, shape.status, self._sampler, self._seed
            )
        return declared

    def _added_headers(self, reading: Reading, answer: Answer, shape: Shape) -> Headers:
        """The fields that depend on the call."""
        addresses = self._headers(shape).addresses
        if not addresses and not shape.applied:
            return ()
        told = shape.told
        if told is not None:
            addresses = tuple(name for name in addresses if not tells(told, name))
        added = [(n.encode("ascii"), address(n, reading.url, answer.value)) for n in addresses]
        if shape.applied:
            added.append((b"preference-applied", shape.applied.encode("ascii", "replace")))
        return tuple(added)

    def _complete(self, reply: Reply, added: Headers, reading: Reading, answer: Answer) -> Reply:
        headers = (*reply.headers, *added)
        outbound: tuple[Outbound, ...] = ()
        if self._callbacks is not None and reply.status < 400:
            outbound = self._callbacks.write(reading, reply.status, headers, answer.value)
        return replace(
            reply,
            headers=headers,
            body=b"" if reading.method == "HEAD" else reply.body,
            outbound=outbound,
            stable=reply.stable and self._callbacks is None,
        )


def _is_negotiated(shape: Shape) -> bool:
    """Whether `Accept` chose the media type (RFC 9110, section 12.5.5)."""
    return (
        shape.response is not None
        and shape.media is not None
        and (len(shape.response.content) > 1 or "*" in shape.media.name)
    )


def outcome_of(status: int) -> Outcome:
    """What an HTTP status says of the call (RFC 9110, section 15)."""
    if status < 400:
        return "ok"
    return "client_error" if status < 500 else "server_error"
