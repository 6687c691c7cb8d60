"""What a caller asks of the answer: the `Prefer` header and its twins in the query.

    Prefer: code=404, example=cat, dynamic=true, seed=7
    GET /pets/1?__code=404&__example=cat&__dynamic=true&__seed=7

Where both ask for the same thing the header counts, as it does in Prism.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from polymock.errors import Invalid
from polymock_openapi.model import Preferences
from polymock_openapi.reading import styles
from polymock_openapi.reading.coercion import to_integer
from polymock_openapi.reading.pairs import split_pairs
from polymock_openapi.reading.styles import BadTextError
from polymock_schemas.calls import Call, Violation

NO_PREFERENCES = Preferences()
MAX_SEED = 2**63 - 1

_PIECE = re.compile(r'"((?:[^"\\]|\\.)*)"|([,;])|([^",;]+)|(")')
_ESCAPED = re.compile(r"\\(.)")


def preferences(call: Call) -> Preferences:
    """The caller's preferences; those that are not known here are passed over (RFC 7240,
    section 2). Raises Invalid where a known one has a wrong value, or quotes are not closed."""
    in_header = b"prefer" in call.fields
    if not in_header and b"__" not in call.query and b"%5" not in call.query:
        return NO_PREFERENCES
    violations: list[Violation] = []
    values: dict[str, Any] = {}
    if in_header:
        for name, text in _header_preferences(call, violations).items():
            _take(name, text, "header.Prefer", values, violations)
    for name, text in _query_preferences(call, violations).items():
        if name not in values:
            _take(name, text, f"query.__{name}", values, violations)
    if violations:
        raise Invalid("The preferences of the request are not understood.", violations)
    return Preferences(
        code=values.get("code"),
        example=values.get("example"),
        dynamic=values.get("dynamic"),
        seed=values.get("seed"),
    )


def _header_preferences(call: Call, violations: list[Violation]) -> Mapping[str, str]:
    """Name and value of each preference of all Prefer fields; the first of a name counts.

    RFC 7240 separates preferences by commas and gives each parameters after semicolons; users
    write either between preferences, so both separate here.
    """
    found: dict[str, str] = {}
    for header, value in call.headers:
        if header != b"prefer":
            continue
        for words in _split(_text(value), violations):
            name, _, rest = words.partition("=")
            found.setdefault(name.strip().lower(), rest.strip())
    return found


def _split(value: str, violations: list[Violation]) -> list[str]:
    words = [""]
    for piece in _PIECE.finditer(value):
        quoted, separator, plain, unclosed = piece.groups("")
        if unclosed:  # the end: looking for what closes the next ones would cost quadratic time
            violations.append(Violation("header.Prefer", "has a quote that is not closed"))
            return []
        if separator:
            words.append("")
        else:
            words[-1] += plain or _ESCAPED.sub(r"\1", quoted)
    return words


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _query_preferences(call: Call, violations: list[Violation]) -> Mapping[str, str]:
    pairs = split_pairs(call.query.decode("latin-1"), "&", styles.decode_query)
    found: dict[str, str] = {}
    for name in _READERS:
        values = pairs.get(f"__{name}")
        if values:
            try:
                found[name] = styles.decode_query(values[0])
            except BadTextError as fault:
                violations.append(Violation(f"query.__{name}", str(fault)))
    return found


def _take(
    name: str, text: str, location: str, values: dict[str, Any], violations: list[Violation]
) -> None:
    read = _READERS.get(name)
    if read is None:
        return
    try:
        values[name] = read(text)
    except ValueError as fault:
        violations.append(Violation(location, f"{name}: {fault}"))


def _code(text: str) -> int:
    if len(text) == 3 and text.isascii() and text.isdigit() and "100" <= text <= "599":
        return int(text)
    raise ValueError("expected a status code, 100 to 599")


def _example(text: str) -> str:
    if text and "\0" not in text:
        return text
    raise ValueError("expected the name of an example")


def _dynamic(text: str) -> bool:
    if text.lower() in ("true", ""):  # RFC 7240: a preference without a value is simply wished
        return True
    if text.lower() == "false":
        return False
    raise ValueError("expected true or false")


def _seed(text: str) -> int:
    value = to_integer(text)
    if isinstance(value, int) and abs(value) <= MAX_SEED:
        return value
    raise ValueError("expected an integer of at most 64 bits")


_READERS: Mapping[str, Callable[[str], Any]] = {
    "code": _code,
    "example": _example,
    "dynamic": _dynamic,
    "seed": _seed,
}
