"""One POST after another to a place that is not trusted.

Its address is judged before each, and the connection goes to the judged one; redirects are not
followed, proxies of the environment not used; the whole takes a bounded time, and of the answer no
more than its beginning is read. It stands on httpcore, as httpx does, which would take twice the
time.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

import httpcore

from polymock.outbound import Target, judged_target

MAX_ANSWER = 64 * 1024
"""Bytes of an answer that are read; one that is longer costs its connection."""
LATER = frozenset({408, 425, 429})
"""Statuses below 500 that say that it may be tried again."""


_FAILURES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.RemoteProtocolError,
    httpcore.ConnectionNotAvailable,
)


class Answer(NamedTuple):
    """What came back: status, the beginning of the body, and the Retry-After header."""

    status: int
    body: bytes
    retry_after: float | None = None

    @property
    def is_fine(self) -> bool:
        """Whether it was taken."""
        return 200 <= self.status < 300


class Undelivered(Exception):
    """A POST did not arrive, or was not taken. `again`: it may be tried again."""

    def __init__(self, reason: str, *, again: bool, answer: Answer | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
        self.answer = answer


class Poster:
    """POSTs to one URL. Lives on one event loop.

    `seconds` are what each may take, the look-up of the name included.
    """

    def __init__(self, url: str, *, allow_private: bool, seconds: float, connections: int) -> None:
        self._url = url
        self._allow_private = allow_private
        self._seconds = seconds
        self._connections = connections
        self._pool: httpcore.AsyncConnectionPool | None = None
        self._known: Target | None = None

    async def open(self) -> None:
        """Get ready."""
        self._pool = httpcore.AsyncConnectionPool(
            max_connections=self._connections, keepalive_expiry=30.0
        )

    async def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            await self._pool.aclose()
            self._pool = None

    def why_never(self) -> str:
        """Why nothing will ever arrive there, as far as that can be told without a look-up."""
        host = urlsplit(self._url).hostname or ""
        if not _is_address(host) and host != "localhost":
            return ""
        try:
            judged_target(self._url, self._allow_private)
        except ValueError as error:
            return _without_option(error)
        return ""

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """What was answered to a POST that was taken. Raises Undelivered."""
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._send(body, headers)
        except TimeoutError:
            raise Undelivered(f"no answer within {self._seconds:g} s", again=True) from None
        except (*_FAILURES, OSError) as error:
            raise Undelivered(str(error) or type(error).__name__, again=True) from None
        except (ValueError, httpcore.UnsupportedProtocol, httpcore.LocalProtocolError) as error:
            # no URL, a private address, a header that cannot be sent
            raise Undelivered(_without_option(error), again=False) from None
        if answer.is_fine:
            return answer
        reason = f"HTTP {answer.status}"
        if 300 <= answer.status < 400:
            reason += " (redirects are not followed)"
        again = answer.status >= 500 or answer.status in LATER
        raise Undelivered(reason, again=again, answer=answer)

    async def _send(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        assert self._pool is not None
        target = await self._target()
        request = httpcore.Request(
            "POST",
            target.url,
            headers=[
                (b"host", target.host),
                *((name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()),
                (b"accept", b"*/*"),
                (b"accept-encoding", b"identity"),
                (b"content-length", b"%d" % len(body)),
            ],
            content=body,
            extensions={"sni_hostname": target.name},
        )
        response = await self._pool.handle_async_request(request)
        try:
            read = bytearray()
            async for chunk in response.aiter_stream():
                read += chunk
                if len(read) > MAX_ANSWER:
                    break
        finally:
            await response.aclose()
        return Answer(response.status, bytes(read[:MAX_ANSWER]), _retry_after(response.headers))

    async def _target(self) -> Target:
        """Where it goes; names are looked up each time, which can take long."""
        if self._known is not None:
            return self._known
        if _is_address(urlsplit(self._url).hostname or ""):
            self._known = judged_target(self._url, self._allow_private)
            return self._known
        return await asyncio.to_thread(judged_target, self._url, self._allow_private)


def place_of(url: str) -> str:
    """Scheme, host and port of a URL: what may be shown, as its path and query may be secret."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}"
    except ValueError:
        return "its URL"


def why_no_url(url: str) -> str:
    """What is wrong with an http(s) URL; "" where nothing is."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where it is none
    except ValueError as error:
        return f"it is no URL: {error}"
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return "it is no absolute http(s) URL"
    if parts.username is not None or parts.password is not None:
        return "credentials do not belong into it: use `headers`"
    if not url.isascii() or any(char.isspace() for char in url):
        return "it holds characters that a URL may not"
    return ""


def _without_option(error: Exception) -> str:
    """What an error says, but for the option of the command line, which is for specs."""
    return str(error).replace(" (or --allow-private)", "")


def _retry_after(headers: Sequence[tuple[bytes, bytes]]) -> float | None:
    """The seconds of a Retry-After header; None where it has none, or says a date."""
    for name, value in headers:
        if name.lower() == b"retry-after" and value.isdigit() and len(value) < 8:
            return float(value)
    return None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
