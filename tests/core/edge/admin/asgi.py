"""Requests to an ASGI application, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec


class Told(NamedTuple):
    """An answer: fields have lower-case names."""

    status: int
    fields: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body's value."""
        return msgspec.json.decode(self.body)


class Recorder:
    """An application that keeps who asked for what, and answers with `status`."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.callers: list[Any] = []
        self.paths: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer."""
        self.callers.append(scope["state"]["caller"])
        self.paths.append(scope["path"])
        fields = [(b"content-type", b"text/plain"), (b"Cache-Control", b"public")]
        await send({"type": "http.response.start", "status": self.status, "headers": fields})
        await send({"type": "http.response.body", "body": b"fine"})


def ask(
    app: Any,
    method: str = "GET",
    path: str = "/api/v1/sessions",
    fields: Sequence[tuple[str, str]] = (),
    *,
    host: str | None = "127.0.0.1:8081",
    token: str = "",
    client: str = "10.0.0.7",
) -> Told:
    """The answer to a request; `fields` come behind `Host` and `Authorization`."""
    return asyncio.run(
        ask_in_loop(app, method, path, fields, host=host, token=token, client=client)
    )


async def ask_in_loop(
    app: Any,
    method: str = "GET",
    path: str = "/api/v1/sessions",
    fields: Sequence[tuple[str, str]] = (),
    *,
    host: str | None = "127.0.0.1:8081",
    token: str = "",
    client: str = "10.0.0.7",
    state: dict[str, Any] | None = None,
) -> Told:
    """The same, in a loop that runs."""
    sent = [*([("Host", host)] if host is not None else [])]
    sent += [("Authorization", f"Bearer {token}")] if token else []
    raw, _, query = path.partition("?")
    messages: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": raw,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in (*sent, *fields)],
        "client": (client, 1234),
        "state": {} if state is None else state,
    }
    await app(scope, receive, send)
    start, *rest = messages
    return Told(
        start["status"],
        {name.decode().lower(): value.decode() for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in rest),
    )
