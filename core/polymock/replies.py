"""Replies remembered: what is deterministic is made once."""

from __future__ import annotations

from polymock_schemas.calls import Call, Reply

MAX_REPLIES = 4096
MAX_BYTES = 32 * 1024 * 1024

Address = tuple[str, str, bytes]


class RememberedReplies:
    """Stable replies to calls without a body, found by all that they depend on.

    The first key is the call's address (method, raw path, raw query); behind it the values of the
    header fields that the operation reads. A call that repeats a header field is never looked up.
    Bounded in number and bytes; the oldest address goes first.
    """

    def __init__(self, max_replies: int = MAX_REPLIES, max_bytes: int = MAX_BYTES) -> None:
        self._max_replies = max_replies
        self._max_bytes = max_bytes
        self._by_address: dict[Address, _Variants] = {}
        self._count = 0
        self._bytes = 0

    def find(self, call: Call) -> Reply | None:
        """The reply that this very call got before, or None."""
        variants = self._by_address.get((call.method, call.path, call.query))
        if variants is None or call.body or len(call.fields) != len(call.headers):
            return None
        fields = call.fields
        return variants.replies.get(tuple([fields.get(name) for name in variants.reads]))

    def keep(self, call: Call, reads: tuple[bytes, ...], reply: Reply) -> None:
        """Remember the reply; `reads` are the lower-case names of the fields it depends on."""
        size = len(reply.body) + len(call.path) + len(call.query) + 500
        too_large = size > self._max_bytes // 16
        if call.body or len(call.fields) != len(call.headers) or too_large:
            return
        variants = self._by_address.setdefault(
            (call.method, call.path, call.query), _Variants(reads)
        )
        values = tuple([call.fields.get(name) for name in variants.reads])
        if values in variants.replies:
            return
        variants.replies[values] = reply
        variants.size += size
        self._bytes += size
        self._count += 1
        while self._count > self._max_replies or self._bytes > self._max_bytes:
            oldest = self._by_address.pop(next(iter(self._by_address)))
            self._count -= len(oldest.replies)
            self._bytes -= oldest.size


class _Variants:
    """The replies of one address, by the values of the header fields that matter there."""

    __slots__ = ("reads", "replies", "size")

    def __init__(self, reads: tuple[bytes, ...]) -> None:
        self.reads = reads
        self.replies: dict[tuple[bytes | None, ...], Reply] = {}
        self.size = 0
