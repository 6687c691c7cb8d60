"""Where a listener listens, and where its callers are."""

from __future__ import annotations

from functools import lru_cache

from polymock.errors import ServerError


def authority(address: str, port: int) -> str:
    """`192.0.2.1:50051`, `[::1]:50051` (RFC 3986, section 3.2)."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


@lru_cache(maxsize=1024)
def client_of(peer: str) -> str:
    """The address in a peer's name: `ipv4:192.0.2.1:40312`, `ipv6:%5B::1%5D:40312`.

    Empty for a Unix socket.
    """
    scheme, _, address = peer.partition(":")
    if scheme not in ("ipv4", "ipv6"):
        return ""
    host = address.rpartition(":")[0]
    return host.replace("%5B", "").replace("%5D", "").strip("[]")


def cannot_listen(where: str) -> ServerError:
    """The error where an address, with its port, cannot be bound."""
    return ServerError(
        f"gRPC cannot listen on {where}: it is taken, or not of this machine.",
        "Stop who listens there, or choose another port with server.grpc_port.",
    )
