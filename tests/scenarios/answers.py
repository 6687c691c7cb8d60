"""What comes back of a step, whatever it travelled over, and how the bodies of HTTP are read."""

from __future__ import annotations

import base64
import email.message
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
import msgspec
from msgspec import UNSET

from scenarios.services import Services

TRAILERS_FLAG = 0x80
"""Of the last frame of gRPC-Web, which holds the trailers."""
_PADDED = re.compile(rb"[^=]+=*")


class Answer(msgspec.Struct, frozen=True):
    """What came back: header names are in lower case; a repeated field has all its values.

    `value` is the body as JSON's types: of a stream an array of its messages. UNSET where the body
    is neither JSON nor of a media type that is known here.
    """

    status: int | str
    headers: Mapping[str, list[str]]
    body: bytes
    value: Any = UNSET
    trailers: Mapping[str, list[str]] = {}

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "backslashreplace")


def answer_of(response: httpx.Response, services: Services) -> Answer:
    """The answer that an HTTP response is."""
    headers = fields_of(response.headers.multi_items())
    media = response.headers.get("content-type", "")
    trailers: Mapping[str, list[str]] = {}
    value: Any = UNSET
    if media.startswith("application/grpc-web"):
        value, trailers = _web_value(media, response.content, response.url.path, services)
    else:
        value = _value(media, response.content, response.url.path, services)
    return Answer(response.status_code, headers, response.content, value, trailers)


def fields_of(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """All values by lower-case name."""
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name.lower(), []).append(value)
    return fields


def value_at(value: Any, pointer: str) -> Any:
    """What is at a JSON Pointer (RFC 6901) of a value. Raises LookupError where nothing is."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(key)] if isinstance(value, list) else value[key]
        except (KeyError, IndexError, TypeError, ValueError):
            raise LookupError(f"there is nothing at {pointer}") from None
    return value


def json_of(data: bytes | bytearray | str) -> Any:
    """The value of JSON; UNSET where it is none."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return UNSET


def frames_of(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The flags and content of each length-prefixed frame, as gRPC-Web and Connect send them."""
    while body:
        length = int.from_bytes(body[1:5], "big")
        yield body[0], body[5 : 5 + length]
        body = body[5 + length :]


def _value(media: str, body: bytes, path: str, services: Services) -> Any:
    kind = media.partition(";")[0]
    if kind == "text/event-stream":
        return list(_events(body.decode()))
    if kind == "multipart/mixed":
        return list(_parts(media, body))
    if kind == "application/proto":
        return services.output(path, body)
    if kind.startswith("application/connect+"):
        frames = list(frames_of(body))
        read = json_of if kind.endswith("+json") else None
        return [
            json_of(data) if flags or read else services.output(path, data)
            for flags, data in frames
        ]
    return json_of(body)


def _web_value(
    media: str, body: bytes, path: str, services: Services
) -> tuple[Any, dict[str, list[str]]]:
    """The messages of a gRPC-Web body, and its trailers. Text is base64, padded anywhere."""
    if media.startswith("application/grpc-web-text"):
        body = b"".join(base64.b64decode(piece) for piece in _PADDED.findall(body))
    messages, trailers = [], {}
    for flags, data in frames_of(body):
        if flags & TRAILERS_FLAG:
            lines = [line.partition(":") for line in data.decode().split("\r\n") if line]
            trailers = fields_of([(name, value.strip()) for name, _, value in lines])
        else:
            messages.append(json_of(data) if "+json" in media else services.output(path, data))
    return messages, trailers


def _events(text: str) -> Iterator[Mapping[str, Any]]:
    """The events of an event stream (HTML, section 9.2): their type and their data."""
    for block in re.split(r"\r?\n\r?\n", text):
        lines = [line.partition(":") for line in block.splitlines()]
        told = [(name, value.removeprefix(" ")) for name, _, value in lines if name]
        if told:
            data = "\n".join(value for name, value in told if name == "data")
            value = json_of(data)
            yield {"event": dict(told).get("event", "message"), "data": data or None} | (
                {} if value is UNSET else {"data": value}
            )


def _parts(media: str, body: bytes) -> Iterator[Any]:
    """The JSON of each part (RFC 2046, section 5.1)."""
    header = email.message.Message()
    header["content-type"] = media
    boundary = str(header.get_param("boundary")).encode()
    _, *pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    for piece in pieces:
        if piece.startswith(b"--"):
            return
        yield json_of(piece.partition(b"\r\n\r\n")[2])
