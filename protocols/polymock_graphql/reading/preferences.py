"""What a caller asks of the answer: the `Prefer` header (`code=NOT_FOUND`, `code=404`,
`dynamic=true`, `seed=7`)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from polymock.errors import Invalid
from polymock_graphql.model import Preferences
from polymock_schemas.calls import Call, Violation

CODES: Mapping[int, str] = {
    400: "BAD_USER_INPUT",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    408: "TIMEOUT",
    409: "CONFLICT",
    410: "GONE",
    412: "PRECONDITION_FAILED",
    413: "PAYLOAD_TOO_LARGE",
    422: "BAD_USER_INPUT",
    429: "RATE_LIMITED",
    500: "INTERNAL_SERVER_ERROR",
    501: "NOT_IMPLEMENTED",
    502: "BAD_GATEWAY",
    503: "SERVICE_UNAVAILABLE",
    504: "GATEWAY_TIMEOUT",
}
"""Codes of GraphQL errors by the HTTP status that says the same."""
NO_PREFERENCES = Preferences()
MAX_SEED = 2**63 - 1
_CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_SEED = re.compile(r"-?[0-9]{1,19}")
_STATUS = re.compile(r"[1-5][0-9][0-9]")


def preferences(call: Call) -> Preferences:
    """The preferences of a call; others are passed over (RFC 7240, section 2), and so is a status
    that is no error. A dynamic answer without a seed is of another one each time.

    Raises Invalid where a known one has a wrong value.
    """
    if b"prefer" not in call.fields:
        return NO_PREFERENCES
    asked = _asked(call)
    applied: list[str] = []
    code = _code(asked.get("code", ""))
    if code:
        applied.append(f"code={asked['code']}")
    is_dynamic = _dynamic(asked.get("dynamic", "false"))
    seed = _seed(asked["seed"]) if "seed" in asked else None
    stable = seed is not None or not is_dynamic
    if is_dynamic:
        applied.append("dynamic=true")
        seed = secrets.randbelow(2**31) if seed is None else seed
    if seed is not None:
        applied.append(f"seed={seed}")
    return Preferences(code, seed, stable, ", ".join(applied))


def _asked(call: Call) -> Mapping[str, str]:
    """Name and value of each preference; the first of a name counts."""
    found: dict[str, str] = {}
    for header, value in call.headers:
        if header == b"prefer":
            for words in re.split("[,;]", value.decode("latin-1")):
                name, _, rest = words.partition("=")
                found.setdefault(name.strip().lower(), rest.strip().strip('"'))
    return found


def _code(text: str) -> str:
    """The GraphQL error code that is asked for, plainly or by a status; "" for none."""
    if _STATUS.fullmatch(text):
        status = int(text)
        if status < 400:
            return ""
        return CODES.get(status) or ("BAD_REQUEST" if status < 500 else "INTERNAL_SERVER_ERROR")
    if text and not _CODE.fullmatch(text):
        raise _wrong("code: expected a GraphQL error code or a status")
    return text


def _dynamic(text: str) -> bool:
    if text.lower() not in ("true", "", "false"):  # without a value it is simply wished
        raise _wrong("dynamic: expected true or false")
    return text.lower() != "false"


def _seed(text: str) -> int:
    if not _SEED.fullmatch(text) or abs(int(text)) > MAX_SEED:
        raise _wrong("seed: expected an integer of at most 64 bits")
    return int(text)


def _wrong(message: str) -> Invalid:
    violation = Violation("header.Prefer", message)
    return Invalid("The preferences of the request are not understood.", [violation])
