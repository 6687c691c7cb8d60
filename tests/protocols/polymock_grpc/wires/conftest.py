"""The methods of `library.proto`, and calls to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from protobuf import Message, Registry

from polymock.interfaces import Spec
from polymock_grpc.model import Method
from polymock_grpc.spec.document import load_document
from polymock_schemas.calls import Call, Reply


class Library(msgspec.Struct):
    """What the tests of all wires share."""

    registry: Registry
    methods: dict[str, Method]

    def book(self, **fields: Any) -> Message:
        """A Book."""
        return self.methods["GetBook"].output(**fields)


@pytest.fixture(scope="session")
def library() -> Library:
    location = str(Path(__file__).parent / "library.proto")
    document = load_document(Spec(location=location, name="library"))
    methods = {method.name.partition("/")[2]: method for method in document.methods}
    return Library(registry=document.registry, methods=methods)


def _make_call(method: str = "POST", path: str = "/", body: bytes = b"", **headers: str) -> Call:
    """A call; underscores in names of header fields stand for hyphens."""
    path, _, query = path.partition("?")
    fields = tuple(
        (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
    )
    return Call(
        method=method,
        path=path,
        query=query.encode(),
        headers=fields,
        fields=dict(fields),
        body=body,
    )


@pytest.fixture(scope="session")
def make_call() -> Callable[..., Call]:
    return _make_call


@pytest.fixture
def call(make_call: Callable[..., Call]) -> Callable[..., Call]:
    return make_call


@pytest.fixture
def stream() -> Callable[..., AsyncIterator[Message]]:
    async def stream_of(*messages: Message) -> AsyncIterator[Message]:
        for message in messages:
            yield message

    return stream_of


@pytest.fixture
def read() -> Callable[[Reply], list[bytes]]:
    """Reads a streaming reply to its end: its chunks."""

    async def collect(reply: Reply) -> list[bytes]:
        assert reply.stream is not None
        return [chunk async for chunk in reply.stream]

    return lambda reply: asyncio.run(collect(reply))
