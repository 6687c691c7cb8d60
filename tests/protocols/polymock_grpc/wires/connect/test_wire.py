from __future__ import annotations

import gzip
import json
from base64 import urlsafe_b64encode
from urllib.parse import quote

import pytest

from polymock.errors import (
    Invalid,
    MethodNotAllowed,
    NoAnswer,
    TooLarge,
    Unreadable,
    UnsupportedMedia,
)
from polymock_grpc.model import Detail, Metadata, Status
from polymock_grpc.wires.connect import ConnectWire

PACKED = urlsafe_b64encode(gzip.compress(b"\x0a\x03a b", mtime=0))


@pytest.fixture
def wire(library) -> ConnectWire:
    return ConnectWire(library.registry)


class TestUnaryRequests:
    @pytest.mark.parametrize(
        "content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"]
    )
    def test_json(self, wire, library, call, content_type):
        request = call(body=b'{"name": "shelves/1"}', content_type=content_type)
        (message,) = wire.decode(library.methods["GetBook"], request)
        assert message.name == "shelves/1"

    def test_proto(self, wire, library, call):
        request = call(body=b"\x0a\x09shelves/1", content_type="application/proto")
        (message,) = wire.decode(library.methods["GetBook"], request)
        assert message.name == "shelves/1"

    @pytest.mark.parametrize("body", [b"", b"\x0a\x00"])
    def test_empty_proto(self, wire, library, call, body):
        request = call(body=body, content_type="application/proto", content_encoding="gzip")
        if body:
            request.body = gzip.compress(body)
        (message,) = wire.decode(library.methods["GetBook"], request)
        assert message.name == ""

    @pytest.mark.parametrize("coding", ["gzip", "GZIP", "identity"])
    def test_compression(self, wire, library, call, coding):
        body = b'{"name": "x"}'
        request = call(
            body=body if coding == "identity" else gzip.compress(body),
            content_type="application/json",
            content_encoding=coding,
        )
        (message,) = wire.decode(library.methods["GetBook"], request)
        assert message.name == "x"

    def test_unknown_compression_names_the_known_ones(self, wire, library, call):
        request = call(body=b"x", content_type="application/json", content_encoding="snappy")
        with pytest.raises(UnsupportedMedia, match=r"'snappy' is not supported.*gzip.*identity"):
            wire.decode(library.methods["GetBook"], request)

    def test_decompression_is_bounded(self, library, call):
        request = call(
            body=gzip.compress(bytes(2_000_000)),
            content_type="application/proto",
            content_encoding="gzip",
        )
        with pytest.raises(TooLarge, match="1000 bytes"):
            ConnectWire(max_message=1000).decode(library.methods["GetBook"], request)

    @pytest.mark.parametrize("cut", [1, 8, 20])
    def test_broken_compression(self, wire, library, call, cut):
        request = call(
            body=gzip.compress(b'{"name": "x"}')[:-cut],
            content_type="application/json",
            content_encoding="gzip",
        )
        with pytest.raises(Unreadable):
            wire.decode(library.methods["GetBook"], request)

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            (b"", "no JSON: EOF"),
            (b'{"name":', "no JSON: EOF.*column 9"),
            (b'{"name": "\xff"}', "no JSON: invalid unicode"),
            (b'{"name": "\\ud800"}', "no JSON"),
            (b'{"name": NaN}', "no JSON"),
        ],
    )
    def test_malformed_json(self, wire, library, call, body, says):
        request = call(body=body, content_type="application/json")
        with pytest.raises(Unreadable, match=says):
            wire.decode(library.methods["GetBook"], request)

    def test_nesting_is_bounded(self, wire, library, call):
        depth = 50_000
        request = call(
            body=b'{"author": {"teacher":' + b'{"teacher":' * depth + b"{}" + b"}" * (depth + 2),
            content_type="application/json",
        )
        with pytest.raises(Unreadable, match="too deep"):
            wire.decode(library.methods["Search"], request)

    @pytest.mark.parametrize(
        ("body", "place", "says"),
        [
            (b'{"nam": "x"}', "body/nam", "'nam' is unknown"),
            (b'{"text": 3}', "body/text", "expected string got: a number"),
            (b'{"int32": 2147483648}', "body/int32", "out of range"),
            (b'{"genre": "HORROR"}', "body/genre", "HORROR"),
            (b'{"authors": [{}, {"teacher": {"name": 1}}]}', "body/authors/1/teacher/name", "str"),
            (b'{"numbers": [1, "x"]}', "body/numbers/1", "invalid integer"),
            (b'{"counts": {"a/b": true}}', "body/counts/a~1b", "boolean"),
            (b'{"at": "today"}', "body/at", "RFC 3339"),
            (b"[]", "body", "cannot decode"),
        ],
    )
    def test_json_of_another_shape(self, wire, library, call, body, place, says):
        request = call(body=body, content_type="application/json")
        with pytest.raises(Invalid) as caught:
            wire.decode(library.methods["Search"], request)
        (violation,) = caught.value.violations
        assert violation.location == place
        assert says in violation.message

    @pytest.mark.parametrize("body", [b"\x0a\x05ab", b"\x0a\x01\xff", b"\x00", b"\xff" * 20])
    def test_malformed_proto(self, wire, library, call, body):
        request = call(body=body, content_type="application/proto")
        with pytest.raises(Unreadable, match=r"no library.v1.GetBookRequest"):
            wire.decode(library.methods["GetBook"], request)

    @pytest.mark.parametrize(
        "content_type",
        [
            "",
            "text/plain",
            "application/xml",
            "application/json; charset=utf-16",
            "\xff;=;;=",
            "application/connect+json",
        ],
    )
    def test_unknown_codec(self, wire, library, call, content_type):
        request = call(body=b"{}", content_type=content_type)
        method = library.methods["GetBook"]
        with pytest.raises(UnsupportedMedia) as caught:
            wire.decode(method, request)
        assert caught.value.accepted == ("application/json", "application/proto")
        refusal = wire.refuse(request, Status(12, "no"), method)
        assert refusal.status == 415
        assert (b"accept-post", b"application/json, application/proto") in refusal.headers

    def test_wrong_version(self, wire, library, call):
        request = call(body=b"{}", content_type="application/json", connect_protocol_version="2")
        with pytest.raises(Unreadable, match="connect-protocol-version"):
            wire.decode(library.methods["GetBook"], request)

    @pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE", "HEAD"])
    def test_other_verbs(self, wire, library, call, verb):
        request = call(verb, body=b"{}", content_type="application/json")
        method = library.methods["CreateBook"]
        with pytest.raises(MethodNotAllowed) as caught:
            wire.decode(method, request)
        assert caught.value.allowed == ("POST",)
        refusal = wire.refuse(request, Status(12, "no"), method)
        assert refusal.status == 405
        assert (b"allow", b"POST") in refusal.headers

    def test_any_is_resolved(self, wire, library, call):
        text = b'{"any": {"@type": "type.googleapis.com/library.v1.Author", "name": "Ann"}}'
        request = call(body=text, content_type="application/json")
        method = library.methods["Search"]
        (message,) = wire.decode(method, request)
        assert message.any.value == b"\x0a\x03Ann"
        assert (
            wire.encode(method, request, message, Metadata()).body
            == text.replace(b": ", b":")[:-2].replace(b",  ", b",").replace(b", ", b",") + b"}}"
        )


class TestGet:
    def url(self, **parameters: str) -> str:
        return "/x?" + "&".join(f"{name}={value}" for name, value in parameters.items())

    @pytest.mark.parametrize(
        "parameters",
        [
            {"encoding": "json", "message": quote('{"name": "a b"}')},
            {"message": "%7B%22name%22:%22a+b%22%7D", "encoding": "json", "connect": "v1"},
            {
                "encoding": "json",
                "base64": "1",
                "message": urlsafe_b64encode(b'{"name":"a b"}').decode().rstrip("="),
            },
            {
                "encoding": "proto",
                "base64": "1",
                "message": quote(urlsafe_b64encode(b"\x0a\x03a b").decode()),
                "other": "x",
            },
            {
                "encoding": "proto",
                "base64": "1",
                "compression": "gzip",
                "message": PACKED.decode().rstrip("="),
            },
        ],
    )
    def test_message(self, wire, library, call, parameters):
        request = call("GET", self.url(**parameters))
        (message,) = wire.decode(library.methods["GetBook"], request)
        assert message.name == "a b"

    def test_empty_message(self, wire, library, call):
        request = call("GET", "/x?encoding=proto&message=&base64=1&compression=gzip")
        assert len(wire.decode(library.methods["GetBook"], request)) == 1

    @pytest.mark.parametrize("query", ["message=x", "message=x&encoding=thrift"])
    def test_unknown_codec(self, wire, library, call, query):
        request, method = call("GET", f"/x?{query}"), library.methods["GetBook"]
        with pytest.raises(UnsupportedMedia):
            wire.decode(method, request)
        assert wire.refuse(request, Status(12, "no"), method).status == 415

    @pytest.mark.parametrize(
        ("query", "says"),
        [
            ("encoding=json", "no `message`"),
            ("encoding=json&message=%7B%7D&connect=v2", "not v1"),
            ("encoding=json&message=%%%&base64=1", "no base64"),
            ("encoding=json&message=%7B%7D&compression=gzip", "no gzip"),
        ],
    )
    def test_malformed(self, wire, library, call, query, says):
        with pytest.raises(Unreadable, match=says):
            wire.decode(library.methods["GetBook"], call("GET", f"/x?{query}"))

    def test_answer_is_encoded_alike(self, wire, library, call):
        method, book = library.methods["GetBook"], library.book(title="T")
        request = call("GET", "/x?encoding=proto&message=")
        reply = wire.encode(method, request, book, Metadata())
        assert reply.headers == ((b"content-type", b"application/proto"), (b"content-length", b"3"))
        assert reply.body == b"\x12\x01T"


class TestUnaryAnswers:
    def test_json(self, wire, library, call):
        request = call(body=b"{}", content_type="application/json; charset=utf-8")
        method, book = library.methods["GetBook"], library.book(title="Ü", pages=7)
        metadata = Metadata(
            headers=((b"x-shelf", b"3"), (b"x-raw-bin", b"\xff\xfe\x00\x01")),
            trailers=((b"cost", b"237"),),
        )
        reply = wire.encode(method, request, book, metadata)
        assert reply.status == 200
        assert reply.code == 0
        assert reply.operation == "library.v1.Library/GetBook"
        assert reply.body == '{"title":"Ü","pages":"7"}'.encode()
        assert reply.headers == (
            (b"content-type", b"application/json"),
            (b"content-length", b"26"),
            (b"x-shelf", b"3"),
            (b"x-raw-bin", b"//4AAQ"),
            (b"trailer-cost", b"237"),
        )

    def test_metadata_cannot_forge_fields(self, wire, library, call):
        request = call(body=b"{}", content_type="application/json")
        metadata = Metadata(
            headers=((b"x", b"a\r\nset-cookie: b"), (b"content-type", b"text/html"))
        )
        reply = wire.encode(library.methods["GetBook"], request, library.book(), metadata)
        assert (b"x", b"a  set-cookie: b") in reply.headers
        assert (b"content-type", b"text/html") not in reply.headers

    @pytest.mark.parametrize(
        ("headers", "compressed"),
        [
            ({"accept_encoding": "br, gzip;q=0.5"}, True),
            ({"accept_encoding": "*"}, True),
            ({"content_encoding": "gzip"}, True),
            ({"accept_encoding": "identity, gzip"}, False),
            ({"accept_encoding": "gzip;q=0"}, False),
            ({"accept_encoding": "br", "content_encoding": "gzip"}, False),
            ({}, False),
        ],
    )
    def test_compression_of_what_is_long(self, wire, library, call, headers, compressed):
        request = call(content_type="application/proto", **headers)
        method, book = library.methods["GetBook"], library.book(title="T" * 5000)
        reply = wire.encode(method, request, book, Metadata())
        assert ((b"content-encoding", b"gzip") in reply.headers) == compressed
        body = gzip.decompress(reply.body) if compressed else reply.body
        assert body == book.to_binary()
        assert (b"content-length", b"%d" % len(reply.body)) in reply.headers

    def test_what_cannot_be_written(self, wire, library, call):
        method = library.methods["Search"]
        message = method.output.from_binary(b"\x8a\x02\x05\x0a\x03x/y")  # an Any of unknown type
        with pytest.raises(NoAnswer, match=r"library\.v1\.Everything"):
            wire.encode(method, call(content_type="application/json"), message, Metadata())


class TestErrors:
    def test_unary(self, wire, library, call):
        status = Status(
            code=14,
            message="overloaded: back off and retry",
            details=(Detail("google.rpc.RetryInfo", b"\x0a\x02\x08\x3c", {"retryDelay": "60s"}),),
            metadata=((b"www-authenticate", b"Bearer"),),
        )
        request = call(content_type="application/proto")
        reply = wire.refuse(request, status, library.methods["GetBook"])
        assert reply.status == 503
        assert reply.code == 14
        assert reply.outcome == "server_error"
        assert reply.headers == (
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(reply.body)),
            (b"www-authenticate", b"Bearer"),
        )
        assert json.loads(reply.body) == {
            "code": "unavailable",
            "message": "overloaded: back off and retry",
            "details": [
                {
                    "type": "google.rpc.RetryInfo",
                    "value": "CgIIPA",
                    "debug": {"retryDelay": "60s"},
                }
            ],
        }

    @pytest.mark.parametrize(
        ("code", "name", "http"),
        [
            (1, "canceled", 499),
            (2, "unknown", 500),
            (3, "invalid_argument", 400),
            (4, "deadline_exceeded", 504),
            (5, "not_found", 404),
            (6, "already_exists", 409),
            (7, "permission_denied", 403),
            (8, "resource_exhausted", 429),
            (9, "failed_precondition", 400),
            (10, "aborted", 409),
            (11, "out_of_range", 400),
            (12, "unimplemented", 501),
            (13, "internal", 500),
            (14, "unavailable", 503),
            (15, "data_loss", 500),
            (16, "unauthenticated", 401),
            (99, "unknown", 500),
        ],
    )
    def test_codes(self, wire, library, call, code, name, http):
        request = call(content_type="application/json")
        reply = wire.refuse(request, Status(code, ""), library.methods["GetBook"])
        assert reply.status == http
        assert json.loads(reply.body) == {"code": name}

    def test_unknown_method(self, wire, call):
        reply = wire.refuse(call(content_type="application/json"), Status(12, "nothing"), None)
        assert reply.status == 501
        assert json.loads(reply.body) == {"code": "unimplemented", "message": "nothing"}

    def test_unknown_method_of_a_stream(self, wire, call):
        request = call(content_type="application/connect+proto")
        reply = wire.refuse(request, Status(12, "nothing"), None)
        assert reply.status == 200
        assert reply.body[:1] == b"\x02"


@pytest.mark.parametrize(
    ("content_type", "takes"),
    [
        ("application/json", True),
        ("application/connect+proto", True),
        ("", True),
        ("application/grpc", False),
        ("application/grpc-web+proto", False),
        ("Application/GRPC-web-text", False),
    ],
)
def test_takes(wire, call, content_type, takes):
    assert wire.takes(call(content_type=content_type)) == takes
