"""Replies remembered: what is deterministic is made once."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import NamedTuple

from polymock_schemas.calls import Call, Reply

MAX_REPLIES = 4096
MAX_BYTES = 32 * 1024 * 1024
MAX_BODY = 16 * 1024
"""A call with a larger body is not worth comparing."""
ENTRY_BYTES = 500
"""What an entry costs beside its bodies and address, about."""

Address = tuple[str, str, bytes]
Values = tuple[bytes | None, ...]


class Kept(NamedTuple):
    """A reply, and about how much room it takes. `stamp` tells whether what it depends on beside
    the call is still the same; None where it depends on nothing else."""

    reply: Reply
    stamp: Hashable
    size: int


class RememberedReplies:
    """Stable replies, found by all that they depend on.

    The first key is the call's address (method, raw path, raw query); behind it stand the values
    of the header fields that its operations read, and the body where there is one. A call that
    repeats a header field is never looked up. Whether a reply still counts is for the caller to
    tell, by the `stamp` that it was kept with. Bounded in number and bytes; the oldest reply goes
    first, so that an address with ever new bodies takes no more room than any other.
    """

    def __init__(self, max_replies: int = MAX_REPLIES, max_bytes: int = MAX_BYTES) -> None:
        self._max_replies = max_replies
        self._max_bytes = max_bytes
        self._by_address: dict[Address, _Variants] = {}
        self._oldest_first: deque[tuple[_Variants, Values]] = deque()
        self._bytes = 0

    def find(self, call: Call) -> Kept | None:
        """The reply that this very call got before, or None."""
        variants = self._by_address.get((call.method, call.path, call.query))
        if variants is None or len(call.fields) != len(call.headers):
            return None
        fields = call.fields
        if call.body:
            return variants.replies.get(_values(call, variants.reads))
        return variants.replies.get(tuple([fields.get(name) for name in variants.reads]))

    def keep(
        self, call: Call, reads: tuple[bytes, ...], reply: Reply, stamp: Hashable = None
    ) -> None:
        """Remember the reply; `reads` are the lower-case names of the fields it depends on."""
        size = len(reply.body) + len(call.body) + len(call.path) + len(call.query) + ENTRY_BYTES
        too_large = len(call.body) > MAX_BODY or size > self._max_bytes // 16
        if too_large or len(call.fields) != len(call.headers):
            return
        variants = self._variants((call.method, call.path, call.query), reads)
        values = _values(call, variants.reads)
        before = variants.replies.get(values)
        if before is None:
            self._oldest_first.append((variants, values))
        else:
            self._bytes -= before.size
        variants.replies[values] = Kept(reply, stamp, size)
        self._bytes += size
        while len(self._oldest_first) > self._max_replies or self._bytes > self._max_bytes:
            self._forget_oldest()

    def _variants(self, address: Address, reads: tuple[bytes, ...]) -> _Variants:
        """The replies of the address, told apart by these fields at least."""
        variants = self._by_address.get(address)
        if variants is None:
            variants = self._by_address[address] = _Variants(address, reads)
        elif reads != variants.reads and not variants.known_reads.issuperset(reads):
            # Another operation answers there, by the body: what was kept is not told apart enough.
            both = tuple(dict.fromkeys((*variants.reads, *reads)))
            variants = self._by_address[address] = _Variants(address, both)
        return variants

    def _forget_oldest(self) -> None:
        variants, values = self._oldest_first.popleft()
        self._bytes -= variants.replies.pop(values).size
        if not variants.replies and self._by_address.get(variants.address) is variants:
            del self._by_address[variants.address]


class _Variants:
    """The replies of one address, by the values of what matters there."""

    __slots__ = ("address", "known_reads", "reads", "replies")

    def __init__(self, address: Address, reads: tuple[bytes, ...]) -> None:
        self.address = address
        self.reads = reads
        self.known_reads = frozenset(reads)
        self.replies: dict[Values, Kept] = {}


def _values(call: Call, reads: tuple[bytes, ...]) -> Values:
    fields = call.fields
    values = [fields.get(name) for name in reads]
    if call.body:
        values.append(call.body)
    return tuple(values)
