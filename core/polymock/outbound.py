"""Requests that mocks send after they answered: bounded, and kept out of the private network."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from polymock.documents.remote import judged_address
from polymock_schemas.calls import Outbound

if TYPE_CHECKING:
    import httpx

MAX_WAITING = 1000
CONCURRENCY = 8
TIMEOUT = 10.0
"""Seconds that one request may take, its name look-up included."""
CLOSE_SECONDS = 2.0
_REPORT_EVERY = 100

log = logging.getLogger("polymock.outbound")


class Target(NamedTuple):
    """Where a request goes: `url` holds the judged address, `host` is the field of that name, and
    `name` the one that a certificate has to have."""

    url: str
    host: bytes
    name: str


def judged_target(url: str, allow_private: bool) -> Target:
    """Where a request to a URL goes. Raises ValueError if that is no http(s) URL, or private.

    Looks the name up, which can take seconds.
    """
    parts = urlsplit(url)
    name, scheme = parts.hostname or "", parts.scheme.lower()
    if scheme not in ("http", "https") or not name:
        raise ValueError("it is no absolute http(s) URL")
    port = parts.port or (443 if scheme == "https" else 80)
    address = judged_address(name, port, allow_private)
    literal = f"[{address}]" if ":" in address else address
    query = f"?{parts.query}" if parts.query else ""
    return Target(
        f"{scheme}://{literal}:{port}{parts.path or '/'}{query}",
        parts.netloc.rpartition("@")[2].encode("ascii"),
        name,
    )


class _Waiting(NamedTuple):
    request: Outbound
    allow_private: bool


class OutboundSender:
    """Sends requests from one event loop, some at a time, none of them waited for.

    `sent` counts those that got any answer, `failed` those that got none or were not let out,
    `dropped` those for which there was no room. Redirects are not followed. Unless a request is
    allowed private addresses, its host's are judged first and the connection goes to the judged
    one, so that a name cannot change its mind between (DNS rebinding).
    """

    def __init__(
        self,
        max_waiting: int = MAX_WAITING,
        concurrency: int = CONCURRENCY,
        timeout_seconds: float = TIMEOUT,
    ) -> None:
        self.sent = 0
        self.failed = 0
        self.dropped = 0
        self._waiting: asyncio.Queue[_Waiting] = asyncio.Queue(max_waiting)
        self._concurrency = concurrency
        self._timeout = timeout_seconds
        self._tasks: list[asyncio.Task[None]] = []
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def start(self) -> None:
        """Begin to send."""
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self._concurrency)]

    def submit(self, requests: Sequence[Outbound], allow_private: bool) -> None:
        """Take requests to send; what there is no room for is dropped, counted and logged."""
        for request in requests:
            try:
                self._waiting.put_nowait(_Waiting(request, allow_private))
            except asyncio.QueueFull:
                if self.dropped % _REPORT_EVERY == 0:
                    log.warning(
                        "%s %s is not sent: %d requests wait already (%d dropped so far)",
                        request.method,
                        _text(request.url),
                        self._waiting.qsize(),
                        self.dropped + 1,
                    )
                self.dropped += 1

    async def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Send what waits for so many seconds, then stop; what is left counts as dropped."""
        try:
            async with asyncio.timeout(seconds):
                await self._waiting.join()
        except TimeoutError:
            self.dropped += self._waiting.qsize()
            log.warning("stopped with %d requests not sent", self._waiting.qsize())
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _work(self) -> None:
        while True:
            request, allow_private = await self._waiting.get()
            try:
                await self._attempt(request, allow_private)
            finally:
                self._waiting.task_done()

    async def _attempt(self, request: Outbound, allow_private: bool) -> None:
        import httpx  # loaded here as most mocks send nothing, and it costs 60 ms

        try:
            async with asyncio.timeout(self._timeout):
                status = await self._send(request, allow_private)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            self.failed += 1
            reason = str(error) or type(error).__name__
            log.warning("%s %s is not sent: %s", request.method, _text(request.url), _text(reason))
        else:
            self.sent += 1
            log.info("%s %s answered %d", request.method, request.url, status)

    async def _send(self, request: Outbound, allow_private: bool) -> int:
        """The status of the answer; its body is not read."""
        client = await self._open()
        target = await asyncio.to_thread(judged_target, request.url, allow_private)
        built = client.build_request(
            request.method,
            target.url,
            headers=[(b"host", target.host), *request.headers],
            content=request.body,
            extensions={"sni_hostname": target.name},
        )
        response = await client.send(built, stream=True)
        await response.aclose()
        return response.status_code

    async def _open(self) -> httpx.AsyncClient:
        import httpx  # see _attempt

        async with self._opening:
            if self._client is None:
                # Making a client reads the certificates, which takes tens of milliseconds.
                self._client = await asyncio.to_thread(
                    httpx.AsyncClient, trust_env=False, follow_redirects=False, timeout=None
                )
            return self._client


def _text(told: str) -> str:
    """Text that can be written as UTF-8, whatever a URL has in it."""
    return told.encode("utf-8", "backslashreplace").decode()
