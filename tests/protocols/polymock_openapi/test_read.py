"""The reader as a whole: readings, every violation at once, and calls made to break it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock.errors import Invalid, MockError
from polymock.jsonschema import Schema
from polymock_openapi.model import (
    Endpoint,
    MediaType,
    Parameter,
    Preferences,
    RequestBody,
    SecurityScheme,
)
from polymock_openapi.read import Reader
from polymock_openapi.reading.security import identify
from polymock_schemas.calls import Call

DEFINITIONS: dict[str, Schema] = {
    "Pet": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "age": {"type": ["integer", "null"]},
            "friends": {"type": "array", "items": {"$ref": "#/$defs/Pet"}},
            "file": {"type": "string", "format": "binary"},
        },
    },
}
PET: Schema = {"$ref": "#/$defs/Pet"}
MEDIA = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/mixed",
    "text/plain",
    "application/xml",
    "application/x-ndjson",
    "application/octet-stream",
)
NUMBERS: Schema = {"type": "array", "items": {"type": "number"}}


def endpoint(*parameters: Parameter, media: tuple[str, ...] = (), **changes: Any) -> Endpoint:
    content = {name: MediaType(name, PET) for name in media}
    settings: dict[str, Any] = {
        "name": "POST /pets/{petId}",
        "method": "POST",
        "path": "/pets/{petId}",
        "pointer": "",
        "parameters": parameters,
        "body": RequestBody(True, content) if media else None,
        "responses": (),
        "security": (),
        "schemes": {},
        "callbacks": (),
        "definitions": DEFINITIONS,
    }
    return Endpoint(**{**settings, **changes})


def full_endpoint() -> Endpoint:
    schemes = {
        scheme.name: scheme
        for scheme in (
            SecurityScheme("basic", "http", scheme="basic"),
            SecurityScheme("bearer", "http", scheme="bearer"),
            SecurityScheme("cookie", "apiKey", location="cookie", parameter="sid"),
            SecurityScheme("query", "apiKey", location="query", parameter="key"),
        )
    }
    return endpoint(
        Parameter("petId", "path", True, "simple", False, {"type": "integer"}),
        Parameter("label", "path", True, "label", True, NUMBERS),
        Parameter("matrix", "path", True, "matrix", True, PET),
        Parameter("limit", "query", False, "form", True, {"type": "integer", "default": 9}),
        Parameter("ids", "query", False, "form", False, NUMBERS),
        Parameter("pet", "query", False, "deepObject", True, PET),
        Parameter("any", "query", False, "form", True, {"type": "object"}),
        Parameter("json", "query", False, "form", True, PET, media_type="application/json"),
        Parameter("X-Trace", "header", False, "simple", False, NUMBERS),
        Parameter("sid", "cookie", False, "form", True, {"type": ["boolean", "integer"]}),
        media=MEDIA,
        security=tuple({name: ()} for name in schemes),
        schemes=schemes,
    )


FULL = full_endpoint()
READER = Reader(FULL)
BODY_READER = Reader(endpoint(media=MEDIA))


def call(
    query: bytes = b"", headers: tuple[tuple[bytes, bytes], ...] = (), body: bytes = b""
) -> Call:
    return Call(
        "POST", "/pets/1", query, headers, dict(headers), body, origin="http://x", prefix="/shop"
    )


def test_a_reading() -> None:
    reader = Reader(
        endpoint(
            Parameter("petId", "path", True, "simple", False, {"type": "integer"}),
            Parameter("limit", "query", False, "form", True, {"type": "integer", "default": 9}),
            media=("application/json",),
        )
    )
    headers = (
        (b"content-type", b"application/json"),
        (b"accept", b"text/html"),
        (b"prefer", b"code=201"),
    )
    reading = reader.read(call(b"x=1", headers, b'{"name":"Rex"}'), {"petId": "1"})
    assert (reading.path, reading.query) == ({"petId": 1}, {"limit": 9})
    assert (reading.body, reading.media_type) == ({"name": "Rex"}, "application/json")
    assert (reading.accept, reading.preferences) == ("text/html", Preferences(code=201))
    assert reading.url == "http://x/shop/pets/1?x=1"
    assert reading.captures == {"petId": "1"}
    assert reading.sent["prefer"] == "code=201"
    assert sorted(reading.sent) == ["accept", "content-type", "prefer"]
    assert "absent" not in reading.sent


def test_a_call_with_nothing_to_read() -> None:
    reading = Reader(endpoint()).read(call(body=b"ignored"), {})
    assert reading.body is msgspec.UNSET
    assert reading.media_type == ""
    assert (dict(reading.path), dict(reading.query), dict(reading.header)) == ({}, {}, {})


def test_every_violation_is_told_at_once() -> None:
    headers = (
        (b"content-type", b"application/json"),
        (b"cookie", b"sid=no"),
        (b"x-trace", b"1,a"),
        (b"prefer", b"code=x"),
    )
    captures = {"petId": "a", "label": ".1", "matrix": ";name=a"}
    sent = call(b"limit=1.5&pet[age]=x", headers, b'{"friends":[{"name":1}]}')
    with pytest.raises(Invalid, match=r"header\.Prefer") as refusal:
        READER.read(sent, captures)
    assert [violation.location for violation in refusal.value.violations] == [
        "header.Prefer",
        "path.petId",
        "query.limit",
        "query.pet",
        "query.pet/age",
        "header.X-Trace/1",
        "cookie.sid",
        "body",
        "body/friends/0/name",
    ]


def test_header_names() -> None:
    assert Reader(endpoint()).header_names == (b"accept", b"prefer")
    assert READER.header_names == (
        b"accept",
        b"authorization",
        b"content-encoding",
        b"content-type",
        b"cookie",
        b"prefer",
        b"x-trace",
    )


# Nothing that a caller sends makes anything but an answer or a refusal.

pieces = st.sampled_from(
    b"limit ids pet[ pet[a][b] ]= = & %zz %ff %00 %2C , ; . + [] \x00 \xff 1 1e9 null true {} "
    b'" __code __seed key sid= x-trace name=a petId'.split(b" ")
)
wires = st.lists(pieces | st.binary(max_size=4), max_size=8).map(b"".join)
texts = wires.map(lambda wire: wire.decode("latin-1"))
header_names = st.sampled_from(
    [b"prefer", b"cookie", b"x-trace", b"authorization", b"content-encoding", b"accept"]
)
header_values = wires | st.sampled_from(
    [b"Basic ", b"Bearer a.b.c", b"gzip", b"deflate", b'code="', b"sid=1", b"Basic YTpi"]
)
content_types = st.sampled_from(
    [*(name.encode() for name in MEDIA), b"multipart/form-data; boundary=X"]
) | st.builds(bytes.__add__, st.just(b"text/plain; charset="), wires)
bodies = st.lists(
    st.sampled_from([b"--X", b"\r\n", b"--", b"{", b"}", b"[", b'"name"', b":", b"1", b"<a>"])
    | st.sampled_from([b'Content-Disposition: form-data; name="a"', b"name=a", b"</a>", b"\x00"])
    | st.binary(max_size=6),
    max_size=12,
).map(b"".join)


def refuse_or_answer(step: Callable[[], object]) -> None:
    try:
        step()
    except MockError as refusal:
        assert refusal.detail


@given(
    query=wires,
    captures=st.fixed_dictionaries({}, optional=dict.fromkeys(("petId", "label", "matrix"), texts)),
    headers=st.lists(st.tuples(header_names, header_values), max_size=4),
)
def test_no_address_and_no_header_breaks_the_reader(
    query: bytes, captures: dict[str, str], headers: list[tuple[bytes, bytes]]
) -> None:
    sent = call(query, tuple(headers))
    refuse_or_answer(lambda: READER.read(sent, captures))
    refuse_or_answer(lambda: identify(FULL, sent))


@given(content_type=content_types, coding=st.sampled_from([b"", b"gzip", b"br", b"x"]), body=bodies)
def test_no_body_breaks_the_reader(content_type: bytes, coding: bytes, body: bytes) -> None:
    headers = ((b"content-type", content_type), (b"content-encoding", coding))
    refuse_or_answer(lambda: BODY_READER.read(call(b"", headers, body), {}))
