"""Calls of the mocks that a server serves, over the wire, as any client makes them."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import msgspec
from msgspec import UNSET

from polymock.commands.context import Context
from polymock.errors import CommandError
from polymock_schemas.calls import Violation
from polymock_schemas.mocks import MAX_CALL, CallParams, CallResult

MAX_REPLY = 1024 * 1024
"""Bytes of a reply's body that are read."""
RECORDED_SECONDS = 0.1
"""Until the worker has handed the call on to the journal, where whoever asks next looks for it."""
SESSION = "X-Polymock-Session"
OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade"})
"""Header fields that the connection has already."""


async def call(context: Context, params: CallParams) -> CallResult:
    """Send a request to the mocks; the reply, whatever its status. Raises CommandError."""
    address = context.server.url
    url = _url(address, params)
    content = _content(params)
    method = params.method.upper() or ("GET" if content is None else "POST")
    # Its certificate is the server's own: nobody else can have its port.
    async with httpx.AsyncClient(verify=False, trust_env=False, follow_redirects=False) as client:  # noqa: S501
        request = client.build_request(
            method,
            url,
            params=_query(params.query) if params.query else None,
            headers=_headers(params),
            content=content,
        )
        begun = perf_counter()
        try:
            async with asyncio.timeout(params.timeout):
                reply = await client.send(request, stream=True)
                body, whole = await _body(reply)
        except TimeoutError as error:
            raise CommandError(
                f"The mock did not answer within {params.timeout:g} seconds.",
                "Give it longer with timeout, or is it a stream that does not end?",
                "unavailable",
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise CommandError(
                f"The call of {address} failed: {error or type(error).__name__}.",
                "instances list tells whether it runs.",
                "unavailable",
            ) from error
    elapsed = round((perf_counter() - begun) * 1000, 3)
    await asyncio.sleep(RECORDED_SECONDS)
    return _result(reply, body, elapsed, whole=whole)


def _url(address: str, params: CallParams) -> httpx.URL:
    """The call's URL: always that of the server itself, whatever the path is."""
    if "#" in params.path or any(ord(char) <= 0x20 or ord(char) == 0x7F for char in params.path):
        raise _wrong("path", "it has a space, a control character or #", "Encode it: %20, %23.")
    if "?" in params.path and params.query:
        raise _wrong("query", "the path has a query already", "Give one of them.")
    parts = urlsplit(address)
    return httpx.URL(
        scheme=parts.scheme,
        host=parts.hostname or "",
        port=parts.port,
        raw_path="".join(
            char if char.isascii() else quote(char, errors="replace") for char in params.path
        ).encode(),
    )


def _query(query: dict[str, Any]) -> httpx.QueryParams:
    return httpx.QueryParams(
        [
            (name, _text(each))
            for name, value in query.items()
            for each in (value if isinstance(value, list) else [value])
            if each is not None
        ]
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _headers(params: CallParams) -> list[tuple[str, str]]:
    headers: dict[str, str] = {}
    for name, value in params.headers.items():
        if name.lower() in OWN_HEADERS:
            raise _wrong(f"headers.{name[:100]}", "the connection sets it", "Leave it out.")
        if not name.isascii() or any(char in value for char in "\r\n\0"):
            raise _wrong(f"headers.{name[:100]}", "it can be no header field", "Mend it.")
        headers[name.lower()] = value
    if params.body is not UNSET:
        headers.setdefault("content-type", "application/json")
    if params.session:
        headers[SESSION.lower()] = params.session
    return list(headers.items())


def _content(params: CallParams) -> bytes | None:
    if params.body is not UNSET and params.text is not None:
        raise _wrong("text", "there is a body already", "Give body for JSON, or text for others.")
    if params.body is UNSET:
        content = None if params.text is None else params.text.encode("utf-8", "replace")
    else:
        content = msgspec.json.encode(params.body)
    if content is not None and len(content) > MAX_CALL:
        raise _wrong("body", f"it has more than {MAX_CALL} bytes", "Send less.")
    return content


async def _body(reply: httpx.Response) -> tuple[bytes, bool]:
    """What was read of the body, and whether that is all."""
    content = bytearray()
    async for chunk in reply.aiter_bytes():
        content += chunk
        if len(content) > MAX_REPLY:
            await reply.aclose()
            return bytes(content[:MAX_REPLY]), False
    return bytes(content), True


def _result(reply: httpx.Response, body: bytes, elapsed: float, *, whole: bool) -> CallResult:
    value: Any = None
    text = ""
    media_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body:
        if whole and (media_type.endswith("json") or not media_type):
            try:
                value = msgspec.json.decode(body)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                text = body.decode("utf-8", "replace")
        elif b"\0" not in body:
            text = body.decode(reply.encoding or "utf-8", "replace")
    return CallResult(
        status=reply.status_code,
        headers=dict(reply.headers),
        url=str(reply.request.url),
        elapsed_ms=elapsed,
        bytes=len(body),
        body=value,
        text=text,
        truncated=not whole,
    )


def _wrong(where: str, message: str, hint: str) -> CommandError:
    return CommandError(f"{where}: {message}.", hint, "wrong", [Violation(where, message)])
