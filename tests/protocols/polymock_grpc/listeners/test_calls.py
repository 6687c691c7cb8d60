"""Calls of all kinds through both listeners, with real clients."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from grpc import aio
from grpc_status import rpc_status

from polymock_schemas.config import ServerConfig

ECHO, REPEAT, JOIN, CHAT = (f"/toy.v1.Toy/{name}" for name in ("Echo", "Repeat", "Join", "Chat"))


def test_unary(toy: Any) -> None:
    answer = toy.channel().unary_unary(ECHO)(toy.note(text="hi"))
    assert toy.text(answer) == "hi"
    ((call, reply),) = toy.wait_for(1)
    assert (call.method, call.path, call.origin) == ("POST", ECHO, f"grpc://127.0.0.1:{toy.port}")
    assert call.client == "127.0.0.1"
    assert call.fields[b"content-type"] == b"application/grpc"
    assert call.fields[b"user-agent"].startswith(b"grpc-python")
    assert call.body == toy.note(text="hi")
    assert call.deadline is None
    assert (reply.status, reply.operation) == (0, "toy.v1.Toy/Echo")


def test_empty_messages(toy: Any) -> None:
    channel = toy.channel()
    assert channel.unary_unary(ECHO)(b"") == b""
    assert list(channel.unary_stream(REPEAT)(toy.note(count=3))) == [b"", b"", b""]
    assert list(channel.stream_stream(CHAT)(iter([b"", b""]))) == [b"", b""]
    assert channel.stream_unary(JOIN)(iter([b""])) == b""


def test_server_stream(toy: Any) -> None:
    stream = toy.channel().unary_stream(REPEAT)(toy.note(text="a", count=100))
    assert [toy.text(each) for each in stream] == ["a"] * 100
    assert stream.code() is grpc.StatusCode.OK
    ((_, reply),) = toy.wait_for(1)
    assert reply.response_messages == 100


def test_a_server_stream_of_none(toy: Any) -> None:
    assert list(toy.channel().unary_stream(REPEAT)(b"")) == []


def test_client_stream(toy: Any) -> None:
    notes = [toy.note(text=text) for text in ("a", "b", "c")]
    assert toy.text(toy.channel().stream_unary(JOIN)(iter(notes))) == "a b c"
    ((call, reply),) = toy.wait_for(1)
    assert reply.request_messages == 3
    assert call.messages is None


def test_bidirectional_stream(toy: Any) -> None:
    """Each message is answered before the next is sent."""
    heard: list[str] = []

    def talk() -> Iterator[bytes]:
        for number in range(5):
            while len(heard) < number:
                time.sleep(0.001)
            yield toy.note(text=f"n{number}")

    for answer in toy.channel().stream_stream(CHAT)(talk()):
        heard += [toy.text(answer)]
    assert heard == ["N0", "N1", "N2", "N3", "N4"]


def test_asyncio_client(toy: Any) -> None:
    async def talk() -> tuple[bytes, list[bytes], bytes]:
        async with aio.insecure_channel(f"127.0.0.1:{toy.port}") as channel:
            one = await channel.unary_unary(ECHO)(toy.note(text="x"))
            many = [each async for each in channel.unary_stream(REPEAT)(toy.note(count=2))]
            joined = await channel.stream_unary(JOIN)(iter([toy.note(text="a")]))
            return one, many, joined

    one, many, joined = asyncio.run(talk())
    assert (toy.text(one), many, toy.text(joined)) == ("x", [b"", b""], "a")


@pytest.mark.parametrize("path", [ECHO, REPEAT, JOIN, CHAT])
def test_metadata(toy: Any, path: str) -> None:
    """Names repeat, `-bin` values are bytes, and the transport's fields are not metadata."""
    sent = (("x-a", "1"), ("x-a", "2"), ("x-b-bin", b"\x00\xff"), ("other", "3"))
    call = toy.channel().stream_stream(path)(iter([toy.note(count=1)]), metadata=sent)
    assert list(call)
    assert [tuple(each) for each in call.initial_metadata()] == list(sent[:3])
    assert [tuple(each) for each in call.trailing_metadata()] == [("took", "1 ?")]
    ((recorded, _),) = toy.wait_for(1)
    assert recorded.headers[-4:] == (
        (b"x-a", b"1"),
        (b"x-a", b"2"),
        (b"x-b-bin", b"\x00\xff"),
        (b"other", b"3"),
    )


@pytest.mark.parametrize("path", [ECHO, REPEAT])
def test_rich_errors(toy: Any, path: str) -> None:
    call = toy.channel().unary_stream(path)(toy.note(text="a", count=2, fail=5))
    with pytest.raises(grpc.RpcError) as caught:
        list(call)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    assert caught.value.details() == "fäiled with 5"
    status = rpc_status.from_call(caught.value)
    assert status is not None
    assert [each.type_url for each in status.details] == [
        "type.googleapis.com/google.rpc.RequestInfo"
    ]
    trailers = dict(caught.value.trailing_metadata())
    assert (trailers["retry-pushback-ms"], trailers["trace-bin"]) == ("7", b"\x00\xff")
    ((_, reply),) = toy.wait_for(1)
    assert reply.status == 5


@pytest.mark.parametrize("path", ["/toy.v1.Toy/Nope", "/nobody.Knows/It", "/"])
@pytest.mark.parametrize("kind", ["unary_unary", "stream_stream"])
def test_unknown_methods_are_refused_and_recorded(toy: Any, path: str, kind: str) -> None:
    call = getattr(toy.channel(), kind)(path)
    with pytest.raises(grpc.RpcError) as caught:
        list(call(iter([b"x"]))) if kind == "stream_stream" else call(b"x")
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert caught.value.details() == f"no method {path}"
    ((recorded, reply),) = toy.wait_for(1)
    assert (recorded.path, reply.status) == (path, 12)


def test_malformed_message(toy: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        toy.channel().unary_unary(ECHO)(b"\x0a\xff")
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("path", [REPEAT, CHAT])
def test_deadline(toy: Any, path: str) -> None:
    """It ends the call at both sides, and is what the journal says of it."""

    def wait() -> Iterator[bytes]:
        yield toy.note(text="a", count=100, wait_ms=50)
        time.sleep(1)

    started = time.monotonic()
    request = wait() if path == CHAT else toy.note(text="a", count=100, wait_ms=50)
    channel = toy.channel()
    kind = channel.stream_stream if path == CHAT else channel.unary_stream
    call = kind(path)(request, timeout=0.3)
    with pytest.raises(grpc.RpcError) as caught:
        list(call)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert 0.25 < time.monotonic() - started < 2
    ((recorded, reply),) = toy.wait_for(1)
    assert recorded.deadline is not None
    assert reply.status == 4


def test_cancellation_ends_the_stream_and_is_recorded(toy: Any) -> None:
    stream = toy.channel().unary_stream(REPEAT)(toy.note(text="a", count=1000, wait_ms=10))
    assert next(stream)
    stream.cancel()
    ((_, reply),) = toy.wait_for(1)
    assert reply.outcome == "client_error"
    assert 0 < reply.response_messages < 50


def test_a_call_that_is_cancelled_at_once_is_recorded_once(toy: Any) -> None:
    channel = toy.channel()
    toy.text(channel.unary_unary(ECHO)(b""))
    for _ in range(20):
        channel.unary_stream(REPEAT)(toy.note(count=3, wait_ms=1000)).cancel()
    time.sleep(0.3)
    assert all(reply.outcome == "client_error" for _, reply in toy.records.exchanges[1:])
    assert len(toy.records.exchanges) <= 21


@pytest.mark.parametrize("path", [ECHO, REPEAT, JOIN, CHAT])
def test_gzip(toy: Any, path: str) -> None:
    channel = toy.channel(compression=grpc.Compression.Gzip)
    call = channel.stream_stream(path)(iter([toy.note(text="a" * 2000, count=1)]))
    assert [toy.text(each).lower() for each in call] == ["a" * 2000]


def test_large_messages(toy: Any) -> None:
    """Beyond gRPC's customary 4 MiB, both ways."""
    channel = toy.channel(("grpc.max_receive_message_length", -1))
    assert len(channel.unary_unary(ECHO)(toy.note(text="a" * 6_000_000))) > 6_000_000
    stream = channel.unary_stream(REPEAT)(toy.note(text="a" * 5_000_000, count=2))
    assert [len(each) > 5_000_000 for each in stream] == [True, True]


@pytest.mark.parametrize("path", [ECHO, REPEAT, JOIN, CHAT])
def test_too_large_messages(serve: Any, server: ServerConfig, path: str) -> None:
    small = ServerConfig(grpc_listener=server.grpc_listener, max_body="64KiB")
    toy = serve(small)
    channel = toy.channel()
    with pytest.raises(grpc.RpcError) as caught:
        list(channel.stream_stream(path)(iter([toy.note(text="a" * 70_000)])))
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    fits = channel.stream_stream(path)(iter([toy.note(text="a" * 60_000, count=1)]))
    assert len(list(fits)) == 1


def test_many_calls_at_once(toy: Any) -> None:
    call = toy.channel().unary_unary(ECHO)
    futures = [call.future(toy.note(text=str(number))) for number in range(1000)]
    assert [toy.text(each.result(10)) for each in futures] == [str(n) for n in range(1000)]
    assert len(toy.wait_for(1000)) == 1000


def test_many_streams_at_once(toy: Any) -> None:
    channels = [toy.channel() for _ in range(4)]

    def read(number: int) -> int:
        call = channels[number % 4].unary_stream(REPEAT)
        return len(list(call(toy.note(text="a", count=20, wait_ms=1))))

    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(read, range(200))) == [20] * 200


def test_a_slow_reader_gets_all_and_holds_up_nobody(toy: Any) -> None:
    slow = toy.channel().unary_stream(REPEAT)(toy.note(text="a" * 100_000, count=60))
    assert next(slow)
    time.sleep(0.2)  # by now its window is full
    assert toy.text(toy.channel().unary_unary(ECHO)(toy.note(text="quick"), timeout=2)) == "quick"
    assert sum(1 for _ in slow) == 59
