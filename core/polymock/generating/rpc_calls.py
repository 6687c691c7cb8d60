"""Procedures called by gRPC over HTTP/2, with messages as they are on the wire.

An empty message is a message of every type, and a call that streams answers serves for one that
has a single answer: what is sent and read is the same.
"""

from __future__ import annotations

from typing import Any

import grpc

SECONDS = 5.0


def answers(target: str, operation: str) -> bool:
    """Whether a procedure (`shop.v1.Shop/ListProducts`) answers an empty message in time."""
    with grpc.insecure_channel(target) as channel:
        call: Any = channel.unary_stream(f"/{operation}")
        try:
            return len(list(call(b"", timeout=SECONDS))) > 0
        except grpc.RpcError:  # refused: so another procedure will have to do
            return False
