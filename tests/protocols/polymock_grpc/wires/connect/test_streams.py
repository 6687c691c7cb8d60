"""Streams over the Connect protocol."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest

from polymock.errors import (
    TooLarge,
    Unreadable,
    UnsupportedMedia,
)
from polymock_grpc.model import Metadata, Status
from polymock_grpc.wires.connect import ConnectWire
from polymock_grpc.wires.envelopes import wrap


@pytest.fixture
def wire(library) -> ConnectWire:
    return ConnectWire(library.registry)


class TestStreams:
    def frame(self, text: str) -> bytes:
        return wrap(text.encode())

    def test_requests(self, wire, library, call):
        body = self.frame('{"title": "a"}') + self.frame('{"title": "b"}')
        request = call(body=body, content_type="application/connect+json")
        messages = wire.decode(library.methods["AddBooks"], request)
        assert [message.title for message in messages] == ["a", "b"]

    def test_no_request_at_all(self, wire, library, call):
        request = call(content_type="application/connect+json")
        assert wire.decode(library.methods["Trade"], request) == []

    def test_compressed_request(self, wire, library, call):
        data = gzip.compress(b"\x12\x01a")
        request = call(
            body=wrap(data, 1) + wrap(b"\x12\x01b"),
            content_type="application/connect+proto",
            connect_content_encoding="gzip",
        )
        messages = wire.decode(library.methods["AddBooks"], request)
        assert [message.title for message in messages] == ["a", "b"]

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            (b"\x00\x00\x00", "head breaks off at byte 0"),
            (b"\x00\x00\x00\x00\x05abc", "5 bytes breaks off: 3 follow"),
            (b"\x01\x00\x00\x00\x01a", "names no coding"),
            (b"\x02\x00\x00\x00\x02{}", "flags 0x02"),
        ],
    )
    def test_broken_frames(self, wire, library, call, body, says):
        request = call(body=body, content_type="application/connect+json")
        with pytest.raises(Unreadable, match=says):
            wire.decode(library.methods["AddBooks"], request)

    def test_messages_are_bounded_together(self, library, call):
        data = gzip.compress(b"\x12\xd0\x0f" + b"a" * 2000)
        request = call(
            body=wrap(data, 1) * 5,
            content_type="application/connect+proto",
            connect_content_encoding="gzip",
        )
        with pytest.raises(TooLarge):
            ConnectWire(max_message=9000).decode(library.methods["AddBooks"], request)

    @pytest.mark.parametrize("count", [0, 2])
    def test_server_stream_takes_one_message(self, wire, library, call, count):
        request = call(body=self.frame("{}") * count, content_type="application/connect+json")
        with pytest.raises(Unreadable, match=f"takes one message; the body has {count}"):
            wire.decode(library.methods["WatchBooks"], request)

    def test_unary_content_type(self, wire, library, call):
        request, method = call(content_type="application/json"), library.methods["WatchBooks"]
        with pytest.raises(UnsupportedMedia):
            wire.decode(method, request)
        assert wire.refuse(request, Status(12, "no"), method).status == 415

    def test_answers(self, wire, library, call, stream, read):
        books = stream(library.book(title="a"), library.book(title="b"))
        metadata = Metadata(
            headers=((b"x-h", b"1"),), trailers=((b"cost", b"2"), (b"t-bin", b"\xff"))
        )
        request = call(content_type="application/connect+json")
        reply = wire.encode_stream(library.methods["WatchBooks"], request, books, metadata)
        assert reply.status == 200
        assert reply.headers == (
            (b"content-type", b"application/connect+json"),
            (b"x-h", b"1"),
        )
        assert reply.body == b""
        assert read(reply) == [
            self.frame('{"title":"a"}'),
            self.frame('{"title":"b"}'),
            wrap(b'{"metadata":{"cost":["2"],"t-bin":["/w"]}}', 2),
        ]

    def test_compressed_answers(self, wire, library, call, stream, read):
        long, short = library.book(title="a" * 3000), library.book(title="b")
        request = call(content_type="application/connect+proto", connect_accept_encoding="gzip, br")
        reply = wire.encode_stream(
            library.methods["WatchBooks"], request, stream(long, short), Metadata()
        )
        first, second, last = read(reply)
        assert (b"connect-content-encoding", b"gzip") in reply.headers
        assert first[0] == 1
        assert gzip.decompress(first[5:]) == long.to_binary()
        assert second == wrap(short.to_binary())
        assert last == wrap(b"{}", 2)

    def test_one_answer_to_a_client_stream(self, wire, library, call):
        method = library.methods["AddBooks"]
        request = call(content_type="application/connect+json")
        reply = wire.encode(method, request, method.output(next_page_token="x"), Metadata())
        assert reply.body == self.frame('{"nextPageToken":"x"}') + wrap(b"{}", 2)
        assert (b"content-length", b"%d" % len(reply.body)) in reply.headers

    def test_error(self, wire, library, call):
        request = call(content_type="application/connect+proto")
        status = Status(14, "overloaded", metadata=((b"cost", b"2"),))
        reply = wire.refuse(request, status, library.methods["WatchBooks"])
        assert reply.status == 200
        assert (b"content-type", b"application/connect+proto") in reply.headers
        assert reply.body == wrap(
            b'{"error":{"code":"unavailable","message":"overloaded"},"metadata":{"cost":["2"]}}', 2
        )

    def test_source_is_closed_where_the_reader_stops(self, wire, library, call):
        closed = []

        async def books() -> AsyncIterator[object]:
            try:
                while True:
                    yield library.book()
            finally:
                closed.append(True)

        async def read_one() -> None:
            reply = wire.encode_stream(
                library.methods["WatchBooks"],
                call(content_type="application/connect+json"),
                books(),
                Metadata(),
            )
            await anext(reply.stream)
            await reply.stream.aclose()

        asyncio.run(read_one())
        assert closed == [True]
