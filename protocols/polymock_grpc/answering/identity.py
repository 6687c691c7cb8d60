"""Which thing a message is about, so that it is the same whichever method returns it.

A thing is its type and its key: `shop.v1.Pet` with id `7`. All that a sample of it holds besides
its key is drawn from one of VARIANTS, which is a function of the key alone.
"""

from __future__ import annotations

from zlib import crc32

VARIANTS = 4096
"""Different samples of one type. Each is made once, so that answering is no sampling."""


def variant_of(key: str | int | bytes) -> int:
    """The variant of the thing with a key, from 0 up to and without VARIANTS."""
    data = key if isinstance(key, bytes) else str(key).encode("utf-8", "surrogatepass")
    return crc32(data) % VARIANTS


def variant_at(variant: int, index: int) -> int:
    """The variant of the index-th of several things that a variant stands for."""
    return variant if index == 0 else variant_of(b"%d/%d" % (variant, index))
