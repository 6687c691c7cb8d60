from __future__ import annotations

import gzip
from base64 import b64decode, b64encode

import pytest

from polymock.errors import MethodNotAllowed, TooLarge, Unreadable, UnsupportedMedia
from polymock_grpc.model import Detail, Metadata, Status
from polymock_grpc.wires.envelopes import wrap
from polymock_grpc.wires.grpc_web import GrpcWebWire

REQUEST = b"\x00\x00\x00\x00\x03\x0a\x01x"
OK = b"\x80\x00\x00\x00\x10grpc-status: 0\r\n"


@pytest.fixture
def wire(library) -> GrpcWebWire:
    return GrpcWebWire(library.registry)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/grpc-web", REQUEST),
        ("application/grpc-web+proto", REQUEST),
        ("application/grpc-web+json", wrap(b'{"name":"x"}')),
        ("application/grpc-web-text", b64encode(REQUEST)),
        ("application/grpc-web-text+proto", b64encode(REQUEST[:4]) + b64encode(REQUEST[4:])),
    ],
)
def test_requests(wire, library, call, content_type, body):
    request = call(body=body, content_type=content_type)
    assert wire.takes(request)
    (message,) = wire.decode(library.methods["GetBook"], request)
    assert message.name == "x"
    reply = wire.encode(library.methods["GetBook"], request, library.book(), Metadata())
    assert (b"content-type", content_type.encode()) in reply.headers


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (wrap(gzip.compress(b"\x0a\x01x", mtime=0), 1), {"grpc_encoding": "gzip"}),
        (gzip.compress(REQUEST, mtime=0), {"content_encoding": "gzip"}),
    ],
)
def test_compressed_requests(wire, library, call, body, headers):
    request = call(body=body, content_type="application/grpc-web+proto", **headers)
    (message,) = wire.decode(library.methods["GetBook"], request)
    assert message.name == "x"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "takes one message; the body has 0"),
        (REQUEST * 2, "the body has 2"),
        (REQUEST[:-1], "breaks off"),
        (OK, "flags 0x80"),
        (b"\x01\x00\x00\x00\x00", "names no coding"),
    ],
)
def test_malformed_requests(wire, library, call, body, says):
    request = call(body=body, content_type="application/grpc-web")
    with pytest.raises(Unreadable, match=says):
        wire.decode(library.methods["GetBook"], request)


@pytest.mark.parametrize("body", [b"%%%%", b"AAA", b"=A=="])
def test_text_that_is_no_base64(wire, library, call, body):
    request = call(body=body, content_type="application/grpc-web-text")
    with pytest.raises(Unreadable):
        wire.decode(library.methods["GetBook"], request)


def test_decompression_is_bounded(library, call):
    body = wrap(gzip.compress(bytes(1_000_000)), 1)
    request = call(body=body, content_type="application/grpc-web", grpc_encoding="gzip")
    with pytest.raises(TooLarge):
        GrpcWebWire(max_message=5000).decode(library.methods["GetBook"], request)


def test_unknown_codec(wire, library, call):
    request, method = call(content_type="application/grpc-web+thrift"), library.methods["GetBook"]
    with pytest.raises(UnsupportedMedia):
        wire.decode(method, request)
    reply = wire.refuse(request, Status(3, "no"), method)
    assert reply.status == 415
    assert b"grpc-status: 3" in reply.body


def test_unknown_compression(wire, library, call):
    request = call(body=REQUEST, content_type="application/grpc-web", grpc_encoding="snappy")
    method = library.methods["GetBook"]
    with pytest.raises(UnsupportedMedia, match="snappy"):
        wire.decode(method, request)
    reply = wire.refuse(request, Status(3, "no"), method)
    assert reply.code == 12
    assert (b"grpc-accept-encoding", b"gzip,deflate,identity") in reply.headers


def test_other_verbs(wire, library, call):
    request = call("GET", content_type="application/grpc-web")
    with pytest.raises(MethodNotAllowed):
        wire.decode(library.methods["GetBook"], request)
    assert wire.refuse(request, Status(12, ""), library.methods["GetBook"]).status == 405


def test_answer(wire, library, call):
    metadata = Metadata(headers=((b"x-h", b"1"),), trailers=((b"cost", b"2"), (b"t-bin", b"\xff")))
    request = call(content_type="application/grpc-web+proto")
    reply = wire.encode(library.methods["GetBook"], request, library.book(title="T"), metadata)
    trailers = b"grpc-status: 0\r\ncost: 2\r\nt-bin: /w\r\n"
    assert reply.status == 200
    assert reply.code == 0
    assert reply.body == b"\x00\x00\x00\x00\x03\x12\x01T" + wrap(trailers, 0x80)
    assert reply.headers == (
        (b"content-type", b"application/grpc-web+proto"),
        (b"grpc-accept-encoding", b"gzip,deflate,identity"),
        (b"x-h", b"1"),
        (b"content-length", b"%d" % len(reply.body)),
    )


def test_stream(wire, library, call, stream, read):
    long = library.book(title="a" * 3000)
    request = call(content_type="application/grpc-web+proto", grpc_accept_encoding="gzip")
    books = stream(library.book(title="T"), long)
    reply = wire.encode_stream(library.methods["WatchBooks"], request, books, Metadata())
    first, second, last = read(reply)
    assert (b"grpc-encoding", b"gzip") in reply.headers
    assert first == b"\x00\x00\x00\x00\x03\x12\x01T"
    assert second[0] == 1
    assert gzip.decompress(second[5:]) == long.to_binary()
    assert last == OK


def test_text_stream_is_base64_chunk_by_chunk(wire, library, call, stream, read):
    request = call(content_type="application/grpc-web-text", accept="application/grpc-web-text")
    books = stream(library.book(title="T"))
    reply = wire.encode_stream(library.methods["WatchBooks"], request, books, Metadata())
    assert [b64decode(chunk) for chunk in read(reply)] == [b"\x00\x00\x00\x00\x03\x12\x01T", OK]


def test_accept_asks_for_text(wire, library, call):
    request = call(
        content_type="application/grpc-web+proto", accept="application/grpc-web-text+proto"
    )
    reply = wire.encode(library.methods["GetBook"], request, library.book(), Metadata())
    assert (b"content-type", b"application/grpc-web-text+proto") in reply.headers
    assert b64decode(reply.body) == wrap(b"") + OK


def test_error(wire, library, call):
    status = Status(
        code=5,
        message="100 % gone:\n'ü'",
        details=(Detail("google.rpc.RetryInfo", b"\x0a\x02\x08\x3c", {"retryDelay": "60s"}),),
        metadata=((b"www-authenticate", b"Bearer"),),
    )
    request = call(content_type="application/grpc-web+proto")
    reply = wire.refuse(request, status, library.methods["GetBook"])
    assert reply.status == 200
    assert reply.code == 5
    assert reply.outcome == "client_error"
    flags, trailers = reply.body[0], reply.body[5:].decode().split("\r\n")
    assert flags == 0x80
    assert trailers[0] == "grpc-status: 5"
    assert trailers[1] == "grpc-message: 100 %25 gone:%0A'%C3%BC'"
    name, _, details = trailers[2].partition(": ")
    assert name == "grpc-status-details-bin"
    decoded = b64decode(details + "=" * (-len(details) % 4))
    assert decoded == (
        b"\x08\x05\x12\x10100 % gone:\n'\xc3\xbc'"
        b"\x1a\x30\x0a\x28type.googleapis.com/google.rpc.RetryInfo\x12\x04\x0a\x02\x08\x3c"
    )
    assert trailers[3:] == ["www-authenticate: Bearer", ""]
