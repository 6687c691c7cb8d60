"""Bytes of a document, JSON or YAML in any Unicode encoding, to JSON in UTF-8."""

from __future__ import annotations

import codecs
import contextlib
import json
import re
from typing import NamedTuple

import msgspec

from polymock.documents.yaml import ParseError, yaml_to_json

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Parsed(NamedTuple):
    """A document as JSON, and what was odd about it."""

    content: bytes
    warnings: tuple[str, ...] = ()


def to_json(content: bytes, name: str, limit: int) -> Parsed:
    """The document as JSON. `limit` bounds what YAML aliases may expand to, in bytes.

    A name that ends in `.json` is held to JSON; anything else that does not read as JSON is YAML.
    Syntax is checked here, strings only when they are decoded. Raises ParseError.
    """
    text = in_utf8(content)
    start = text[:4096].lstrip()
    if not start and not text.strip():
        raise ParseError("the file is empty")
    if start[:1] in (b"{", b"["):
        try:
            msgspec.json.decode(text, type=msgspec.Raw)
        except RecursionError:
            raise ParseError("it is nested too deeply") from None
        except ValueError as error:
            if name.lower().endswith(".json"):
                raise _json_error(text, error) from None
        else:
            return Parsed(text)
    converted, warnings = yaml_to_json(text.decode(), limit)
    return Parsed(converted, warnings)


def repeated_keys(content: bytes) -> tuple[str, ...]:
    """The keys of JSON that stand more than once in one object, each once, sorted."""
    found: set[str] = set()

    def note(pairs: list[tuple[str, object]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            (found if key in seen else seen).add(key)

    with contextlib.suppress(ValueError, RecursionError):  # said when it is decoded
        json.loads(content, object_pairs_hook=note)
    return tuple(sorted(found))


def in_utf8(content: bytes) -> bytes:
    """The same text in UTF-8, without a byte order mark. Raises ParseError."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _transcoded(content[len(mark) :], encoding)
    if content[:1] != b"\0" and content[1:2] == b"\0":
        return _transcoded(content, "utf-16-le")
    if content[:1] == b"\0" and content[1:2] not in (b"\0", b""):
        return _transcoded(content, "utf-16-be")
    return _transcoded(content, "utf-8")


def _transcoded(content: bytes, encoding: str) -> bytes:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ParseError(
            f"it is no {encoding.upper()} text (byte {error.start}, about line {line})",
            where=str(line),
            hint="save it as UTF-8",
        ) from None
    return content if encoding == "utf-8" else text.encode()


def _json_error(text: bytes, error: ValueError) -> ParseError:
    reason = str(error).removeprefix("JSON is malformed: ")
    found = re.search(r" \(byte (\d+)\)$", reason)
    offset = int(found[1]) if found else len(text)
    line = text.count(b"\n", 0, offset) + 1
    column = offset - (text.rfind(b"\n", 0, offset) + 1) + 1
    reason = reason[: found.start()] if found else reason
    return ParseError(
        f"it is no JSON: {reason} at line {line}, column {column}",
        where=f"{line}:{column}",
    )
