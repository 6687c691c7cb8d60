"""How bytes carry a value: charsets, JSON text, content codings."""

from __future__ import annotations

import codecs
import math
import re
import zlib
from typing import Any

import msgspec

from polymock.errors import TooLarge, Unreadable, UnsupportedMedia

MAX_EXPANDED = 16 * 1024 * 1024
"""Bytes of a body after its content codings are undone."""
MAX_JSON_DEPTH = 200
LARGE_JSON = 256 * 1024
CODINGS = ("gzip", "deflate", "identity")
_MAX_CODINGS = 3
_MAX_MEMBERS = 64
"""Of a gzip body (RFC 1952, section 2.2)."""

_CHARSET = re.compile(
    r"utf[-_]?(8|16|32)([-_]?[lb]e)?|(us-)?ascii|(iso-?)?8859[-_]\d{1,2}|latin-?\d|(windows-|cp)125\d"
    r"|koi8-[ru]|shift[-_]jis|euc-(jp|kr)|gb(2312|k|18030)|big5"
)
"""Names of charsets; a closed set, as Python remembers each codec name it was ever asked for, and
some of its codecs are no charsets."""

_ZEROS: dict[tuple[bool, ...], str] = {
    (True, True, True, False): "utf-32-be",
    (False, True, True, True): "utf-32-le",
    (True, False, True, False): "utf-16-be",
    (False, True, False, True): "utf-16-le",
}
"""Which of the first four bytes are NUL in which encoding of a text that starts in ASCII."""


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise ValueError("Number out of range")
    return value


_decode = msgspec.json.Decoder().decode
_decode_large = msgspec.json.Decoder(float_hook=_finite).decode
"""The same, but numbers such as 1e300 take the library 9 microseconds each, and Python a third of
one; others take it a few nanoseconds more."""


def to_text(data: bytes, charset: str, what: str) -> str:
    """Bytes as text; UTF-8 where no charset is named. `what` names them in an error's text.

    Raises Unreadable where the charset is unknown, the bytes are not in it, or one is NUL.
    """
    codec = _codec(charset) if charset else "utf-8"
    if not codec:
        raise Unreadable(f"{what}: the charset {charset[:40]!a} is not known; send UTF-8")
    try:
        text = data.decode("utf-8-sig" if codec == "utf-8" else codec)
    except UnicodeDecodeError as error:
        place = f"byte {error.start}: {error.reason}"
        raise Unreadable(f"{what}: the bytes are not {codec} text ({place})") from None
    if "\0" in text:
        raise Unreadable(f"{what}: a NUL character is not allowed in text")
    return text


def _codec(charset: str) -> str:
    if not _CHARSET.fullmatch(charset.lower()):
        return ""
    try:
        return codecs.lookup(charset).name
    except LookupError:
        return ""


def parse_json(data: bytes, charset: str, what: str) -> Any:
    """The value of a JSON text: any Unicode encoding, with or without a byte order mark.

    The last of duplicate names counts (RFC 8259, section 4). Raises Unreadable where it is no
    JSON, where numbers are out of range, or where it nests deeper than 200 levels.
    """
    if charset and charset.lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
        data = to_text(data, charset, what).encode("utf-8", "surrogatepass")
    try:
        value = (_decode if len(data) < LARGE_JSON else _decode_large)(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        unicode = _unicode_encoding(data)
        if unicode:
            recoded = to_text(data, unicode, what).removeprefix("\ufeff")
            return parse_json(recoded.encode("utf-8", "surrogatepass"), "", what)
        raise Unreadable(f"{what}: {_json_fault(data, error)}") from None
    if len(data) > 2 * MAX_JSON_DEPTH and _is_deep(value, data):
        raise Unreadable(f"{what}: JSON nested deeper than {MAX_JSON_DEPTH} levels")
    return value


def _json_fault(data: bytes, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return f"JSON nested deeper than {MAX_JSON_DEPTH} levels"
    if isinstance(error, UnicodeDecodeError) or "UTF-8" in str(error):
        return f"JSON must be UTF-8 (RFC 8259, section 8.1): {error}"
    if "truncated" in str(error):
        return f"the JSON text ends too early, after byte {len(data)}"
    return f"not JSON: {error}"


def _unicode_encoding(data: bytes) -> str:
    """The Unicode encoding that the first bytes show, other than plain UTF-8."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = tuple(byte == 0 for byte in data[:4])
    return _ZEROS.get(zeros, "")


def _is_deep(value: Any, data: bytes) -> bool:
    if data.count(b"[") + data.count(b"{") <= MAX_JSON_DEPTH:
        return False
    level = [value]
    for _ in range(MAX_JSON_DEPTH):
        level = [
            part
            for whole in level
            if type(whole) is dict or type(whole) is list
            for part in (whole.values() if type(whole) is dict else whole)
        ]
        if not level:
            return False
    return any(type(part) is dict or type(part) is list for part in level)


def expand(data: bytes, header: str) -> bytes:
    """Undo the codings of a `Content-Encoding` header (RFC 9110, section 8.4), last first.

    Raises UnsupportedMedia for others than gzip and deflate, Unreadable where the bytes are not
    of the coding, TooLarge above 16 MiB.
    """
    codings = [coding.strip().lower() for coding in header.split(",")]
    if len(codings) > _MAX_CODINGS:
        raise UnsupportedMedia("too many content codings", CODINGS)
    for coding in reversed(codings):
        if coding in ("gzip", "x-gzip"):
            data = _inflate(data, 31, coding)
        elif coding == "deflate":
            # Some clients send raw DEFLATE; zlib's first byte names method 8.
            data = _inflate(data, 15 if data[:1] and data[0] & 15 == 8 else -15, coding)
        elif coding not in ("", "identity"):
            detail = f"the content coding {coding[:40]!a} is not supported"
            raise UnsupportedMedia(f"{detail}; send gzip, deflate or none", CODINGS)
    return data


def _inflate(data: bytes, window: int, coding: str) -> bytes:
    whole = bytearray()
    for _ in range(_MAX_MEMBERS):
        stream = zlib.decompressobj(window)
        try:
            whole += stream.decompress(data, MAX_EXPANDED + 1 - len(whole))
        except zlib.error as error:
            raise Unreadable(f"body: not {coding} data ({error})") from None
        if len(whole) > MAX_EXPANDED:
            raise TooLarge(f"body: more than {MAX_EXPANDED} bytes once expanded")
        if not stream.eof:
            raise Unreadable(f"body: the {coding} data ends too early")
        data = stream.unused_data if window == 31 else b""
        if not data:
            return bytes(whole)
    raise TooLarge(f"body: more than {_MAX_MEMBERS} {coding} members")
