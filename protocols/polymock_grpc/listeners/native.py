"""gRPC by pygrpc-native: unary and server-streaming calls in Rust, all others by grpcio behind it.

Not for TLS. Messages compressed with gzip are read; calls with another compression are refused by
the front, as are those with too much metadata, and are not recorded. Answers are not compressed.
Where a call goes through grpcio, its client's address is not known. A message is received and
unpacked whole before anybody can refuse it for its size.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from pathlib import Path

from polymock.errors import ServerError
from polymock.wires import ListenerSettings, Responder
from polymock_grpc.listeners.addresses import authority, cannot_listen
from polymock_grpc.listeners.directory import Directory
from polymock_grpc.listeners.front import Front
from polymock_grpc.listeners.grpcio import GrpcioServer
from polymock_grpc.listeners.limits import message_limit
from polymock_grpc.listeners.native_calls import NativeCalls

RETIRE_SECONDS = 5.0
"""So long a front that was replaced may end what it began."""
FLUSH_SECONDS = 0.05
"""What was answered last is still being written so long, and closing a front cuts it off."""

log = logging.getLogger("polymock.grpc")


class NativeListener:
    """Implements `polymock.wires.Listener`."""

    def __init__(self, settings: ListenerSettings, responder: Responder) -> None:
        self._address = authority(settings.address, settings.port)
        self._max_message = message_limit(settings)
        self._responder = responder
        self._calls = NativeCalls(responder, f"grpc://{self._address}", self._max_message)
        self._folder = ""
        self._fallback: GrpcioServer | None = None
        self._front: Front | None = None
        self._retiring: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen. Raises ServerError."""
        self._folder = tempfile.mkdtemp(prefix="polymock-")  # which nobody else may enter
        self._fallback = GrpcioServer(
            self._responder,
            address=f"unix:{self._socket}",
            origin=f"grpc://{self._address}",
            max_message=self._max_message,
        )
        self._calls.directory = Directory(self._responder.mocks)
        try:
            await self._fallback.start()
            self._front = self._open_front()
        except ServerError:
            await self.stop(0)
            raise
        except OSError as error:
            await self.stop(0)
            raise cannot_listen(self._address) from error

    def renew(self) -> None:
        """Serve the methods of the responder's mocks as they are now.

        New ones are served by grpcio until the next start, as the front takes none any more. Where
        the kind of a method that it serves has changed, another front takes its place.
        """
        directory = self._calls.directory = Directory(self._responder.mocks)
        front = self._front
        if self._fallback is None or front is None:
            return
        self._fallback.renew()
        if front.fits([served.method for served in directory.methods.values()]):
            return
        try:
            self._front = self._open_front()
        except OSError as error:
            log.error("methods that are of another kind now are not served: %s", error)
            return
        retiring = asyncio.get_running_loop().create_task(self._retire(front))
        self._retiring.add(retiring)
        retiring.add_done_callback(self._retiring.discard)

    async def stop(self, seconds: float) -> None:
        """Take no more calls, wait so long for those begun, then end them."""
        self._calls.refuse_new()
        stopping = [self._calls.drain(None, seconds), *self._retiring]
        if self._fallback is not None:
            stopping.append(self._fallback.stop(seconds))
        await asyncio.gather(*stopping)
        if self._front is not None:
            await asyncio.sleep(FLUSH_SECONDS)
            await self._front.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _socket(self) -> str:
        return str(Path(self._folder, "grpcio.sock"))

    def _open_front(self) -> Front:
        methods = [
            served.method
            for served in self._calls.directory.methods.values()
            if not served.method.client_streaming
        ]
        return Front(self._address, methods, self._socket, self._calls.take)

    async def _retire(self, front: Front) -> None:
        await self._calls.drain(front, RETIRE_SECONDS)
        await asyncio.sleep(FLUSH_SECONDS)
        await front.close()
