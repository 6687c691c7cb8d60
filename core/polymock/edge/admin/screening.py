"""What the admin port does not let in, whoever asks: requests that are too large, by another name
(DNS rebinding), or from a web page of another origin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from polymock.access.hosts import is_address, is_listed, is_loopback, name_in
from polymock.edge.admin.health import LIVE, READY
from polymock_schemas.config import ServerConfig

HEALTH = frozenset((LIVE.encode(), READY.encode()))
PAGE = frozenset((b"/", b"/api/v1", b"/api/v1/"))
ASSETS = frozenset((b"/api/v1/page.js", b"/api/v1/page.css"))
MAX_FIELDS = 100
MAX_FIELD_BYTES = 32 * 1024
MAX_TARGET = 16 * 1024
MAX_BODY = 8 * 1024 * 1024
"""Bytes of a body: an entity's document may have half of it."""


class Refused(msgspec.Struct, frozen=True):
    """Why a request is not let in."""

    status: int
    title: str
    detail: str
    hint: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Asked(msgspec.Struct, frozen=True):
    """A request's head. `path` is as it was sent, percent-encoded, without the query."""

    method: str
    path: bytes
    query: bytes
    fields: tuple[tuple[bytes, bytes], ...]

    @classmethod
    def of(cls, scope: Any) -> Asked:
        """The head of a request in an ASGI scope."""
        raw = scope.get("raw_path") or scope["path"].encode()
        return cls(
            scope["method"],
            raw.partition(b"?")[0],
            scope.get("query_string", b""),
            tuple((bytes(name).lower(), bytes(value)) for name, value in scope["headers"]),
        )

    def all(self, name: bytes) -> list[str]:
        """The values of a field, as often as it was sent."""
        return [value.decode("latin-1") for key, value in self.fields if key == name]

    @property
    def is_health(self) -> bool:
        """Whether it asks how the server is."""
        return self.path in HEALTH and self.method in ("GET", "HEAD")

    @property
    def is_page(self) -> bool:
        """Whether it asks for the page to try the API, which has no secrets, or a part of it."""
        return self.path in PAGE | ASSETS and self.method in ("GET", "HEAD")


def screen(asked: Asked, server: ServerConfig) -> Refused | None:
    """Why a request is not let in; None where it is."""
    return (
        _too_large(asked)
        or _by_another_name(asked, server)
        or (None if asked.is_health else _from_another_origin(asked))
    )


def _too_large(asked: Asked) -> Refused | None:
    size = sum(len(name) + len(value) for name, value in asked.fields)
    if size > MAX_FIELD_BYTES or len(asked.fields) > MAX_FIELDS:
        return Refused(431, "The request was refused", "The header fields are too large, or many.")
    if len(asked.path) + len(asked.query) > MAX_TARGET:
        return Refused(414, "The request was refused", "The URL is too long.")
    lengths = asked.all(b"content-length")
    if lengths and lengths[0].isdecimal() and int(lengths[0][:20]) > MAX_BODY:
        return Refused(413, "The request was refused", f"The body is larger than {MAX_BODY} bytes.")
    return None


def _by_another_name(asked: Asked, server: ServerConfig) -> Refused | None:
    """A page of another site that had its own name point at this machine says so in `Host`."""
    is_private = is_loopback(server.admin_host)
    if asked.is_health and not is_private:
        return None  # load balancers and Kubernetes ask by whatever name they like
    hosts = asked.all(b"host")
    if len(hosts) != 1:
        return Refused(400, "The request was refused", "It needs one `Host` field.")
    name = name_in(hosts[0])
    if name is None:
        return Refused(400, "The request was refused", "`Host` is neither a name nor an address.")
    bound = server.admin_host.lower()
    if is_loopback(name) or name == bound or is_listed(name, server.admin_hosts):
        return None
    if not is_private and is_address(name):
        return None  # no name, so nobody can have it point elsewhere
    ours = "127.0.0.1 or localhost" if is_private else "its address, or a name that is listed"
    return Refused(
        403,
        "The request was refused",
        f"`Host` must name this server: {ours}.",
        "List the names that it goes by under server.admin_hosts.",
    )


def _from_another_origin(asked: Asked) -> Refused | None:
    """What a browser sends for a page says where that page is from (Fetch Metadata, Origin)."""
    refused = Refused(
        403,
        "The request was refused",
        "Calls from web pages of another origin are refused.",
        "Send it from a program, or from the page at /api/v1/.",
    )
    hosts = asked.all(b"host")
    origins = asked.all(b"origin")
    if any(origin.partition("://")[2].lower() != hosts[0].lower() for origin in origins):
        return refused
    sites = set(asked.all(b"sec-fetch-site"))
    if not sites <= {"same-origin", "none"} and not _is_visit(asked):
        return refused
    return None


def _is_visit(asked: Asked) -> bool:
    """Whether somebody follows a link to the page itself: that tells the other site nothing."""
    wanted: Sequence[tuple[bytes, str]] = (
        (b"sec-fetch-mode", "navigate"),
        (b"sec-fetch-dest", "document"),
    )
    return (
        asked.method == "GET"
        and asked.path in PAGE
        and all(asked.all(name) == [value] for name, value in wanted)
    )
