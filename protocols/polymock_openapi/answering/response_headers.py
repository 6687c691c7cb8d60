"""The header fields that a response declares: their values, and what an address depends on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import quote

from polymock.errors import Unsatisfiable
from polymock.jsonschema import Definitions, Schema
from polymock.samples import Sampler
from polymock_openapi.answering.declared import DeclaredBody, resolve
from polymock_openapi.answering.encode import encode_json, scalar_text
from polymock_openapi.model import Endpoint, HeaderSpec, MediaType, Response
from polymock_schemas.calls import Headers

MAX_VALUE = 4096
"""Characters of one field's value."""
_ATTEMPTS = 4
"""Samples tried until one fits a field."""
FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")
_URL = "/:?#[]@!$&'()*+,;=%~ <>\""
_UNFIT = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]")
_OURS = frozenset(
    {
        *("connection", "content-encoding", "content-length", "content-type", "date"),
        *("keep-alive", "proxy-connection", "server", "te", "trailer", "transfer-encoding"),
        "upgrade",
    }
)
"""Fields that say how this message is framed and sent, which no document can know."""
_CORS = "access-control-"
_ADDRESSES = frozenset({"location", "content-location", "link"})
_SENSIBLE: Mapping[str, tuple[Any, ...]] = {
    "accept-ranges": ("bytes",),
    "age": (0, "0"),
    "cache-control": ("no-store",),
    "content-disposition": ("attachment",),
    "content-language": ("en",),
    "expires": ("Thu, 01 Jan 2026 00:00:00 GMT",),
    "last-modified": ("Thu, 01 Jan 2026 00:00:00 GMT",),
    "pragma": ("no-cache",),
    "retry-after": (30, "30"),
    "sunset": ("Thu, 31 Dec 2026 23:59:59 GMT",),
    "vary": ("Accept",),
    "www-authenticate": ("Bearer",),
    "x-rate-limit": (60, "60"),
    "x-content-type-options": ("nosniff",),
}
"""Values that suit a field of this name, tried in turn where the document leaves it open."""
_RATE_LIMIT = re.compile(r"(x-)?rate-?limit-(limit|remaining|reset)(-[a-z]+)?")
_RATES = {"limit": 60, "remaining": 59, "reset": 60}
_DECIDED = frozenset({"enum", "const", "default", "example", "examples", "pattern", "x-faker"})
"""Keywords by which a schema says itself what its values look like."""
_WORDLESS = frozenset({"type", "description", "title", "minLength", "maxLength", "deprecated"})
_URI: Schema = {"type": "string", "format": "uri"}
_JSON = "application/json"


class DeclaredHeaders(NamedTuple):
    """The fields of one response: those that are always the same, and the names of those that
    name an address (`location`), which depends on the call."""

    fixed: Headers
    addresses: tuple[str, ...]


def declare_headers(
    endpoint: Endpoint, response: Response, status: int, sampler: Sampler, seed: int
) -> DeclaredHeaders:
    """Make every declared field of a response, from its example or its schema.

    Framing fields (`content-length` and its like) and those of CORS, which the edge answers, are
    left out; so is a field whose schema no value satisfies.
    """
    fixed: list[tuple[bytes, bytes]] = []
    addresses: list[str] = []
    for spec in response.headers.values():
        name = spec.name.lower()
        if name in _OURS or name.startswith(_CORS) or FIELD_NAME.fullmatch(name) is None:
            continue
        if name in _ADDRESSES and _is_open(spec, endpoint.definitions) and status // 100 != 3:
            addresses.append(name)
            continue
        key = f"{endpoint.name} {status} header {name}"
        text = _value(spec, key, endpoint.definitions, sampler, seed)
        if text is not None:
            fixed.append((name.encode("ascii"), text.encode("latin-1")))
    return DeclaredHeaders(tuple(fixed), tuple(addresses))


def address(name: str, url: str, value: Any) -> bytes:
    """What `location`, `content-location` or `link` says: where the answer's entity is to be found.

    That is the call's own URL, and below it the entity's `id` where the answer has one.
    """
    place = url.partition("?")[0]
    if name == "location" and isinstance(value, dict):
        identity = value.get("id")
        if isinstance(identity, (str, int)) and not isinstance(identity, bool) and identity != "":
            place = f"{place.rstrip('/')}/{quote(str(identity), safe='', errors='replace')}"
    if name == "link":
        place = f'<{place}>; rel="self"'
    encoded = quote(place, safe=_URL, encoding="latin-1", errors="replace")
    return encoded[:MAX_VALUE].encode("ascii")


def write_simple(value: Any, *, explode: bool) -> str:
    """A value in the style `simple` (OAS 3.1, section 4.8.12; RFC 6570, section 3.2.2)."""
    if isinstance(value, dict):
        pairs = [(str(key), scalar_text(item)) for key, item in value.items()]
        if explode:
            return ",".join(f"{key}={text}" for key, text in pairs)
        return ",".join(part for pair in pairs for part in pair)
    if isinstance(value, list):
        return ",".join(scalar_text(item) for item in value)
    return scalar_text(value)


def fit_value(text: str) -> str:
    """Text as a field's value may be: one line of latin-1, bounded (RFC 9110, section 5.5)."""
    if text.isascii() and text.isprintable() and len(text) <= MAX_VALUE:
        return text.strip()
    return _UNFIT.sub("", text[:MAX_VALUE]).strip()


def _value(
    spec: HeaderSpec, key: str, definitions: Definitions, sampler: Sampler, seed: int
) -> str | None:
    """The first candidate that a field can hold; else what is left of the last without the rest."""
    text = ""
    for candidate in _candidates(spec, key, definitions, sampler, seed):
        if spec.media_type is None:
            text = write_simple(candidate, explode=spec.explode)
        else:
            text = encode_json(candidate).decode()
        if text and text == fit_value(text):
            return text
    return fit_value(text) or None


def _candidates(
    spec: HeaderSpec, key: str, definitions: Definitions, sampler: Sampler, seed: int
) -> Iterator[Any]:
    """Values that satisfy the schema, best first: examples, what suits the name, samples."""
    name = spec.name.lower()
    schema = spec.schema
    proposed = list(spec.examples.values())
    if not proposed and not _DECIDED & resolve(schema, definitions).keys():
        proposed = [*_suitable(name, key)]
    examples = {str(index): value for index, value in enumerate(proposed)}
    declared = DeclaredBody(MediaType(_JSON, schema, examples), definitions, sampler=sampler)
    for example in declared.valid_examples():
        yield example.value
    if name in _ADDRESSES and _is_open(spec, definitions):
        schema = _URI
    # As a property of the field's name, where only that name says what a value looks like.
    by_name = resolve(schema, definitions).keys() <= _WORDLESS
    if by_name:
        schema = {"type": "object", "properties": {name: schema}, "required": [name]}
    for attempt in range(_ATTEMPTS):
        with suppress(Unsatisfiable):
            value = sampler.sample(schema, seed, f"{key} {attempt}")
            yield value[name] if by_name else value


def _suitable(name: str, key: str) -> Sequence[Any]:
    rate = _RATE_LIMIT.fullmatch(name)
    if rate:
        number = _RATES[rate[2]]
        return (number, str(number))
    mark = hashlib.sha256(key.encode()).hexdigest()[:16]
    if name == "etag":
        return (f'"{mark}"',)
    if name == "set-cookie":
        return (f"session={mark}; Path=/; HttpOnly",)
    return _SENSIBLE.get(name, ())


def _is_open(spec: HeaderSpec, definitions: Definitions) -> bool:
    """Whether any URL would do: a string without an example or a constraint."""
    schema = resolve(spec.schema, definitions)
    return (
        not spec.examples
        and spec.media_type is None
        and schema.get("type", "string") == "string"
        and schema.get("format", "uri") in ("uri", "url", "uri-reference")
        and not schema.keys() & (_DECIDED | {"minLength", "maxLength", "allOf", "anyOf", "oneOf"})
    )
