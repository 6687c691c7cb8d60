"""UUIDv7 (RFC 9562, section 5.7), made cheaply: time, a run's random number, and a counter."""

from __future__ import annotations

import secrets
from uuid import UUID

RUN_BITS = 30
COUNTER_BITS = 32
VERSION = 7 << 76
VARIANT = 0b10 << 62


def new_run() -> int:
    """A random number that sets the ids of one process run apart from all others."""
    return secrets.randbits(RUN_BITS)


def uuid7(ts_us: int, run: int, counter: int) -> int:
    """A UUIDv7 as an integer of 128 bits.

    `ts_us` is microseconds since 1970; what is below the millisecond stands in `rand_a` (RFC 9562,
    section 6.2, method 3). The same arguments always give the same id, and ids of one run differ
    as long as their counters do (modulo 2**32).
    """
    milliseconds, rest = divmod(ts_us, 1000)
    return (
        ((milliseconds & 0xFFFFFFFFFFFF) << 80)
        | VERSION
        | ((rest * 4096 // 1000) << 64)
        | VARIANT
        | ((run & ((1 << RUN_BITS) - 1)) << COUNTER_BITS)
        | (counter & ((1 << COUNTER_BITS) - 1))
    )


def uuid_text(value: int) -> str:
    """The usual form of a UUID: `0190163d-8694-739b-aea5-966c26f8ad91`."""
    return str(UUID(int=value))
