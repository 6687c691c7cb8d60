from __future__ import annotations

import json
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest

from polymock.errors import NoOperation
from polymock.interfaces import Screening, Transcribing
from polymock_schemas.calls import Call, Headers

Serve = Callable[..., Any]
TEXT = """
message Req { string id = 1; }
message Res { string id = 1; string name = 2; }
service S {
  rpc Get(Req) returns (Res) { option (google.api.http) = { get: "/v1/things/{id}" }; }
  rpc Bad(Req) returns (Res) { option (google.api.http) = { get: "/v1/{nothing}" }; }
  rpc Watch(Req) returns (stream Res);
  rpc Send(stream Req) returns (Res);
}
"""
IMPORTS = ["google/api/annotations.proto"]


def http(method: str, path: str, content_type: str = "", body: bytes = b"") -> Call:
    fields = {b"host": b"x"}
    if content_type:
        fields[b"content-type"] = content_type.encode()
    return Call(method, path, b"", tuple(fields.items()), fields, body, origin="http://x")


@pytest.fixture
def asker(serve: Serve) -> Any:
    return serve(TEXT, IMPORTS)


def test_operations(asker: Any) -> None:
    assert [operation.name for operation in asker.contract.operations] == [
        "test.v1.S/Get",
        "test.v1.S/Bad",
        "test.v1.S/Watch",
        "test.v1.S/Send",
    ]
    assert asker.contract.title == "test.v1.S"


def test_one_method_over_every_wire(asker: Any) -> None:
    native = asker.reply("S/Get", {"id": "7"})
    answer = asker.ask("S/Get", {"id": "7"})
    handle = asker.engine.handle
    connect = handle(http("POST", "/test.v1.S/Get", "application/json", b'{"id": "7"}'))
    binary = handle(http("POST", "/test.v1.S/Get", "application/proto", b"\x0a\x017"))
    framed = b"\x00\x00\x00\x00\x03\x0a\x017"
    web = handle(http("POST", "/test.v1.S/Get", "application/grpc-web+proto", framed))
    rest = handle(http("GET", "/v1/things/7"))
    replies = (native, connect, binary, web, rest)
    assert {reply.operation for reply in replies} == {"test.v1.S/Get"}
    assert {reply.code for reply in replies} == {0}
    assert native.body == binary.body
    assert native.body in web.body
    for reply in (connect, rest):
        assert answer["name"].encode() in reply.body


def test_replies_are_remembered_wire_by_wire(asker: Any) -> None:
    body = b"\x0a\x017"
    for _ in range(3):
        native = asker.reply("S/Get", {"id": "7"})
        binary = asker.engine.handle(http("POST", "/test.v1.S/Get", "application/proto", body))
        misplaced = asker.engine.handle(http("POST", "/test.v1.S/Get", "application/grpc", body))
        assert native.status == 0
        assert binary.status == 200
        assert dict(misplaced.headers)[b"grpc-status"] == b"12"


def test_native_calls_on_the_http_port_are_told_so(asker: Any) -> None:
    reply = asker.engine.handle(http("POST", "/test.v1.S/Get", "application/grpc", b"\0\0\0\0\0"))
    assert (reply.status, reply.code) == (200, 12)
    assert b"grpc_port" in dict(reply.headers)[b"grpc-message"]


@pytest.mark.parametrize("said", ["application/grpc", "application/grpc+proto", "Application/GRPC"])
def test_native_calls_are_refused_before_their_bodies_have_come(asker: Any, said: str) -> None:
    path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
    call = http("POST", path, said)
    with pytest.raises(NoOperation, match="grpc_port") as caught:
        asker.contract.screen(call)
    reply = asker.contract.refuse(call, caught.value, None)
    assert (reply.status, reply.code, reply.body) == (200, 12, b"")
    assert b"grpc_port" in dict(reply.headers)[b"grpc-message"]


def test_the_edge_asks_before_it_reads(asker: Any) -> None:
    assert isinstance(asker.contract, Screening)


@pytest.mark.parametrize("said", ["application/grpc-web+proto", "application/json", ""])
def test_other_calls_are_read(asker: Any, said: str) -> None:
    asker.contract.screen(http("POST", "/test.v1.S/Get", said))
    native = http("POST", "/test.v1.S/Get", "application/grpc")
    native.origin = "grpc://x"
    asker.contract.screen(native)


def test_bytes_that_are_no_message(asker: Any) -> None:
    call = Call(
        "POST",
        "/test.v1.S/Get",
        b"",
        ((b"content-type", b"application/grpc"),),
        {b"content-type": b"application/grpc"},
        b"\xff\xff",
        origin="grpc://x",
    )
    reply = asker.engine.handle(call)
    assert (reply.code, reply.outcome) == (13, "client_error")


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/test.v1.S/Gett", "test.v1.S has no method Gett. Did you mean test.v1.S/Get?"),
        ("/nope.X/Y", "There is no service nope.X."),
        ("/Y", "Nothing in the contract answers at /Y."),
    ],
)
def test_unknown_methods(asker: Any, path: str, detail: str) -> None:
    reply = asker.engine.handle(Call("POST", path, b"", (), {}, origin="grpc://x"))
    assert reply.code == 12
    assert dict(reply.trailers)[b"grpc-message"].decode() == detail


def test_addresses(asker: Any) -> None:
    allowed = asker.contract.allowed
    assert allowed(http("GET", "/v1/things/7")) == ("GET", "HEAD")
    assert allowed(http("GET", "/test.v1.S/Get")) == ("POST",)
    assert allowed(http("GET", "/nothing/here")) == ()
    assert asker.engine.handle(http("PUT", "/v1/things/7")).status == 405
    assert asker.engine.handle(http("GET", "/nothing/here")).status == 404


def test_statuses_on_demand(asker: Any) -> None:
    reply = asker.reply("S/Get", {"id": "7"}, ((b"prefer", b"code=UNAVAILABLE"),))
    assert (reply.code, reply.source, reply.outcome) == (14, "sample", "server_error")
    assert asker.reply("S/Get", {"id": "7"}).code == 0


RESOURCES = """
message Shelf {
  option (google.api.resource) = { type: "x.com/Shelf" pattern: "shelves/{shelf}" };
  string name = 1;
}
message Get { string name = 1 [(google.api.resource_reference).type = "x.com/Shelf"]; }
message Drop { int64 shelf_id = 1; }
message Create { Shelf shelf = 1; string shelf_id = 2; }
service S {
  rpc GetShelf(Get) returns (Shelf) { option (google.api.http) = { get: "/v1/{name=shelves/*}" }; }
  rpc DropShelf(Drop) returns (google.protobuf.Empty);
  rpc CreateShelf(Create) returns (Shelf) {
    option (google.api.http) = { post: "/v1/shelves" body: "shelf" };
  }
}
"""


@pytest.fixture
def shelves(serve: Serve) -> Any:
    return serve(RESOURCES, [*IMPORTS, "google/api/resource.proto", "google/protobuf/empty.proto"])


def test_statuses_on_demand_over_rest(shelves: Any) -> None:
    call = http("GET", "/v1/shelves/s9")
    call.query = b"__code=404"
    reply = shelves.engine.handle(call)
    error = json.loads(reply.body)["error"]
    assert (reply.status, error["status"]) == (404, "NOT_FOUND")
    assert error["message"] == "shelves/s9 was not found."
    assert error["details"][0]["resourceName"] == "shelves/s9"
    assert error["details"][0]["resourceType"] == "x.com/Shelf"
    created = http("POST", "/v1/shelves", "application/json", b"{}")
    created.query = b"shelf_id=mine&__code=409"
    reply = shelves.engine.handle(created)
    assert (reply.status, reply.code) == (409, 6)
    assert json.loads(reply.body)["error"]["message"] == "mine exists already."


def test_statuses_on_demand_over_connect(shelves: Any) -> None:
    call = http("POST", "/test.v1.S/GetShelf", "application/json", b'{"name": "shelves/s9"}')
    call.fields[b"prefer"] = b"code=409"
    reply = shelves.engine.handle(call)
    assert (reply.status, json.loads(reply.body)["code"]) == (409, "aborted")


def test_statuses_on_demand_name_what_has_no_resource(shelves: Any) -> None:
    reply = shelves.reply("S/DropShelf", {"shelfId": 7}, ((b"prefer", b"code=404"),))
    assert reply.code == 5
    assert dict(reply.trailers)[b"grpc-message"] == b"7 was not found."


def test_problems(asker: Any) -> None:
    (fault,) = asker.contract.problems()
    assert fault.level == "warning"
    assert "nothing" in fault.message


def test_what_listeners_look_at(asker: Any) -> None:
    document = asker.contract.document
    assert document.services == ("test.v1.S",)
    assert document.descriptors.file[-1].name == "test.proto"
    assert asker.contract.settings.reflection is True


@pytest.mark.parametrize(
    ("field", "seconds"), [((b"connect-timeout-ms", b"1500"), 1.5), ((b"grpc-timeout", b"2S"), 2)]
)
def test_callers_over_http_say_how_long_they_wait(
    asker: Any, field: tuple[bytes, bytes], seconds: float
) -> None:
    call = http("POST", "/test.v1.S/Watch", "application/connect+proto", FRAMED)
    call.fields |= dict([field])
    assert asker.engine.handle(call).stream is not None
    assert call.deadline == pytest.approx(monotonic() + seconds, abs=1)


def test_a_time_limit_that_is_none_is_refused(asker: Any) -> None:
    call = http("POST", "/test.v1.S/Get", "application/proto", ID)
    call.fields[b"connect-timeout-ms"] = b"soon"
    reply = asker.engine.handle(call)
    assert (reply.status, reply.code) == (400, 3)
    assert b"connect-timeout-ms" in reply.body


NATIVE: Headers = ((b"content-type", b"application/grpc"),)
HTTP: Headers = ((b"host", b"x"),)
ID = b"\x0a\x017"
FRAMED = b"\x00\x00\x00\x00\x03" + ID


def kind(name: str) -> tuple[bytes, bytes]:
    return (b"content-type", name.encode())


@pytest.mark.parametrize(
    ("operation", "headers", "body", "text"),
    [
        ("Get", NATIVE, ID, b'{"id":"7"}'),
        ("Get", (), ID + b"\x12\x01x", b'{"id":"7","name":"x"}'),
        ("Watch", NATIVE, ID, b'{"id":"7"}'),
        ("Watch", (), FRAMED + FRAMED, b'[{"id":"7"},{"id":"7"}]'),
        ("Watch", (), FRAMED + FRAMED[:6], b'[{"id":"7"}]'),
        ("Send", NATIVE, FRAMED * 2, b'[{"id":"7"},{"id":"7"}]'),
        ("Send", (), FRAMED, b'{"id":"7"}'),
        ("Get", (*HTTP, kind("application/proto")), ID, b'{"id":"7"}'),
        ("Get", (kind("application/proto"),), ID + b"\x12\x01x", b'{"id":"7","name":"x"}'),
        ("Get", (*HTTP, kind("application/json")), b'{"id": "7"}', b'{"id": "7"}'),
        ("Get", (*HTTP, kind("application/grpc-web+proto")), FRAMED, b'{"id":"7"}'),
        ("Get", (*HTTP, kind("application/grpc-web-text")), b"AAAAAAMKATc=", b'{"id":"7"}'),
        ("Get", (kind("application/grpc-web"),), FRAMED + b"\x80\0\0\0\x01x", b'{"id":"7"}'),
        ("Watch", (kind("application/connect+proto"),), FRAMED + b"\2\0\0\0\2{}", b'[{"id":"7"}]'),
        ("Watch", (kind("application/connect+json"),), b"\0\0\0\0\2{}\2\0\0\0\2{}", b"[{}]"),
        ("Get", NATIVE, b"\xff\xff", b"\xff\xff"),
        ("Get", (*HTTP, kind("application/proto"), (b"content-encoding", b"gzip")), b"x", b"x"),
        ("Get", (*HTTP, *NATIVE), FRAMED, b'{"id":"7"}'),
    ],
)
def test_transcriptions(
    asker: Any, operation: str, headers: Headers, body: bytes, text: bytes
) -> None:
    assert isinstance(asker.contract, Transcribing)
    is_reply = not {*HTTP, *NATIVE} & {*headers}
    name = f"test.v1.S/{operation}"
    assert asker.contract.transcribe(name, headers, body, is_reply=is_reply) == text


def test_messages_of_native_streams_are_framed(asker: Any) -> None:
    assert asker.contract.frame(NATIVE, ID) == FRAMED
    assert asker.contract.frame((kind("application/connect+proto"),), FRAMED) == FRAMED
