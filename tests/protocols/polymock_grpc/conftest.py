"""Contracts of one .proto text, asked as a listener asks them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from polymock.engine import Engine
from polymock.interfaces import Spec
from polymock_grpc.contract import GrpcContract
from polymock_grpc.plugin import build
from polymock_grpc.settings import GrpcSettings
from polymock_schemas.calls import Call, Headers, Reply

CORPUS = Path("../shared/corpus/proto")


class Asker:
    """Asks a contract's methods with ProtoJSON, and gives answers as ProtoJSON."""

    def __init__(self, contract: GrpcContract) -> None:
        self.contract = contract
        self.engine = Engine(contract)

    def reply(self, path: str, message: Any, headers: Headers = ()) -> Reply:
        """The reply of `/pkg.Service/Method` (or of its end) to one message."""
        method = self._method(path)
        return self.engine.handle(_call(method.path, self._encoded(path, message), headers))

    def ask(self, path: str, message: Any, headers: Headers = ()) -> Any:
        """The one answer."""
        reply = self.reply(path, message, headers)
        assert reply.code == 0, reply.trailers
        return self._decoded(path, reply.body)

    def status(self, path: str, message: Any, headers: Headers = ()) -> tuple[int, str]:
        """The code and message of a refusal."""
        reply = self.reply(path, message, headers)
        assert reply.code is not None
        return reply.code, dict(reply.trailers).get(b"grpc-message", b"").decode()

    def stream(self, path: str, *messages: Any) -> list[Any]:
        """All answers, to one message or to a client's stream of them."""
        method = self._method(path)
        encoded = [self._encoded(path, message) for message in messages]
        call = _call(method.path, b"" if method.client_streaming else encoded[0], ())
        if method.client_streaming:
            call.messages = _sent(encoded)
        reply = self.engine.handle(call)
        assert reply.stream is not None, reply.trailers
        return [self._decoded(path, chunk) for chunk in asyncio.run(_collected(reply.stream))]

    def _method(self, path: str) -> Any:
        return next(m for m in self.contract.document.methods if m.path.endswith(path))

    def _encoded(self, path: str, message: Any) -> bytes:
        kind = self._method(path).input
        text = json.dumps(message)
        return bytes(kind.from_json(text, registry=self.contract.document.registry).to_binary())

    def _decoded(self, path: str, data: bytes) -> Any:
        message = self._method(path).output.from_binary(data)
        return json.loads(message.to_json(registry=self.contract.document.registry))


@pytest.fixture(scope="session")
def compiled() -> dict[str, GrpcContract]:
    """The contracts of this run by their text: each run of protoc takes 100 ms."""
    return {}


@pytest.fixture
def serve(tmp_path: Path, compiled: dict[str, GrpcContract]) -> Callable[..., Asker]:
    """Compiles .proto text, with a syntax line and `test.v1` as its package put before it.

    Imports are of this folder or bundled; `fresh` compiles again what was compiled before.
    """

    def served(
        text: str, imports: Sequence[str] = (), *, fresh: bool = False, **settings: Any
    ) -> Asker:
        lines = "".join(f'import "{name}";\n' for name in imports)
        whole = f'syntax = "proto3";\npackage test.v1;\n{lines}{text}'
        known = compiled.get(f"{whole}{settings}")
        if known is None or fresh:
            file = tmp_path / "test.proto"
            file.write_text(whole, encoding="utf-8")
            reader = build(msgspec.convert(settings, GrpcSettings))
            known = compiled[f"{whole}{settings}"] = reader.compile(Spec(str(file), "test"))
        return Asker(known)

    return served


@pytest.fixture
def library() -> Asker:
    """The library service of googleapis."""
    if not CORPUS.exists():
        pytest.skip(f"{CORPUS} is not here")
    spec = Spec(str(CORPUS / "library/google/example/library/v1/library.proto"), "library")
    return Asker(build(GrpcSettings()).compile(spec))


def _call(path: str, body: bytes, headers: Headers) -> Call:
    headers = ((b"content-type", b"application/grpc"), *headers)
    return Call(
        method="POST",
        path=path,
        query=b"",
        headers=headers,
        fields=dict(headers),
        body=body,
        origin="grpc://127.0.0.1:50051",
    )


async def _sent(messages: Sequence[bytes]) -> AsyncIterator[bytes]:
    for message in messages:
        yield message


async def _collected(stream: AsyncIterator[bytes]) -> list[bytes]:
    return [chunk async for chunk in stream]
