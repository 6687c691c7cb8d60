"""Values to the bytes of a body, by media type."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote_plus

import msgspec

from polymock.jsonschema import Definitions
from polymock.media_types import MediaName, parse_media_type, syntax
from polymock_openapi.model import Encoding, MediaType
from polymock_openapi.reading.styles import separator
from polymock_openapi.xml import to_xml

_CHARSETS = frozenset(
    {"utf-8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-16", "shift_jis"}
)
_UTF8 = frozenset({"", "utf-8", "utf8"})
_EVENT_FIELDS = ("event", "id", "retry", "data")

_to_json = msgspec.json.Encoder().encode


class Encoded(NamedTuple):
    """A body, and its media type with the parameters that tell how to read it."""

    content_type: str
    body: bytes


def encode(value: Any, media: MediaType, content_type: str, definitions: Definitions) -> Encoded:
    """A value as the bytes of a media type; `content_type` is a concrete one (no range).

    Bytes are sent as they are, and so is text where the media type has no syntax of its own. A
    type that nothing is known of gets JSON text.
    """
    name = _parsed(content_type)
    if name is None:
        content_type = "application/octet-stream"
        name = MediaName("application", "octet-stream", {})
    essence, parameters = name.essence, name.parameters
    if isinstance(value, bytes):
        return Encoded(content_type, value)
    if essence.startswith("multipart/"):
        return _encode_multipart(value, media, content_type)
    written = syntax(essence)
    if written == "json":
        return Encoded(content_type, encode_json(value, parameters.get("charset", "")))
    if written == "xml":
        if isinstance(value, str) and value.lstrip().startswith("<"):
            return Encoded(content_type, _to_bytes(value, parameters.get("charset", "")))
        schema = True if media.schema is None else media.schema
        return Encoded(content_type, to_xml(value, schema, definitions, "root"))
    if essence == "application/x-www-form-urlencoded":
        return Encoded(content_type, encode_form(value, media.encoding))
    text = _LINED[essence](value) if essence in _LINED else _as_text(value)
    body = _to_bytes(text, parameters.get("charset", ""))
    if essence.startswith("text/") and "charset" not in parameters:
        content_type += "; charset=utf-8"
    return Encoded(content_type, body)


@lru_cache(maxsize=256)
def _parsed(content_type: str) -> MediaName | None:
    """The media type of an answer: a contract has few of them."""
    return parse_media_type(content_type)


def encode_json(value: Any, charset: str = "") -> bytes:
    """A value as JSON text (RFC 8259); NaN and the infinities become null, bytes base64.

    UTF-8, or ASCII with escapes in another charset. Text that is not Unicode (a lone surrogate)
    gets replacement characters.
    """
    try:
        body = _to_json(value)
    except UnicodeEncodeError:
        body = _to_json(_scrub(value))
    if charset.lower() in _UTF8:
        return body
    return _to_bytes(json.dumps(json.loads(body), separators=(",", ":")), charset)


def encode_form(value: Any, encoding: Mapping[str, Encoding]) -> bytes:
    """An object as `application/x-www-form-urlencoded`, each property in its declared style."""
    if not isinstance(value, dict):
        return _to_bytes(_as_text(value), "")
    pairs: list[tuple[str, str]] = []
    for name, item in value.items():
        pairs.extend(_form_pairs(str(name), item, encoding.get(name, Encoding())))
    return "&".join(f"{_quote(name)}={_quote(text)}" for name, text in pairs).encode()


def _quote(text: str) -> str:
    return quote_plus(text, errors="replace")


def scalar_text(value: Any) -> str:
    """A value as it stands in a field, form or part: JSON's words for numbers, true and null."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return encode_json(value).decode()


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else encode_json(value).decode()


def _to_bytes(text: str, charset: str) -> bytes:
    if charset.lower() in _CHARSETS:
        return text.encode(charset, "replace")
    return text.encode("utf-8", "replace")


def _scrub(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_scrub(key): _scrub(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_scrub(item) for item in value]
    return value


def _form_pairs(name: str, value: Any, encoding: Encoding) -> list[tuple[str, str]]:
    """One property by its style (RFC 6570 `form`; OAS 3.1, section 4.8.12)."""
    if encoding.content_type.startswith("application/json"):
        return [(name, _as_text(value))]
    if isinstance(value, dict):
        if encoding.style == "deepObject":
            return [(f"{name}[{key}]", scalar_text(item)) for key, item in value.items()]
        if encoding.explode and encoding.style == "form" and not _is_nested(value.values()):
            return [(str(key), scalar_text(item)) for key, item in value.items()]
        return [(name, encode_json(value).decode())]
    if isinstance(value, list):
        if encoding.explode:
            return [(name, scalar_text(item)) for item in value]
        items = separator(encoding.style).join(scalar_text(item) for item in value)
        return [(name, items)]
    return [(name, scalar_text(value))]


def _is_nested(values: Any) -> bool:
    return any(isinstance(value, (dict, list)) for value in values)


def _encode_multipart(value: Any, media: MediaType, content_type: str) -> Encoded:
    """Each property, or item of a list, as a part (RFC 7578, RFC 2046); the boundary is made
    from the parts, so that the same value gets the same bytes."""
    parts: list[bytes] = []
    named = value.items() if isinstance(value, dict) else enumerate(_items(value))
    for name, item in named:
        encoding = media.encoding.get(str(name), Encoding())
        disposition = f'form-data; name="{_quoted(str(name))}"' if isinstance(value, dict) else ""
        singles = item if isinstance(item, list) and disposition else [item]
        parts.extend(_part(single, encoding.content_type, disposition) for single in singles)
    boundary = "polymock-" + hashlib.sha256(b"\n".join(parts)).hexdigest()[:24]
    delimiter = b"--" + boundary.encode()
    body = b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts) + delimiter + b"--\r\n"
    return Encoded(f"{content_type.partition(';')[0].strip()}; boundary={boundary}", body)


def _part(value: Any, content_type: str, disposition: str) -> bytes:
    if isinstance(value, bytes):
        usual, body = "application/octet-stream", value
        disposition = disposition and f'{disposition}; filename="file.bin"'
    elif isinstance(value, (dict, list)):
        usual, body = "application/json", encode_json(value)
    else:
        usual, body = "text/plain", scalar_text(value).encode("utf-8", "replace")
    chosen = content_type.partition(",")[0].strip()
    if parse_media_type(chosen) is None or "*" in chosen:
        chosen = usual
    head = f"Content-Disposition: {disposition}\r\n" if disposition else ""
    return f"{head}Content-Type: {chosen}\r\n\r\n".encode("utf-8", "replace") + body


def _quoted(name: str) -> str:
    """A part's name as browsers write it (HTML, multipart/form-data encoding algorithm)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _lines_of_json(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "".join(encode_json(item).decode() + "\n" for item in _items(value))


def _json_sequence(value: Any) -> str:
    """RFC 7464: each text after a record separator."""
    return "".join("\x1e" + encode_json(item).decode() + "\n" for item in _items(value))


def _events(value: Any) -> str:
    """One event an item (HTML, section 9.2.6); an object of event fields names them itself."""
    if isinstance(value, str) and value.startswith(("data:", "event:", "id:", "retry:", ":")):
        return value if value.endswith("\n\n") else value.rstrip("\n") + "\n\n"
    return "".join(_event(item) for item in _items(value))


def _event(item: Any) -> str:
    is_event = isinstance(item, dict) and "data" in item and set(item) <= set(_EVENT_FIELDS)
    fields = item if is_event else {"data": item}
    lines = [
        f"{name}: {line}"
        for name in _EVENT_FIELDS
        if fields.get(name) is not None
        for line in _as_text(fields[name]).splitlines() or [""]
    ]
    return "\n".join(lines) + "\n\n"


def _csv(value: Any) -> str:
    """RFC 4180: a header line of the objects' properties, then a line for each."""
    if isinstance(value, str):
        return value
    rows = _items(value)
    table = io.StringIO()
    writer = csv.writer(table)
    if rows and all(isinstance(row, dict) for row in rows):
        names = list(dict.fromkeys(name for row in rows for name in row))
        writer.writerow(names)
        writer.writerows([scalar_text(row.get(name)) for name in names] for row in rows)
    else:
        writer.writerows([scalar_text(cell) for cell in _items(row)] for row in rows)
    return table.getvalue()


_LINED: Mapping[str, Callable[[Any], str]] = {
    "application/x-ndjson": _lines_of_json,
    "application/ndjson": _lines_of_json,
    "application/jsonl": _lines_of_json,
    "application/x-jsonlines": _lines_of_json,
    "application/json-seq": _json_sequence,
    "text/event-stream": _events,
    "text/csv": _csv,
}
"""Media types whose text is made of lines or records."""
