"""Texts by `format`: those of JSON Schema 2020-12 (section 7.3), OpenAPI's, and common others."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from functools import lru_cache

from polymock.jsonschema import Validator
from polymock.samples import kinds
from polymock.samples.kinds import Maker
from polymock.samples.names import kind_of
from polymock.samples.quantities import MOMENTS
from polymock.samples.tables import word_list

_WEB_KINDS = frozenset({"image", "url"})


def maker(name: str, property_name: str) -> Maker | None:
    """The maker of texts of a format, for a property of this name; None for unknown formats."""
    kind = kind_of(property_name)
    if name in _MOMENT_FORMATS:
        shape = _MOMENT_FORMATS[name]
        moment = kind if kind in MOMENTS and kind != "day" else "moment"
        return lambda draw: draw.moment(moment).strftime(shape)
    if name in ("uri", "url", "iri", "uri-reference", "iri-reference"):
        return kinds.text(kind if kind in _WEB_KINDS else "url")
    return _FORMATS.get(name) or kinds.text(_ALIASES.get(name, ""))


@lru_cache(maxsize=64)
def checker(name: str) -> Validator:
    """Checks strings against one format."""
    return Validator({"type": "string", "format": name}, {})


def resize(name: str, value: str, low: int, high: int | None) -> str:
    """The value made longer or shorter where its format has room for it; else as it was."""
    if len(value) < low and name in _GROWING:
        return _GROWING[name](value, low - len(value))
    if high is not None and len(value) > high:
        return next((short for short in _SHORT.get(name, ()) if low <= len(short) <= high), value)
    return value


def _base64(encode: Callable[[bytes], bytes]) -> Maker:
    return lambda draw: encode(draw.words(2).encode()).decode()


_MOMENT_FORMATS = {
    "date-time": "%Y-%m-%dT%H:%M:%SZ",
    "datetime": "%Y-%m-%dT%H:%M:%SZ",
    "date-time-local": "%Y-%m-%dT%H:%M:%S",
    "date": "%Y-%m-%d",
    "full-date": "%Y-%m-%d",
    "time": "%H:%M:%SZ",
    "partial-time": "%H:%M:%S",
    "time-local": "%H:%M:%S",
    "rfc1123": "%a, %d %b %Y %H:%M:%S GMT",
    "http-date": "%a, %d %b %Y %H:%M:%S GMT",
    "year-month": "%Y-%m",
}
_ALIASES = {
    "email": "email",
    "idn-email": "email",
    "hostname": "domain",
    "idn-hostname": "domain",
    "domain": "domain",
    "ipv4": "ipv4",
    "ip": "ipv4",
    "ip-address": "ipv4",
    "ipv6": "ipv6",
    "mac": "mac",
    "uuid": "uuid",
    "guid": "uuid",
    "password": "password",
    "phone": "phone",
    "phone-number": "phone",
    "tel": "phone",
    "telephone": "phone",
    "color": "hex_color",
    "hex-color": "hex_color",
    "currency": "currency",
    "currency-code": "currency",
    "iso-4217": "currency",
    "country": "country_code",
    "country-code": "country_code",
    "iso-3166-1-alpha-2": "country_code",
    "language": "language",
    "locale": "locale",
    "timezone": "timezone",
    "decimal": "price",
    "money": "price",
    "slug": "slug",
    "isbn": "isbn",
    "ean": "ean",
    "iban": "iban",
    "bic": "bic",
    "credit-card": "card_number",
    "user-agent": "user_agent",
    "mime-type": "mime_type",
    "media-type": "mime_type",
    "filename": "filename",
    "semver": "version",
    "markdown": "sentence",
    "html": "sentence",
}
_CROCKFORD = str.maketrans("ILOU", "JKMN")
_FORMATS: dict[str, Maker] = {
    "byte": _base64(b64encode),
    "base64": _base64(b64encode),
    "base64url": _base64(lambda data: urlsafe_b64encode(data).rstrip(b"=")),
    "binary": lambda draw: draw.words(3),
    "duration": lambda draw: f"PT{draw.stream.between(1, 59)}M",
    "uri-template": lambda draw: f"https://example.com/{draw.words(1)}/{{id}}",
    "json-pointer": lambda draw: f"/{draw.words(1)}/{draw.stream.below(3)}",
    "relative-json-pointer": lambda draw: f"1/{draw.words(1)}",
    "regex": lambda draw: f"^{draw.words(1)}$",
    "ulid": lambda draw: draw.masked("01") + draw.masked("*" * 24).upper().translate(_CROCKFORD),
    "char": lambda draw: draw.masked("@"),
    "int64": lambda draw: str(draw.stream.between(1, 9999)),
    "int32": lambda draw: str(draw.stream.between(1, 9999)),
    "cidr": lambda draw: "192.0.2.0/24",
    "json": lambda draw: f'{{"{draw.words(1)}": {draw.stream.below(10)}}}',
    "objectid": lambda draw: draw.hexadecimal(24),
    "cron": lambda draw: f"{draw.stream.below(60)} {draw.stream.below(24)} * * *",
}


def _grow_local(value: str, missing: int) -> str:
    local, _, domain = value.partition("@")
    taken = min(missing, 64 - len(local))
    labels = ""
    rest = missing - taken
    while rest > 0:
        label = min(max(rest - 1, 1), 60)
        labels += "a" * label + "."
        rest -= label + 1
    return f"{local}{'a' * taken}@{labels}{domain}"


def _grow_domain(value: str, missing: int) -> str:
    labels = ""
    while missing > 0:
        label = min(max(missing - 1, 1), 60)
        labels += "a" * label + "."
        missing -= label + 1
    return labels + value


def _grow_end(value: str, missing: int) -> str:
    return value + "a" * missing


def _grow_groups(value: str, missing: int) -> str:
    """Base64 grows by whole groups of four characters, in front of its padding."""
    return "QUFB" * -(-missing // 4) + value


_GROWING: dict[str, Callable[[str, int], str]] = {
    "email": _grow_local,
    "idn-email": _grow_local,
    "hostname": _grow_domain,
    "idn-hostname": _grow_domain,
    **dict.fromkeys(
        word_list("""
    uri url iri uri-reference iri-reference uri-template json-pointer password binary slug
    relative-json-pointer base64url markdown html
"""),
        _grow_end,
    ),
    "byte": _grow_groups,
    "base64": _grow_groups,
    "regex": lambda value, missing: "a" * missing + value.lstrip("^"),
    "duration": lambda value, missing: f"PT1{'0' * (missing + len(value) - 4)}S",
}
_SHORT: dict[str, tuple[str, ...]] = {
    "email": ("ann@example.com", "al@example.com", "a@b.co", "a@b.c"),
    "idn-email": ("ann@example.com", "a@b.co", "a@b.c"),
    "hostname": ("example.com", "a.co", "a"),
    "idn-hostname": ("example.com", "a.co", "a"),
    "uri": ("https://example.com", "urn:a:b", "a:b", "a:"),
    "url": ("https://example.com", "urn:a:b", "a:b"),
    "iri": ("https://example.com", "urn:a:b", "a:b", "a:"),
    "uri-reference": ("/items/one", "/items", "/a", "a", ""),
    "iri-reference": ("/items/one", "/items", "/a", "a", ""),
    "uri-template": ("/items/{id}", "/{id}", "{a}", "a", ""),
    "ipv4": ("192.0.2.1", "1.1.1.1"),
    "ipv6": ("2001:db8::1", "fe80::1", "::1", "::"),
    "json-pointer": ("/name", "/a", ""),
    "relative-json-pointer": ("1/a", "0"),
    "regex": ("^a+$", "a+", "a", ""),
    "duration": ("P1D",),
    "byte": ("QUFBQUFB", "QUFB", ""),
    "base64": ("QUFBQUFB", "QUFB", ""),
    "password": ("Example-1234", "Pass1234", "Pass", "P1", "p"),
    "binary": ("binary", "bin", "b", ""),
}
