"""When a caller gives up."""

from __future__ import annotations

import re
from time import monotonic

from polymock.errors import Unreadable
from polymock_schemas.calls import Call

_MILLISECONDS = re.compile(rb"[0-9]{1,10}")
_TIMEOUT = re.compile(rb"([0-9]{1,8})([HMSmun])")
_SECONDS = {b"H": 3600.0, b"M": 60.0, b"S": 1.0, b"m": 1e-3, b"u": 1e-6, b"n": 1e-9}


def deadline_of(call: Call) -> float | None:
    """The end of the caller's time limit, in seconds of `time.monotonic()`; None where it has none.

    It stands in `connect-timeout-ms` (Connect) or `grpc-timeout` (gRPC, gRPC-Web) and counts
    from now. Raises Unreadable.
    """
    fields = call.fields
    text = fields.get(b"connect-timeout-ms")
    if text is not None:
        if not _MILLISECONDS.fullmatch(text):
            raise Unreadable("connect-timeout-ms is no number of at most 10 digits.")
        return monotonic() + int(text) / 1000
    text = fields.get(b"grpc-timeout")
    if text is None:
        return None
    found = _TIMEOUT.fullmatch(text)
    if found is None:
        raise Unreadable(
            "grpc-timeout is no number of at most 8 digits with a unit (H, M, S, m, u or n)."
        )
    return monotonic() + int(found[1]) * _SECONDS[found[2]]
