"""The Rust front, and the thread that brings its events to the event loop, many at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence

from pygrpc_native import NativeGrpcFront

from polymock_grpc.listeners.limits import (
    MAX_STREAMS,
    METADATA_BYTES,
    PING_SECONDS,
    PING_TIMEOUT_SECONDS,
)
from polymock_grpc.model import Method

BATCH = 64
"""So many events are handled before the loop turns to others: HTTP, timers, streams."""

CallDetails = tuple[tuple[tuple[str, str | bytes], ...], str, float | None]
Event = tuple[int, int, int, bytes | None, bytes | str | None, CallDetails | None]
"""Kind, call, method (the place in `methods`), message, unused, what came with the message."""


class Front:
    """Serves methods of one message in at `target`, and hands on all others to a Unix socket.

    Raises OSError where `target` cannot be bound. `take` gets the events on the loop that runs.
    """

    def __init__(
        self,
        target: str,
        methods: Sequence[Method],
        fallback: str,
        take: Callable[[Front, Sequence[Event]], None],
    ) -> None:
        self.paths = [method.path for method in methods]
        self._streams_back = {method.path: method.server_streaming for method in methods}
        self._take = take
        self._loop = asyncio.get_running_loop()
        self.native = NativeGrpcFront(
            target,
            list(self._streams_back.items()),
            call_details=True,
            delay_stream_headers=True,
            keepalive_time_ms=PING_SECONDS * 1000,
            keepalive_timeout_ms=PING_TIMEOUT_SECONDS * 1000,
            max_concurrent_streams=MAX_STREAMS,
            max_metadata_size=METADATA_BYTES,
            reuse_port=True,
        )
        self.native.set_fallback(fallback)
        self.native.start()
        self._thread = threading.Thread(target=self._run, name="polymock-grpc", daemon=True)
        self._thread.start()

    def streams_back(self, path: str) -> bool:
        """Whether a method was opened as one that answers with a stream."""
        return self._streams_back[path]

    def fits(self, methods: Sequence[Method]) -> bool:
        """Whether it can serve these now, as it does or through the fallback.

        A method that it serves cannot become one of another kind.
        """
        return all(
            not method.client_streaming
            and method.server_streaming == self._streams_back[method.path]
            for method in methods
            if method.path in self._streams_back
        )

    async def close(self) -> None:
        """Stop listening. Calls that were not answered end as UNAVAILABLE."""
        await asyncio.to_thread(self.native.close)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        """Wait without the interpreter's lock; while the loop is busy, the next batch grows."""
        while (events := self.native.recv_batch_details(BATCH)) is not None:
            try:
                self._loop.call_soon_threadsafe(self._take, self, events)
            except RuntimeError:  # the loop was closed, and nobody stopped the listener
                self.native.close()
                return
