"""Ports that an instance is to have and that somebody else has."""

from __future__ import annotations

import errno

from polymock.errors import ServerError
from polymock.instances.describing import find_owner, ports_of
from polymock.instances.output import read_panel
from polymock.instances.registry import Registry
from polymock.server.ports import reserve
from polymock_schemas.config import ServerConfig


def refuse_taken(registry: Registry, server: ServerConfig) -> None:
    """Refuse to start where a port is taken, and say by whom.

    gRPC's is left to the server, as only it knows whether it needs it. Raises ServerError.
    """
    wanted = (
        ("--port", server.host, server.port),
        ("--admin-port", server.admin_host, server.admin_port),
    )
    said: list[str] = []
    flags: list[str] = []
    owners: list[str] = []
    for flag, host, port in wanted:
        why = _why_taken(host, port, flag) if port else ""
        if not why:
            continue
        owner = find_owner(registry, [port])
        flags.append(f"{flag} 0")
        said.append(f"Port {port} is taken by the instance '{owner.name}'." if owner else why)
        if owner is not None and owner.name not in owners:
            owners.append(owner.name)
            panel = read_panel(registry.panel_of(owner))
            if panel is not None and server.grpc_port in ports_of(panel).values():
                flags.append("--grpc-port 0")
    if said:
        end = f"polymock stop {' '.join(owners)}" if owners else "stop that process"
        raise ServerError(" ".join(said), f"Take free ports: {' '.join(flags)}; or {end}.")


def _why_taken(host: str, port: int, flag: str) -> str:
    """Who has a port, "" if nobody. Raises ServerError where it cannot be had otherwise."""
    try:
        reserve(host, port, flag).close()
    except ServerError as error:
        cause = error.__cause__
        if not (isinstance(cause, OSError) and cause.errno == errno.EADDRINUSE):
            raise
        return error.message
    return ""
