"""What a listener allows its callers."""

from __future__ import annotations

from polymock.config.units import parse_size
from polymock.wires import ListenerSettings

MAX_CALLS = 10_000
"""Calls that go on at once; a further one is refused with RESOURCE_EXHAUSTED."""
MAX_STREAMS = 1024
"""Calls at once on one connection."""
METADATA_BYTES = 16 * 1024
PING_SECONDS = 60
"""A connection that is silent for so long is asked whether it lives,"""
PING_TIMEOUT_SECONDS = 20
"""and closed where it does not answer within this time."""
MAX_MESSAGE = 2**31 - 1
"""What grpcio can hold."""


def message_limit(settings: ListenerSettings) -> int:
    """Bytes of the largest message that a client may send: `server.max_body`."""
    return min(parse_size(settings.server.max_body), MAX_MESSAGE)
