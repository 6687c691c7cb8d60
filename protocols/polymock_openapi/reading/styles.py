"""How a parameter stands on the wire: OpenAPI's `style` and `explode`, read.

The styles are those of RFC 6570 (simple, label, matrix, form) and OpenAPI's own (spaceDelimited,
pipeDelimited, deepObject); see the OpenAPI Specification 3.1, section 4.8.12 (Style Values). What
is read is decoded text in lists and maps; types come later (`coercion`).

Wire text is a str with one character a byte (latin-1), still percent-encoded: a delimiter counts
only where it stands unencoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal
from urllib.parse import unquote_to_bytes

from polymock_openapi.model import Style
from polymock_openapi.reading.coercion import Raw

Decode = Callable[[str], str]
Kind = Literal["scalar", "array", "object"]
Reader = Callable[[str], Raw]
"""Reads one piece of wire text. Raises MalformedError, BadTextError."""

MAX_DEPTH = 32
"""Of brackets in a name: `a[b][c]` has two."""

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_SPACE = re.compile(r"%20|\+| ")
_PIPE = re.compile(r"%7[Cc]|\|")
_TAB = re.compile(r"%09|\t")
_COMMA = re.compile(",")
_DOT = re.compile(r"\.")
_SEMICOLON = re.compile(";")
_ENCODED_COMMA = re.compile(r"%2[Cc]|,")
_DELIMITERS = {"spaceDelimited": _SPACE, "pipeDelimited": _PIPE, "tabDelimited": _TAB}


class MalformedError(ValueError):
    """The text has not the form that the parameter's style asks for."""


class BadTextError(ValueError):
    """The bytes are no text at all: a broken percent-encoding, not UTF-8, or a NUL."""


def decode(wire: str) -> str:
    """Percent-decode (RFC 3986, section 2.1) to UTF-8 text. Raises BadTextError."""
    if "%" not in wire and wire.isascii():
        if "\0" in wire:
            raise BadTextError("a NUL character is not allowed here")
        return wire
    broken = _BROKEN_ESCAPE.search(wire)
    if broken:
        raise BadTextError(f"{broken[0]!a} is not a percent-encoding (RFC 3986, section 2.1)")
    try:
        text = unquote_to_bytes(wire.encode("latin-1")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadTextError(f"not UTF-8 after percent-decoding ({error.reason})") from None
    if "\0" in text:
        raise BadTextError("a NUL character (%00) is not allowed here")
    return text


def decode_query(wire: str) -> str:
    """As `decode`, and `+` is a space (WHATWG URL, application/x-www-form-urlencoded)."""
    return decode(wire.replace("+", " ") if "+" in wire else wire)


def decode_header(wire: str) -> str:
    """A header's value is not percent-encoded; white space around it is not part of it."""
    text = wire.strip(" \t")
    if _CONTROL.search(text):
        raise BadTextError("a control character is not allowed here")
    return text


def separator(style: Style) -> str:
    """What stands between the items of a list that is written whole in one form field."""
    return {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}.get(style, ",")


def reader(name: str, style: Style, explode: bool, kind: Kind, decode: Decode) -> Reader:
    """How one piece of wire text is read where the style keeps a whole value in one piece: all
    but exploded form parameters and deepObject."""
    if style == "label":
        inner = _reader(_DOT if explode else _COMMA, explode, kind, decode)
        return lambda wire: inner(_after_dot(wire))
    if style == "matrix":
        return _matrix_reader(name, explode, kind, decode)
    delimiter = _DELIMITERS.get(style, _COMMA)
    return _reader(delimiter, explode and style == "simple", kind, decode)


def lenient_reader(explode: bool, kind: Kind, decode: Decode) -> Reader:
    """Reads lists whose every comma was percent-encoded, as many clients send them."""

    inner = _reader(_ENCODED_COMMA, explode, kind, decode)

    def read(wire: str) -> Raw:
        if "," in wire or "%2" not in wire:
            raise MalformedError("no encoded comma")
        return inner(wire)

    return read


def _reader(delimiter: re.Pattern[str], explode: bool, kind: Kind, decode: Decode) -> Reader:
    if kind == "scalar":
        return decode
    if kind == "array":
        return lambda wire: [decode(piece) for piece in delimiter.split(wire)] if wire else []
    if explode:
        return lambda wire: _pairs(delimiter.split(wire) if wire else [], decode)
    return lambda wire: _alternating(delimiter.split(wire) if wire else [], decode)


def _matrix_reader(name: str, explode: bool, kind: Kind, decode: Decode) -> Reader:
    if not explode or kind == "scalar":
        inner = _reader(_COMMA, explode=False, kind=kind, decode=decode)
        return lambda wire: inner(_named(_after_semicolon(wire), name, decode))
    if kind == "array":
        return lambda wire: [
            decode(_named(piece, name, decode))
            for piece in _SEMICOLON.split(_after_semicolon(wire))
        ]
    return lambda wire: _pairs(_SEMICOLON.split(_after_semicolon(wire)), decode)


def _after_dot(wire: str) -> str:
    if wire and not wire.startswith("."):
        raise MalformedError("expected a dot before the value (style: label)")
    return wire[1:]


def _after_semicolon(wire: str) -> str:
    if not wire.startswith(";"):
        raise MalformedError("expected `;name=value` (style: matrix)")
    return wire[1:]


def _named(piece: str, name: str, decode: Decode) -> str:
    key, _, value = piece.partition("=")
    if decode(key) != name:
        raise MalformedError(f"expected `;{name}=value` (style: matrix)")
    return value


def _pairs(pieces: Sequence[str], decode: Decode) -> dict[str, Raw]:
    pairs: dict[str, Raw] = {}
    for piece in pieces:
        key, equals, value = piece.partition("=")
        if not equals:
            raise MalformedError("expected `name=value` for each property")
        pairs[decode(key)] = decode(value)
    return pairs


def _alternating(pieces: Sequence[str], decode: Decode) -> dict[str, Raw]:
    if len(pieces) % 2:
        raise MalformedError("expected names and values in turn: `name,value,name,value`")
    texts = [decode(piece) for piece in pieces]
    return dict(zip(texts[::2], texts[1::2], strict=True))


def bracket_keys(brackets: str) -> tuple[str, ...]:
    """The keys of `[a][b]`. Raises MalformedError where there are more than 32."""
    keys = brackets[1:-1].split("][", MAX_DEPTH)
    if len(keys) > MAX_DEPTH:
        raise MalformedError(f"brackets deeper than {MAX_DEPTH} levels")
    return tuple(keys)


def deep_object(entries: Sequence[tuple[tuple[str, ...], str]], decode: Decode) -> dict[str, Raw]:
    """The tree of `name[a][b]=value` entries (style: deepObject).

    An empty key (`a[]=1`) or a repeated one makes a list. OpenAPI leaves nesting and lists open;
    this is how they are written in practice.
    """
    tree: dict[str, Raw] = {}
    for keys, wire in entries:
        node = tree
        path = keys[:-1] if len(keys) > 1 and not keys[-1] else keys
        for key in path[:-1]:
            inner = node.setdefault(key, {})
            if not isinstance(inner, dict):
                raise MalformedError(f"`{key}` has both a value and properties")
            node = inner
        _put(node, path[-1], decode(wire), many=path is not keys)
    return tree


def _put(node: dict[str, Raw], key: str, text: str, *, many: bool) -> None:
    known = node.get(key)
    if isinstance(known, dict):
        raise MalformedError(f"`{key}` has both a value and properties")
    if isinstance(known, list):
        known.append(text)
    elif known is not None:
        node[key] = [known, text]
    else:
        node[key] = [text] if many else text
