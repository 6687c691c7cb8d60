"""Streams of messages, closed whatever happens."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from protobuf import Message


@asynccontextmanager
async def closing(messages: AsyncIterator[Message]) -> AsyncIterator[AsyncIterator[Message]]:
    """The same messages; a generator of them is closed where the reader stops early."""
    try:
        yield messages
    finally:
        if isinstance(messages, AsyncGenerator):
            await messages.aclose()
