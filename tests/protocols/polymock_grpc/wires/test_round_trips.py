"""Whatever the message, a wire reads back what it, or a client, wrote."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protobuf import Message

from polymock.errors import MockError
from polymock_grpc.model import Metadata, Status
from polymock_grpc.wires.connect import ConnectWire
from polymock_grpc.wires.envelopes import unwrap, wrap
from polymock_grpc.wires.grpc_web import GrpcWebWire
from polymock_grpc.wires.rest import RestRoutes

_STATUS = Status(code=3, message="no")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
INT32 = st.integers(-(2**31), 2**31 - 1)
INT64 = st.integers(-(2**63), 2**63 - 1)
UINT32 = st.integers(0, 2**32 - 1)
UINT64 = st.integers(0, 2**64 - 1)
FLOAT = st.floats(width=32, allow_nan=False)
BYTES = st.binary(max_size=20).map(lambda raw: b64encode(raw).decode())
GENRE = st.sampled_from(["GENRE_UNSPECIFIED", "CRIME", "POETRY", 7])
TIME = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(
    lambda at: at.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
)
DURATION = st.integers(-(10**9), 10**9).map(lambda n: f"{n}s")
MASK = st.lists(st.sampled_from(["text", "author.name", "wrappedText"]), max_size=3).map(",".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
AUTHOR = st.recursive(
    st.fixed_dictionaries({}, optional={"name": TEXT}),
    lambda inner: st.fixed_dictionaries({}, optional={"name": TEXT, "teacher": inner}),
    max_leaves=4,
)
SINGLE: dict[str, st.SearchStrategy[Any]] = {
    "double": st.floats(allow_nan=False, allow_infinity=False),
    "float": FLOAT.map(lambda x: x if abs(x) != float("inf") else "-Infinity"),
    "int32": INT32,
    "int64": INT64.map(str),
    "uint32": UINT32,
    "uint64": UINT64.map(str),
    "sint32": INT32,
    "sint64": INT64.map(str),
    "fixed32": UINT32,
    "fixed64": UINT64.map(str),
    "sfixed32": INT32,
    "sfixed64": INT64.map(str),
    "flag": st.booleans(),
    "text": TEXT,
    "data": BYTES,
    "genre": GENRE,
    "nickname": TEXT,
    "word": TEXT,
    "at": TIME,
    "lasts": DURATION,
    "mask": MASK,
    "wrappedText": TEXT,
    "wrappedNumber": INT64.map(str),
    "wrappedFlag": st.booleans(),
}
LISTS = {
    "numbers": st.lists(INT32, max_size=4),
    "names": st.lists(TEXT, max_size=4),
    "genres": st.lists(GENRE, max_size=4),
}
NESTED = {
    "counts": st.dictionaries(TEXT, INT32, max_size=3),
    "author": AUTHOR,
    "authors": st.lists(AUTHOR, max_size=2),
    "free": st.dictionaries(TEXT, JSON, max_size=3),
    "any": AUTHOR.map(lambda author: {"@type": "type.googleapis.com/library.v1.Author", **author}),
}
EVERYTHING = st.fixed_dictionaries({}, optional={**SINGLE, **LISTS, **NESTED})
IN_URL = st.fixed_dictionaries(
    {"text": TEXT.filter(lambda text: text not in ("", ".", "..")), "int64": INT64.map(str)},
    optional={
        **{name: each for name, each in SINGLE.items() if name not in ("text", "int64")},
        **LISTS,
    },
)


@pytest.fixture(scope="module")
def everything(library):
    """Makes a message of every type from its ProtoJSON value."""
    kind = library.methods["Search"].input
    return lambda value: kind.from_json(json.dumps(value), registry=library.registry)


@pytest.mark.parametrize("coding", ["", "gzip"])
@pytest.mark.parametrize("codec", ["json", "proto"])
@given(value=EVERYTHING)
def test_connect(library, everything, make_call, codec, coding, value):
    wire, method, message = ConnectWire(library.registry), library.methods["Search"], None
    message = everything(value)
    headers = {"content_type": f"application/{codec}", "accept_encoding": coding}
    answer = wire.encode(method, make_call(**headers), message, Metadata())
    packed = gzip.compress(answer.body) if coding else answer.body
    if dict(answer.headers).get(b"content-encoding"):
        packed = answer.body
    request = make_call(body=packed, content_encoding=coding, **headers)
    assert wire.decode(method, request) == (message,)


@pytest.mark.parametrize("codec", ["json", "proto"])
@given(title=TEXT, name=TEXT)
def test_connect_get(library, make_call, codec, title, name):
    wire, method = ConnectWire(library.registry), library.methods["GetBook"]
    message = method.input(name=name)
    if codec == "json":
        query = f"message={quote(message.to_json())}&encoding=json"
    else:
        packed = urlsafe_b64encode(message.to_binary()).decode().rstrip("=")
        query = f"connect=v1&encoding=proto&base64=1&message={packed}"
    assert wire.decode(method, make_call("GET", f"/x?{query}")) == (message,)


@pytest.mark.parametrize("content_type", ["", "+proto", "+json", "-text"])
@given(value=EVERYTHING)
def test_grpc_web(library, everything, make_call, content_type, value):
    wire, method = GrpcWebWire(library.registry), library.methods["Search"]
    message = everything(value)
    headers = {"content_type": f"application/grpc-web{content_type}"}
    answer = wire.encode(method, make_call(**headers), message, Metadata()).body
    body = _without_trailers(answer, content_type == "-text")
    assert wire.decode(method, make_call(body=body, **headers)) == [message]


@given(value=IN_URL)
def test_rest_url(library, everything, make_call, routes, value):
    message = everything(value)
    path = f"/v1/search/{quote(value['text'], safe='')}/{value['int64']}"
    query = "&".join(
        f"{name}={quote_plus(_in_url(item))}"
        for name, each in value.items()
        if name not in ("text", "int64")
        for item in (each if isinstance(each, list) else [each])
    )
    request = make_call("GET", f"{path}?{query}")
    bound = routes.bind("GET", request.path)
    assert bound.method is library.methods["Search"]
    assert bound.wire.decode(bound.method, request) == [message]


@given(value=EVERYTHING)
def test_rest_body(library, everything, make_call, routes, value):
    message = everything(value)
    bound = routes.bind("POST", "/v1/search")
    answer = bound.wire.encode(bound.method, make_call(), message, Metadata())
    (read,) = bound.wire.decode(bound.method, make_call(body=answer.body))
    assert read == message


@given(st.lists(TEXT.filter(lambda text: text not in ("", ".", "..")), min_size=1, max_size=5))
def test_rest_path_of_many_segments(library, make_call, routes, names):
    path = "/v1/files/" + "/".join(quote(name, safe="") for name in names)
    bound = routes.bind("GET", path)
    (message,) = bound.wire.decode(bound.method, make_call("GET", path))
    assert message.path == "/".join(name.replace("/", "%2F") for name in names)


@given(
    body=st.binary(max_size=60) | TEXT.map(str.encode) | JSON.map(json.dumps).map(str.encode),
    query=st.text(st.characters(codec="ascii", exclude_characters="?#"), max_size=60),
    headers=st.fixed_dictionaries(
        {
            "content_type": st.sampled_from(
                [
                    "",
                    "application/json",
                    "application/proto",
                    "application/connect+json",
                    "application/connect+proto",
                    "application/grpc-web+json",
                    "application/grpc-web-text",
                    "text/x",
                ]
            )
        },
        optional={
            name: st.sampled_from(["gzip", "deflate", "identity", "br", "gzip;q=0, *", ",;="])
            for name in (
                "content_encoding",
                "connect_content_encoding",
                "grpc_encoding",
                "accept_encoding",
                "connect_accept_encoding",
                "grpc_accept_encoding",
            )
        },
    ),
    verb=st.sampled_from(["GET", "POST", "PUT"]),
    name=st.sampled_from(["Search", "GetBook", "WatchBooks", "AddBooks", "Trade"]),
)
def test_nothing_but_refusals(library, make_call, routes, body, query, headers, verb, name):
    method = library.methods[name]
    request = make_call(verb, f"/v1/search?{query}", body, **headers)
    for wire in (ConnectWire(library.registry), GrpcWebWire(library.registry)):
        _read_or_refuse(wire, method, request)
    bound = routes.bind("POST", "/v1/search")
    _read_or_refuse(bound.wire, bound.method, request)
    request.path = "/v1/search/a/1"
    bound = routes.bind("GET", "/v1/search/a/1")
    _read_or_refuse(bound.wire, bound.method, request)


@pytest.fixture(scope="module")
def routes(library) -> RestRoutes:
    return RestRoutes(list(library.methods.values()), library.registry)


def _read_or_refuse(wire: Any, method: Any, request: Any) -> None:
    try:
        messages = wire.decode(method, request)
    except MockError as error:
        assert error.detail
        reply = wire.refuse(request, _STATUS, method)
        assert dict(reply.headers)[b"content-length"] == b"%d" % len(reply.body)
    else:
        assert all(isinstance(message, Message) for message in messages)


def _without_trailers(body: bytes, is_text: bool) -> bytes:
    data = b64decode(body) if is_text else body
    data = data[: data.index(b"\x80\x00\x00\x00\x10grpc-status: 0\r\n")]
    assert list(unwrap(data, "", 1_000_000))
    assert wrap(next(unwrap(data, "", 1_000_000))) == data
    return b64encode(data) if is_text else data


def _in_url(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)
