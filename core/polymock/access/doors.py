"""Whether the admin port asks for a token, and what its server should tell of that at the start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from polymock.access.hosts import is_loopback
from polymock.access.tokens import TokenFile
from polymock_schemas.config import ServerConfig


def needs_token(server: ServerConfig) -> bool:
    """Whether the admin port asks for a token: everywhere but on loopback, or as configured."""
    return server.admin_auth or not is_loopback(server.admin_host)


def is_encrypted(server: ServerConfig) -> bool:
    """Whether the admin port speaks TLS: where others can reach it, with the mocks' certificate."""
    return server.tls is not None and not is_loopback(server.admin_host)


def admin_url(server: ServerConfig, host: str, port: int) -> str:
    """The URL of the admin port at a host."""
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if is_encrypted(server) else 'http'}://{name}:{port}"


def urls_of(server: ServerConfig, address: str, port: int) -> tuple[str, ...]:
    """The URLs that lead to an admin port of this machine, bound to an address, and to no other."""
    hosts = [address, server.admin_host]
    if address == "0.0.0.0":  # noqa: S104
        hosts.append("127.0.0.1")
    elif address == "::":
        hosts.append("::1")
    return tuple(dict.fromkeys(admin_url(server, host, port) for host in hosts))


def door_notes(server: ServerConfig, tokens: TokenFile, config: Path | None) -> Iterator[str]:
    """What to tell of the admin port: that nobody is let in yet, that tokens go in clear text.

    Nothing is made by itself: a token in a log is one that others can read. Raises ConfigError.
    """
    if not needs_token(server):
        return
    if all(info.expired for info in tokens.infos()):
        named = f" --config {config}" if config is not None and server.tokens is not None else ""
        yield (
            "the admin API asks for a token, and there is none: "
            f"`polymock tokens create NAME --role ROLE{named}` makes one, which counts at once"
        )
    if not is_loopback(server.admin_host) and not is_encrypted(server):
        yield (
            f"the admin API on {server.admin_host} is not encrypted, and tokens could be read on "
            "the way: set server.tls, put a proxy with TLS before it, or use a tunnel"
        )
