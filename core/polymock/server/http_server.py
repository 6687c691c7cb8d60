"""Granian over the mocks' edge: how it is set up in a worker, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import resource
from pathlib import Path

from granian.constants import Interfaces, SSLProtocols
from granian.server.embed import Server

from polymock.app import mock_app
from polymock.config.certificates import find_certificates
from polymock.edge.http import HttpEdge
from polymock.server.messages import Load, WorkerSettings

DRAIN_SECONDS = 2.0
REFUSE_SECONDS = 0.5
SETTLE_SECONDS = 0.05
"""Granian's own threads need so long after a streamed answer; ended before, the process aborts."""
MAX_CONNECTIONS = 10_000
RESERVED_FILES = 100
"""Kept free of connections, for the journal's socket, specs and callbacks."""

log = logging.getLogger("polymock.server.http")


def open_server(
    edge: HttpEdge, settings: WorkerSettings, load: Load, *, websockets: bool
) -> Server:
    """Granian for the HTTP mocks, which does not listen yet. Raises ConfigError.

    Without `websockets` a contract answers the request to upgrade as it does any other.
    """
    tls = load.config.server.tls
    cert = key = client_ca = None
    if tls is not None:
        cert, key, client_ca = find_certificates(tls, Path(load.folder))
    return Server(
        mock_app(edge),
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGINL,
        backlog=1024,
        backpressure=admit_connections(),
        websockets=websockets,
        log_enabled=False,
        ssl_cert=cert,
        ssl_key=key,
        ssl_ca=client_ca,
        ssl_client_verify=client_ca is not None,
        ssl_protocol_min=SSLProtocols.tls12,
    )


async def drain(server: Server, serving: asyncio.Task[None], edge: HttpEdge) -> None:
    """Take no more calls, and wait for those begun, but not for WebSockets: these have no end.

    Who sends too slowly for that is refused, then cut off.
    """
    await edge.hang_up(REFUSE_SECONDS)  # Granian would cut them off without a word
    server.stop()
    await asyncio.wait([serving], timeout=DRAIN_SECONDS)
    edge.give_up()
    await asyncio.wait([serving], timeout=REFUSE_SECONDS)
    if not serving.done():
        log.info("connections on which no whole call was sent are cut off")
    await asyncio.sleep(SETTLE_SECONDS)


def admit_connections() -> int:
    """Raise this process's limit of open files, and say how many connections that allows.

    Connections above the limit wait unanswered, behind others that may be idle for ever.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + RESERVED_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        raised = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS keeps a limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
            soft = raised
    allowed = MAX_CONNECTIONS if soft == resource.RLIM_INFINITY else soft - RESERVED_FILES
    return max(RESERVED_FILES, min(MAX_CONNECTIONS, allowed))
