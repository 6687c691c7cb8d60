"""Steps over native gRPC, by grpcio and messages that are put together at run time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import grpc
import msgspec
from google.protobuf import json_format
from google.rpc import status_pb2
from msgspec import UNSET

from scenarios.answers import Answer, fields_of
from scenarios.form import Step
from scenarios.over_http import headers_of, raw
from scenarios.services import Services

DETAILS = "grpc-status-details-bin"
SECONDS = 20.0


def call(step: Step, services: Services) -> Answer:
    """Call a method, and wait for its end. A failure's value is its google.rpc.Status.

    Where answers are streamed, it stands behind them; where one is expected, it is all that
    counts, as for every client. The kinds of calls are alike on the wire, so that each is made as
    a stream of messages that gets a stream of messages.
    """
    path = f"/{step.call}"
    method = services.method(path)
    begin: Any = services.channel.stream_stream(path)
    going = begin(
        iter(_sent(step, services)),
        timeout=step.deadline or SECONDS,
        metadata=[(name.lower(), _plain(name, value)) for name, value in headers_of(step)],
    )
    messages: list[Any] = [
        f"{len(data)} bytes" if method is None else services.output(path, data)
        for data in _received(going)
    ]
    value: Any = messages
    streams = method is not None and method.server_streaming
    if going.code() is not grpc.StatusCode.OK:
        failure = _failure(going)
        value = [*messages, failure] if streams else failure
    elif not streams and len(messages) == 1:
        (value,) = messages
    return Answer(
        going.code().name,
        _fields(going.initial_metadata()),
        msgspec.json.encode(value),
        value,
        _fields(going.trailing_metadata()),
    )


def _sent(step: Step, services: Services) -> list[bytes]:
    if step.messages is not UNSET:
        return [services.input(step.call, value) for value in step.messages]
    if step.json is not UNSET:
        return [services.input(step.call, step.json)]
    return [raw(step) or b""]


def _received(going: Any) -> Iterator[bytes]:
    """The messages until the call ends, well or badly."""
    try:
        yield from going
    except grpc.RpcError as error:
        if error is not going:
            raise


def _failure(going: Any) -> Any:
    """How the call failed, in JSON: with details where the server told them."""
    told = dict(going.trailing_metadata() or ()).get(DETAILS)
    if told is None:
        return {"code": going.code().value[0], "message": going.details() or ""}
    return json_format.MessageToDict(status_pb2.Status.FromString(told))


def _plain(name: str, value: str) -> str | bytes:
    return value.encode() if name.lower().endswith("-bin") else value


def _fields(metadata: Sequence[tuple[str, str | bytes]] | None) -> dict[str, list[str]]:
    return fields_of(
        [
            (name, value if isinstance(value, str) else value.decode("utf-8", "backslashreplace"))
            for name, value in metadata or ()
            if name != DETAILS
        ]
    )
