"""The declared parameters of an endpoint, compiled: read, typed and checked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from polymock_openapi.model import Endpoint, Parameter
from polymock_openapi.reading import styles
from polymock_openapi.reading.coercion import default_of
from polymock_openapi.reading.fields import Field, Pairs, content_field, text_field
from polymock_openapi.reading.pairs import PairsField, Wording, pairs_field, split_pairs
from polymock_schemas.calls import Call, Violation

IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Header parameters of these names are not parameters (OAS 3.1, section 4.8.12.2.1)."""
TWINS = ("__code", "__example", "__dynamic", "__seed")
"""Query names that stand for the preferences of the `Prefer` header."""

NONE: Mapping[str, Any] = MappingProxyType({})


class Values(msgspec.Struct, frozen=True):
    """Parameters by location and name, with the defaults of those that were not sent."""

    path: Mapping[str, Any]
    query: Mapping[str, Any]
    header: Mapping[str, Any]
    cookie: Mapping[str, Any]


class Declared(msgspec.Struct, frozen=True):
    """What every location's compiled parameters have in common."""

    name: str
    required: bool
    default: Any


class TextParameter(Declared, frozen=True):
    """A parameter in the path or a header."""

    field: Field[str]
    wire_name: bytes
    is_list: bool


class PairsParameter(Declared, frozen=True):
    """A parameter in the query or a cookie."""

    pairs: PairsField
    allow_empty: bool


class Parameters:
    """All parameters of an endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        declared = [parameter for parameter in endpoint.parameters if not _is_ignored(parameter)]
        self._path = tuple(_text(p, endpoint) for p in declared if p.location == "path")
        self._header = tuple(_text(p, endpoint) for p in declared if p.location == "header")
        self._query = tuple(_pair(p, endpoint) for p in declared if p.location == "query")
        self._cookie = tuple(_pair(p, endpoint) for p in declared if p.location == "cookie")
        self._exploded_cookies = any(p.location == "cookie" and p.explode for p in declared)
        self.header_names = tuple(parameter.wire_name for parameter in self._header)
        self.has_cookies = bool(self._cookie)

    def read(self, call: Call, captures: Mapping[str, str], found: list[Violation]) -> Values:
        """Read every parameter; what is wrong with them is added to `found`.

        Raises Unreadable where bytes are no text, TooLarge where there are too many pairs.
        """
        return Values(
            path=self._read_path(captures, found) if self._path else NONE,
            query=self._read_query(call, found) if self._query else NONE,
            header=self._read_header(call, found) if self._header else NONE,
            cookie=_read_pairs(self._cookie, self._cookies(call), found) if self._cookie else NONE,
        )

    def _read_query(self, call: Call, found: list[Violation]) -> dict[str, Any]:
        wire = call.query.decode("latin-1")
        pairs = split_pairs(wire, "&", styles.decode_query) if wire else {}
        return _read_pairs(self._query, pairs, found)

    def _read_path(self, captures: Mapping[str, str], found: list[Violation]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for parameter in self._path:
            wire = captures.get(parameter.name)
            if wire is None:
                _miss(parameter, parameter.field.location, values, found)
                continue
            value = parameter.field.read(_as_wire(wire), found)
            if value is not msgspec.UNSET:
                values[parameter.name] = value
        return values

    def _read_header(self, call: Call, found: list[Violation]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for parameter in self._header:
            wire = call.fields.get(parameter.wire_name)
            if wire is None:
                _miss(parameter, parameter.field.location, values, found)
                continue
            if parameter.is_list:  # several fields are one list (RFC 9110, section 5.3)
                wire = b",".join(v for name, v in call.headers if name == parameter.wire_name)
            value = parameter.field.read(wire.decode("latin-1"), found)
            if value is not msgspec.UNSET:
                values[parameter.name] = value
        return values

    def _cookies(self, call: Call) -> Pairs:
        pairs = cookie_pairs(call)
        if not self._exploded_cookies:
            return pairs
        # RFC 6570 joins the parts of an exploded value by `&`, browsers join cookies by `; `.
        spread: dict[str, list[str]] = {}
        for name, values in pairs.items():
            for piece in "&".join(f"{name}={value}" for value in values).split("&"):
                key, _, value = piece.partition("=")
                spread.setdefault(key, []).append(value)
        return spread


def cookie_pairs(call: Call) -> dict[str, list[str]]:
    """The cookies of a call by name, values as sent but for quotes around them (RFC 6265,
    section 4.1.1)."""
    pairs: dict[str, list[str]] = {}
    if b"cookie" not in call.fields:
        return pairs
    for header, line in call.headers:
        if header != b"cookie":
            continue
        for piece in line.decode("latin-1").split(";"):
            name, equals, value = piece.strip(" \t").partition("=")
            if equals:
                if len(value) > 1 and value[0] == value[-1] == '"':
                    value = value[1:-1]
                pairs.setdefault(name, []).append(value)
    return pairs


def _read_pairs(
    parameters: tuple[PairsParameter, ...], pairs: Pairs, found: list[Violation]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for parameter in parameters:
        field = parameter.pairs.field
        if not parameter.pairs.is_sent(pairs):
            _miss(parameter, field.location, values, found)
        elif parameter.allow_empty and pairs.get(parameter.name) == [""]:
            values[parameter.name] = ""
        else:
            value = field.read(pairs, found)
            if value is not msgspec.UNSET:
                values[parameter.name] = value
    return values


def _miss(
    parameter: Declared, location: str, values: dict[str, Any], found: list[Violation]
) -> None:
    if parameter.required:
        found.append(Violation(location, "is required, but was not sent"))
    elif parameter.default is not msgspec.UNSET:
        values[parameter.name] = parameter.default


def _as_wire(capture: str) -> str:
    """Wire text has one character a byte; an edge may have decoded raw UTF-8 in a path."""
    return capture if capture.isascii() else capture.encode("utf-8", "replace").decode("latin-1")


def _is_ignored(parameter: Parameter) -> bool:
    return parameter.location == "header" and parameter.name.lower() in IGNORED_HEADERS


def _text(parameter: Parameter, endpoint: Endpoint) -> TextParameter:
    name, schema, definitions = parameter.name, parameter.schema, endpoint.definitions
    location = f"{parameter.location}.{name}"
    if parameter.media_type is None:
        field = text_field(name, location, parameter.style, parameter.explode, schema, definitions)
    else:
        decode = styles.decode if parameter.location == "path" else styles.decode_header
        field = content_field(location, parameter.media_type, decode, schema, definitions)
    return TextParameter(
        name=name,
        required=parameter.required,
        default=default_of(schema, definitions),
        field=field,
        wire_name=name.lower().encode("latin-1", "replace"),
        is_list=field.is_structured,
    )


def _pair(parameter: Parameter, endpoint: Endpoint) -> PairsParameter:
    decode = styles.decode_query
    if parameter.location == "cookie" or parameter.allow_reserved:
        decode = styles.decode
    definitions = endpoint.definitions
    others = (p.name for p in endpoint.parameters if p.location == parameter.location)
    keys = (scheme.parameter for scheme in endpoint.schemes.values())
    return PairsParameter(
        name=parameter.name,
        required=parameter.required,
        default=default_of(parameter.schema, definitions),
        pairs=pairs_field(
            parameter.name,
            f"{parameter.location}.{parameter.name}",
            Wording(parameter.style, parameter.explode, decode, parameter.media_type),
            parameter.schema,
            definitions,
            claimed=(*others, *keys, *TWINS),
        ),
        allow_empty=parameter.allow_empty,
    )
