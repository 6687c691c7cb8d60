"""The server over standard input and output, for one client: JSON-RPC messages, one a line.

Nothing else comes out of standard output: whatever prints there, in Python or below it, is led to
standard error as soon as `serve` begins.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
from typing import TYPE_CHECKING, BinaryIO

from polymock.commands.context import Context
from polymock.commands.dispatching import Caller
from polymock_mcp.offers import Served, ServeParams

if TYPE_CHECKING:
    from polymock_mcp.lines import Lines

AGENT = Caller("mcp", "admin")
"""Whoever starts a program on this machine may do what the program can."""


def serve(context: Context, params: ServeParams) -> Served:
    """Serve one client until it closes its side; how many messages came."""
    source, sink = claim_standard_streams()
    logging.basicConfig(level="WARNING", format="%(levelname)s %(name)s: %(message)s")
    gc.disable()  # the SDK makes thousands of classes, of which none is garbage
    import asyncio

    from polymock_mcp.greeting import greet
    from polymock_mcp.lines import Lines
    from polymock_mcp.wording import instructions

    lines = Lines(source, sink, lambda line: greet(line, instructions(chooses=True)))
    lines.start()  # reads, and greets, while the rest is imported
    from polymock.commands.local import LocalDispatcher
    from polymock_mcp.desk import Conversation
    from polymock_mcp.server import build_server

    gc.freeze()
    gc.enable()
    server = build_server(Conversation(LocalDispatcher(context.folder)), lambda _: AGENT)

    async def run(lines: Lines) -> None:
        async with lines.connected() as (incoming, outgoing):
            options = server.create_initialization_options()
            await server.run(incoming, outgoing, options)

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(lines))
    return Served(lines.count)


def claim_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """The client's end of standard input and output, which nobody else has from now on.

    Who reads standard input reads nothing; who writes to standard output, by whatever means,
    writes to standard error.
    """
    sys.stdout.flush()
    source = os.fdopen(os.dup(0), "rb", buffering=0)
    sink = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return source, sink
