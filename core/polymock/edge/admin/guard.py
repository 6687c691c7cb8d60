"""Who may use the admin API: programs on this machine, and no pages in a browser there."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.exceptions import PermissionDeniedException


def refuse_web_pages(request: Request[Any, Any, Any]) -> None:
    """Keep pages that a browser shows from reaching the admin API through that browser.

    Another name in `Host` means DNS rebinding, an `Origin` of another site a cross-site call.
    Raises PermissionDeniedException.
    """
    host = request.headers.get("host", "")
    origin = request.headers.get("origin")
    if not _is_loopback(host):
        raise PermissionDeniedException("`Host` must name this machine: 127.0.0.1 or localhost.")
    if origin is not None and origin.partition("://")[2] != host:
        raise PermissionDeniedException("Calls from pages of another origin are refused.")


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
