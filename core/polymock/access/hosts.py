"""Names of machines: which are this machine's, and which a `Host` field may have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address

_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]{1,5})?")


def name_in(host: str) -> str | None:
    """The name or address in a `Host` field (RFC 9110, section 7.2), in lower case and without
    the port; None where it is none."""
    found = _HOST.fullmatch(host)
    if found is None:
        return None
    return (found[1] or found[2]).lower().removesuffix(".") or None


def is_loopback(name: str) -> bool:
    """Whether a name or an address stands for this machine alone."""
    if name.lower() == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def is_listed(name: str, patterns: Sequence[str]) -> bool:
    """Whether a name is one of those listed; `*.example.test` are all below `example.test`."""
    for pattern in patterns:
        wanted = pattern.lower()
        if wanted == name or (wanted.startswith("*.") and name.endswith(wanted[1:])):
            return True
    return False


def is_address(name: str) -> bool:
    """Whether it is an IP address, which no name server can turn into another."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
