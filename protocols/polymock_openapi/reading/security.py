"""The credentials that a contract asks for, checked by their form; the secret is not known here.

No secret ever stands in an error's text or in a principal's name.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from polymock.errors import Unauthenticated
from polymock_openapi.model import Endpoint, SecurityScheme
from polymock_openapi.reading import styles
from polymock_openapi.reading.pairs import split_pairs
from polymock_openapi.reading.parameters import cookie_pairs
from polymock_schemas.calls import Call

REALM = "polymock"
MAX_NAME = 128
"""Characters of a principal's name that are kept."""

_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
_SCHEME_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNQUOTABLE = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_decode_claims = msgspec.json.Decoder(type=dict[str, Any]).decode


class _RefusedError(Exception):
    """One scheme is not satisfied. `is_sent` tells whether its credentials came, malformed."""

    def __init__(self, detail: str, *, is_sent: bool) -> None:
        super().__init__(detail)
        self.detail = detail
        self.is_sent = is_sent


def identify(endpoint: Endpoint, call: Call) -> str:
    """The principal of a call by the endpoint's `security`: alternatives of schemes that all have
    to be satisfied (OAS 3.1, section 4.8.30).

    A basic user's name; the `sub` claim of a bearer token that is a JWT, which nobody verified;
    else the scheme's name. "" where credentials are optional and none came, and for mutual TLS,
    which cannot be seen here. Raises Unauthenticated with a challenge for each scheme, and TooLarge
    where a key is looked for among too many query pairs.
    """
    if not endpoint.security:
        return ""
    refusals: dict[str, _RefusedError] = {}
    is_optional = False
    for alternative in endpoint.security:
        if not alternative:
            is_optional = True
            continue
        try:
            return _satisfy(alternative, endpoint.schemes, call, refusals)
        except _RefusedError:
            continue
    if is_optional:
        return ""
    raise Unauthenticated(_detail(refusals), tuple(_challenges(endpoint, refusals)))


def header_names(endpoint: Endpoint) -> Iterator[bytes]:
    """Lower-case names of the header fields that credentials may stand in."""
    for name in {name for alternative in endpoint.security for name in alternative}:
        scheme = endpoint.schemes.get(name)
        if scheme is None or scheme.type == "mutualTLS":
            continue
        if scheme.type != "apiKey":
            yield b"authorization"
        elif scheme.location == "header":
            yield scheme.parameter.lower().encode("latin-1", "replace")
        elif scheme.location == "cookie":
            yield b"cookie"


def _satisfy(
    names: Iterable[str],
    schemes: Mapping[str, SecurityScheme],
    call: Call,
    refusals: dict[str, _RefusedError],
) -> str:
    """The principal where every scheme is satisfied; the first that names one counts."""
    principal = ""
    for name in names:
        scheme = schemes.get(name)
        if scheme is None:  # the document's fault, which its reader reports
            continue
        try:
            named = _check(scheme, call)
        except _RefusedError as refused:
            refusals[name] = refused
            raise
        principal = principal or named
    return principal


def _check(scheme: SecurityScheme, call: Call) -> str:
    if scheme.type == "mutualTLS":
        return ""
    if scheme.type == "apiKey":
        return _check_key(scheme, call)
    if scheme.type == "http" and scheme.scheme == "basic":
        return _check_basic(_credentials(call, "basic")) or scheme.name
    if scheme.type == "http" and scheme.scheme != "bearer":
        _credentials(call, scheme.scheme)
        return scheme.name
    token = _credentials(call, "bearer")
    if not _TOKEN.fullmatch(token):
        raise _RefusedError("The bearer token is malformed (RFC 6750, section 2.1).", is_sent=True)
    return _subject(token) or scheme.name


def _credentials(call: Call, wanted: str) -> str:
    """What follows the scheme's name in the Authorization field (RFC 9110, section 11.4)."""
    field = call.fields.get(b"authorization")
    if field is None:
        raise _RefusedError("No Authorization header was sent.", is_sent=False)
    name, _, rest = field.decode("latin-1").strip(" \t").partition(" ")
    if name.lower() != wanted.lower():
        raise _RefusedError(f"The Authorization header is no {wanted} one.", is_sent=False)
    credentials = rest.strip(" ")
    if not credentials or _CONTROL.search(credentials):
        raise _RefusedError(f"The {wanted} credentials are empty or malformed.", is_sent=True)
    return credentials


def _check_basic(credentials: str) -> str:
    """The user of base64 `user:password` (RFC 7617, section 2)."""
    try:
        octets = base64.b64decode(credentials, validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    if b":" not in octets:
        raise _RefusedError("Basic credentials are base64 of `user:password`.", is_sent=True)
    user = octets.partition(b":")[0]
    try:
        name = user.decode("utf-8")
    except UnicodeDecodeError:
        name = user.decode("latin-1")
    if _CONTROL.search(name):
        raise _RefusedError("The basic user name has control characters.", is_sent=True)
    return name[:MAX_NAME]


def _subject(token: str) -> str:
    """The `sub` claim where the token is a JWT (RFC 7519), else ""."""
    parts = token.split(".")
    if len(parts) != 3:
        return ""
    try:
        claims = _decode_claims(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, msgspec.DecodeError, RecursionError):
        return ""
    subject = claims.get("sub")
    return _CONTROL.sub("", subject)[:MAX_NAME] if isinstance(subject, str) else ""


def _check_key(scheme: SecurityScheme, call: Call) -> str:
    where = f"{scheme.location} {scheme.parameter}"
    values = _keys(scheme, call)
    if not values:
        raise _RefusedError(f"The API key is missing from the {where}.", is_sent=False)
    if not values[0].strip() or _CONTROL.search(values[0]):
        raise _RefusedError(f"The API key in the {where} is empty or malformed.", is_sent=True)
    return scheme.name


def _keys(scheme: SecurityScheme, call: Call) -> list[str]:
    if scheme.location == "header":
        value = call.fields.get(scheme.parameter.lower().encode("latin-1", "replace"))
        return [] if value is None else [value.decode("latin-1")]
    if scheme.location == "cookie":
        return cookie_pairs(call).get(scheme.parameter, [])
    pairs = split_pairs(call.query.decode("latin-1"), "&", styles.decode_query)
    return pairs.get(scheme.parameter, [])


def _detail(refusals: Mapping[str, _RefusedError]) -> str:
    if not refusals:
        return "Credentials are required."
    malformed = [refused for refused in refusals.values() if refused.is_sent]
    details = (refused.detail for refused in malformed or refusals.values())
    return " ".join(dict.fromkeys(details))


def _challenges(endpoint: Endpoint, refusals: Mapping[str, _RefusedError]) -> Iterator[str]:
    """One `WWW-Authenticate` value for each scheme of the alternatives, in the document's order."""
    scopes: dict[str, dict[str, None]] = {}
    for alternative in endpoint.security:
        for name, wanted in alternative.items():
            scopes.setdefault(name, {}).update(dict.fromkeys(wanted))
    for name, wanted_by_name in scopes.items():
        scheme = endpoint.schemes.get(name)
        if scheme is not None and scheme.type != "mutualTLS":
            refused = refusals.get(name)
            yield _challenge(scheme, wanted_by_name, refused is not None and refused.is_sent)


def _challenge(scheme: SecurityScheme, scopes: Iterable[str], is_malformed: bool) -> str:
    if scheme.type == "apiKey":
        parameter = _quote(scheme.parameter)
        return f'ApiKey realm="{REALM}", name={parameter}, in="{scheme.location}"'
    if scheme.type == "http" and scheme.scheme == "basic":
        return f'Basic realm="{REALM}", charset="UTF-8"'
    if scheme.type == "http" and scheme.scheme != "bearer":
        name = scheme.scheme.capitalize()
        return f'{name if _SCHEME_NAME.fullmatch(name) else "Unknown"} realm="{REALM}"'
    challenge = f'Bearer realm="{REALM}"'
    if is_malformed:
        challenge += ', error="invalid_token"'
    listed = " ".join(scopes)
    return f"{challenge}, scope={_quote(listed)}" if listed else challenge


def _quote(text: str) -> str:
    """A quoted-string; characters of the document that do not belong in a header are dropped."""
    return f'"{_UNQUOTABLE.sub("", text)}"'
