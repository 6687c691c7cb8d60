"""The client library of Connect, over sockets: Connect and gRPC-Web, binary and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from polymock.testing import Polymock
from polymock_grpc.model import Method

pytest.importorskip("connectrpc", reason="needs the package connectrpc")

from connectrpc.client import ConnectClientSync
from connectrpc.code import Code
from connectrpc.codec import proto_binary_codec, proto_json_codec
from connectrpc.errors import ConnectError
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.protocol import ProtocolType


@pytest.fixture(scope="module")
def mock() -> Iterator[Polymock]:
    with Polymock(str(Path(__file__).parent / "library.proto")) as mock:
        yield mock


@pytest.fixture(
    params=[
        (ProtocolType.CONNECT, proto_binary_codec),
        (ProtocolType.CONNECT, proto_json_codec),
        (ProtocolType.GRPC_WEB, proto_binary_codec),
        (ProtocolType.GRPC_WEB, proto_json_codec),
    ],
    ids=["connect-proto", "connect-json", "web-proto", "web-json"],
)
def client(mock: Polymock, request: Any) -> Iterator[ConnectClientSync]:
    protocol, codec = request.param
    with ConnectClientSync(mock.url, protocol=protocol, codec=codec()) as client:
        yield client


STREAMS = {
    (False, False): StreamType.UNARY,
    (False, True): StreamType.SERVER_STREAM,
    (True, False): StreamType.CLIENT_STREAM,
    (True, True): StreamType.BIDI_STREAM,
}


def info(method: Method, name: str = "") -> MethodInfo[Any, Any]:
    return MethodInfo(
        name=name or method.descriptor.name,
        service_name=method.descriptor.parent.type_name,
        input=method.input,
        output=method.output,
        stream_type=STREAMS[method.client_streaming, method.server_streaming],
        idempotency_level=IdempotencyLevel.NO_SIDE_EFFECTS
        if method.has_no_side_effects
        else IdempotencyLevel.UNKNOWN,
    )


@pytest.mark.parametrize("use_get", [False, True])
def test_unary(client, library, use_get):
    method = library.methods["GetBook"]
    book = client.execute_unary(
        request=method.input(name="shelves/1/books/2"), method=info(method), use_get=use_get
    )
    assert book.name == "shelves/1/books/2"
    assert book.title


def test_server_stream(client, library):
    method = library.methods["WatchBooks"]
    books = list(client.execute_server_stream(request=method.input(name="x"), method=info(method)))
    assert len(books) == 3
    assert all(book.title for book in books)


def test_client_stream(client, library):
    method = library.methods["AddBooks"]
    books = iter([library.book(title="a"), library.book(title="b")])
    answer = client.execute_client_stream(request=books, method=info(method))
    assert answer.books


def test_both_stream(client, library):
    method = library.methods["Trade"]
    books = iter([library.book(title="a"), library.book(title="b")])
    answers = list(client.execute_bidi_stream(request=books, method=info(method)))
    assert all(isinstance(answer, method.output) for answer in answers)
    assert answers


def test_error_with_details(client, library):
    method = library.methods["GetBook"]
    with pytest.raises(ConnectError) as caught:
        client.execute_unary(
            request=method.input(name="x"),
            method=info(method),
            headers={"prefer": "code=5"},
        )
    assert caught.value.code == Code.NOT_FOUND
    assert caught.value.message
    assert [detail.type_name for detail in caught.value.details] == ["google.rpc.ResourceInfo"]


def test_unknown_method(client, library):
    method = library.methods["GetBook"]
    with pytest.raises(ConnectError) as caught:
        client.execute_unary(request=method.input(), method=info(method, "Nothing"))
    assert caught.value.code == Code.UNIMPLEMENTED
    assert "Nothing" in caught.value.message
