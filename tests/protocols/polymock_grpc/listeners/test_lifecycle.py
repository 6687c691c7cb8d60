"""Starting, sharing a port, reloading and stopping; through both listeners."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from typing import Any

import grpc
import pytest

from polymock.errors import ServerError
from polymock.wires import ListenerSettings
from polymock_grpc.listeners import open_listener
from polymock_schemas.config import ServerConfig

ECHO, REPEAT, JOIN = (f"/toy.v1.Toy/{name}" for name in ("Echo", "Repeat", "Join"))
TOY = """
syntax = "proto3";
package toy.v1;
message Note { string text = 1; int32 count = 2; int32 wait_ms = 3; int32 fail = 4; }
"""
OTHER_KINDS = TOY + (
    "service Toy { rpc Echo(Note) returns (stream Note); rpc Repeat(stream Note) returns (Note);"
    " rpc Join(stream Note) returns (Note); }"
)
MORE = TOY + "service Toy { rpc Echo(Note) returns (Note); rpc New(Note) returns (stream Note); }"
OTHER_SERVICE = TOY + "service Second { rpc Echo(Note) returns (Note); }"


def test_a_taken_port(toy: Any, server: ServerConfig) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = ListenerSettings("127.0.0.1", port, server, ".")
        listener = open_listener(settings, toy.responder.of_protocol("grpc"))
        with pytest.raises(ServerError) as caught:
            toy.run(listener.start())
    assert caught.value.message.startswith(f"gRPC cannot listen on 127.0.0.1:{port}:")
    assert "server.grpc_port" in caught.value.hint


def test_ipv6(toy: Any, server: ServerConfig) -> None:
    settings = ListenerSettings("::1", toy.port, server, ".")
    listener = open_listener(settings, toy.responder.of_protocol("grpc"))
    try:
        toy.run(listener.start())
    except ServerError:
        pytest.skip("this machine has no IPv6")
    with grpc.insecure_channel(f"[::1]:{toy.port}") as channel:
        channel.unary_unary(ECHO)(b"")
    toy.run(listener.stop(0))
    assert toy.wait_for(1)[0][0].client == "::1"


def test_two_listeners_share_a_port(toy: Any) -> None:
    toy.open()
    for _ in range(10):
        assert toy.channel().unary_unary(ECHO)(b"") == b""
    toy.run(toy.listeners.pop().stop(0))
    assert toy.channel().unary_unary(ECHO)(b"") == b""


def test_several_mocks(serve: Any, server: ServerConfig) -> None:
    """Each answers its own services; what two have, the first answers."""
    toy = serve(server, MORE, OTHER_SERVICE, OTHER_KINDS)
    channel = toy.channel()
    assert toy.text(channel.unary_unary("/toy.v1.Second/Echo")(toy.note(text="a"))) == "a"
    assert toy.text(channel.unary_unary(ECHO)(toy.note(text="a"))) == "a"
    assert toy.text(channel.stream_unary(JOIN)(iter([toy.note(text="a")]))) == "a"


def test_renewal(toy: Any) -> None:
    """New methods are served, old ones are no more, and nobody loses a connection."""
    channel = toy.channel()
    assert channel.unary_unary(ECHO)(b"") == b""
    toy.reload(MORE)
    assert list(channel.unary_stream("/toy.v1.Toy/New")(toy.note(count=2), timeout=5)) == [b"", b""]
    assert channel.unary_unary(ECHO)(b"") == b""
    with pytest.raises(grpc.RpcError) as caught:
        list(channel.unary_stream(REPEAT)(b""))
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_methods_that_become_of_another_kind(toy: Any) -> None:
    toy.channel().unary_unary(ECHO)(b"")
    toy.reload(OTHER_KINDS)
    time.sleep(0.3)
    channel = toy.channel()
    assert list(channel.unary_stream(ECHO)(toy.note(count=2), timeout=5)) == [b"", b""]
    assert toy.text(channel.stream_unary(REPEAT)(iter([toy.note(text="a")]), timeout=5)) == "a"


def test_a_stop_lets_calls_end(toy: Any) -> None:
    """And takes no more of them."""
    stream = toy.channel().unary_stream(REPEAT)(toy.note(text="a", count=10, wait_ms=40))
    assert next(stream)
    stopping = threading.Thread(target=toy.stop, args=(5,))
    stopping.start()
    time.sleep(0.1)
    with pytest.raises(grpc.RpcError) as caught:
        toy.channel().unary_unary(ECHO)(b"", timeout=2)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert sum(1 for _ in stream) == 9
    assert stream.code() is grpc.StatusCode.OK
    started = time.monotonic()
    stopping.join()
    assert time.monotonic() - started < 3


def test_a_stop_ends_what_takes_too_long(toy: Any) -> None:
    streams = [
        toy.channel().unary_stream(REPEAT)(toy.note(text="a", count=1000, wait_ms=40)),
        toy.channel().stream_stream("/toy.v1.Toy/Chat")(iter([toy.note(text="a")])),
    ]
    assert [next(stream) is not None for stream in streams]
    started = time.monotonic()
    toy.stop(0.2)
    assert 0.1 < time.monotonic() - started < 5
    with pytest.raises(grpc.RpcError):
        list(streams[0])
    toy.wait_for(2)


def test_answers_are_not_lost_by_a_stop(toy: Any) -> None:
    channel = toy.channel()
    channel.unary_unary(ECHO)(b"")
    futures = [channel.unary_unary(ECHO).future(b"") for _ in range(200)]
    toy.wait_for(201)
    toy.stop(1)
    assert [each.result(5) for each in futures] == [b""] * 200


def test_nothing_is_left_behind(toy: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "left"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    listener = toy.open()
    toy.run(listener.stop(0))
    toy.listeners.remove(listener)
    assert list(folder.iterdir()) == []
    toy.run(listener.stop(0))
