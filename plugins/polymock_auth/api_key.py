"""The strategy `api-key`: a known key in a header, in the query or in a cookie.

auth:
  partner-key: {type: api-key, header: X-API-Key, keys: {$env: PARTNER_KEYS}}
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Annotated
from urllib.parse import unquote_to_bytes

import msgspec
from msgspec import Meta

from polymock.errors import Unauthenticated
from polymock.interfaces import Plugin
from polymock_schemas.calls import Call

DEFAULT_HEADER = "X-API-Key"

Token = Annotated[str, Meta(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
"""A header's or cookie's name (RFC 9110, section 5.6.2)."""
Key = Annotated[str, Meta(min_length=1)]
Finder = Callable[[Call], bytes | None]
"""Takes the key out of a call; None where the call has none. Of several, the last counts."""
NOTHING: tuple[bytes, ...] = ()


class ApiKeyConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where the key stands (the header X-API-Key, if nothing is said) and which keys are good."""

    keys: Annotated[
        tuple[Key, ...] | dict[str, Key],
        Meta(description="The good keys: a list, or a table from the principal's name to its key"),
    ]
    header: Annotated[Token | None, Meta(description="The header that holds the key")] = None
    query: Annotated[
        Annotated[str, Meta(pattern=r'^[^\x00-\x1f\x7f-\uffff"\\]+$')] | None,
        Meta(description="The query parameter that holds the key"),
    ] = None
    cookie: Annotated[Token | None, Meta(description="The cookie that holds the key")] = None

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError("`keys` must have at least one key")
        if sum(place is not None for place in (self.header, self.query, self.cookie)) > 1:
            raise ValueError("name one of `header`, `query` and `cookie`, not several")

    def __repr__(self) -> str:
        """Without the keys, as this may end in a log."""
        return f"ApiKeyConfig({len(self.keys)} keys)"


class ApiKeyStrategy:
    """Names the principal whose key a call holds: as in the table, or `key-1` for the first.

    Only digests of the keys are kept, and every one is compared in constant time.
    """

    def __init__(self, config: ApiKeyConfig) -> None:
        keys = config.keys
        if not isinstance(keys, dict):
            keys = {f"key-{position}": key for position, key in enumerate(keys, start=1)}
        self._digests = tuple((name, _digest(key.encode())) for name, key in keys.items())
        if config.query is not None:
            place, name = "query", config.query
            self._find, self.reads = _in_query(name.encode()), NOTHING
        elif config.cookie is not None:
            place, name = "cookie", config.cookie
            self._find, self.reads = _in_cookie(name.encode()), (b"cookie",)
        else:
            place, name = "header", config.header or DEFAULT_HEADER
            self._find, self.reads = _in_header(name.lower().encode()), (name.lower().encode(),)
        self.secrets = (name,)
        self._place = f"the {place} {name!r}"
        self.challenge = f'ApiKey realm="polymock", in="{place}", name="{name}"'

    def identify(self, call: Call) -> str | None:
        """The principal's name; None where the call has no key at all.

        Raises Unauthenticated where it has one that is not known.
        """
        given = self._find(call)
        if given is None:
            return None
        principal = None
        digest = _digest(given)
        for name, known in self._digests:
            if hmac.compare_digest(known, digest):
                principal = name
        if principal is None:
            raise Unauthenticated(f"The API key in {self._place} is not known.", [self.challenge])
        return principal


def _in_header(name: bytes) -> Finder:
    return lambda call: call.fields.get(name)


def _in_query(name: bytes) -> Finder:
    return lambda call: _last(name, _query_fields(call.query))


def _in_cookie(name: bytes) -> Finder:
    return lambda call: _last(name, _cookies(call.fields.get(b"cookie", b"")))


def _digest(key: bytes) -> bytes:
    return sha256(key).digest()


def _last(wanted: bytes, fields: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    found = None
    for name, value in fields:
        if name == wanted:
            found = value
    return found


def _query_fields(query: bytes) -> Iterable[tuple[bytes, bytes]]:
    for part in query.split(b"&"):
        name, _, value = part.replace(b"+", b" ").partition(b"=")
        yield unquote_to_bytes(name), unquote_to_bytes(value)


def _cookies(header: bytes) -> Iterable[tuple[bytes, bytes]]:
    """Names and values of a Cookie header (RFC 6265, section 4.2.1)."""
    for part in header.split(b";"):
        name, _, value = part.strip().partition(b"=")
        if len(value) > 1 and value.startswith(b'"') and value.endswith(b'"'):
            value = value[1:-1]
        yield name, value


plugin = Plugin(config=ApiKeyConfig, build=ApiKeyStrategy)
