"""Values that stand among `name=value` pairs: of a query, a Cookie header, a form."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import msgspec

from polymock.errors import TooLarge
from polymock.jsonschema import Definitions, Schema
from polymock.media_types import syntax
from polymock_openapi.model import Style
from polymock_openapi.reading import styles
from polymock_openapi.reading.coercion import Coercion, Raw
from polymock_openapi.reading.fields import Field, Pairs, content_reader, kinds
from polymock_openapi.reading.styles import BadTextError, Decode, Kind, MalformedError

MAX_PAIRS = 10_000

Attempt = Callable[[Pairs], Any]


def split_pairs(wire: str, separator: str, decode: Decode) -> dict[str, list[str]]:
    """`name=value` pieces as wire values by decoded name; a name without `=` has the value "".

    A name that cannot be decoded is nobody's, and kept as it stands. Raises TooLarge above 10,000
    pieces.
    """
    if wire.count(separator) >= MAX_PAIRS:
        raise TooLarge(f"more than {MAX_PAIRS} `name=value` pairs")
    pairs: dict[str, list[str]] = {}
    for piece in wire.split(separator):
        name, _, value = piece.partition("=")
        if "%" in name or "+" in name or not name.isascii():
            name = _decoded_name(name, decode)
        if piece:
            pairs.setdefault(name, []).append(value)
    return pairs


def _decoded_name(wire: str, decode: Decode) -> str:
    try:
        return decode(wire)
    except BadTextError:
        return wire


class PairsField(msgspec.Struct, frozen=True):
    """A field whose value stands in one or more pairs, and how to tell that it was sent."""

    field: Field[Pairs]
    is_sent: Callable[[Pairs], bool]


class Wording(msgspec.Struct, frozen=True):
    """How a field is declared to stand on the wire; `media_type` goes before `style`."""

    style: Style
    explode: bool
    decode: Decode
    media_type: str | None = None


def pairs_field(
    name: str,
    location: str,
    wording: Wording,
    schema: Schema,
    definitions: Definitions,
    claimed: Collection[str] = (),
) -> PairsField:
    """Compile a field. `claimed` are the names of other fields, which an object with free
    properties that is spread over the pairs (form, exploded) must leave alone."""
    if wording.media_type is not None:
        return _content_pair(name, location, wording, schema, definitions)
    coercion = Coercion(schema, definitions)
    attempts: list[Attempt] = []
    tests: list[Callable[[Pairs], bool]] = []
    for kind in kinds(coercion.types):
        if kind == "object" and wording.style == "deepObject":
            attempts.append(_deep(name, wording.decode))
            tests.append(_has_prefix(name))
        elif kind == "object" and wording.style == "form" and wording.explode:
            spread = _Spread(coercion, frozenset(claimed) - {name}, wording.decode)
            attempts.append(spread.read)
            tests.append(spread.is_sent)
        else:
            attempts.extend(_whole(name, wording, kind))
            tests.append(_has_name(name, also_list=kind == "array"))
    field = Field(location, tuple(attempts), coercion, schema, definitions)
    return PairsField(field, tests[0] if len(tests) == 1 else _any_test(tuple(tests)))


def _content_pair(
    name: str, location: str, wording: Wording, schema: Schema, definitions: Definitions
) -> PairsField:
    media_type = wording.media_type or ""
    read = content_reader(media_type, wording.decode)
    coercion = None if syntax(media_type) == "json" else Coercion(schema, definitions)

    def attempt(pairs: Pairs) -> Any:
        return read(_only(pairs, name))

    field: Field[Pairs] = Field(location, (attempt,), coercion, schema, definitions)
    return PairsField(field, _has_name(name, also_list=False))


def bracket_field(
    name: str, location: str, decode: Decode, schema: Schema, definitions: Definitions
) -> PairsField:
    """An object or a list whose parts have names such as `name[a]`, `name[0][b]`."""
    coercion = Coercion(schema, definitions)
    field: Field[Pairs] = Field(location, (_deep(name, decode),), coercion, schema, definitions)
    return PairsField(field, _has_prefix(name))


def _whole(name: str, wording: Wording, kind: Kind) -> list[Attempt]:
    """Attempts for a value that is in the pairs of its own name."""
    decode = wording.decode
    if kind == "array" and wording.explode:
        return [
            lambda pairs: [decode(wire) for wire in _all(pairs, name)],
            lambda pairs: _empty_list(pairs, name),
        ]
    read = styles.reader(name, wording.style, False, kind, decode)
    attempts: list[Attempt] = [lambda pairs: read(_only(pairs, name))]
    if kind != "scalar" and wording.style == "form":
        lenient = styles.lenient_reader(False, kind, decode)
        attempts.append(lambda pairs: lenient(_only(pairs, name)))
    return attempts


def _only(pairs: Pairs, name: str) -> str:
    """The wire value of a field that has one. A repeated one is refused: which of them counts is
    a matter of taste among servers, so a client that relies on it has a fault."""
    values = pairs.get(name) or pairs.get(name + "[]") or ()
    if len(values) != 1:
        raise MalformedError(f"is given {len(values)} times; one value is expected")
    return values[0]


def _all(pairs: Pairs, name: str) -> list[str]:
    return pairs.get(name) or pairs.get(name + "[]") or []


def _empty_list(pairs: Pairs, name: str) -> list[Raw]:
    if _all(pairs, name) != [""]:
        raise MalformedError("not an empty list")
    return []


def _deep(name: str, decode: Decode) -> Attempt:
    prefix = name + "["

    def read(pairs: Pairs) -> dict[str, Raw]:
        entries = [
            (styles.bracket_keys(key[len(name) :]), wire)
            for key, values in pairs.items()
            if key.startswith(prefix) and key.endswith("]")
            for wire in values
        ]
        if not entries:
            raise MalformedError(f"expected `{name}[property]=value` (style: deepObject)")
        return styles.deep_object(entries, decode)

    return read


class _Spread:
    """An object whose properties are pairs of their own (form, exploded)."""

    def __init__(self, coercion: Coercion, claimed: frozenset[str], decode: Decode) -> None:
        self._names = frozenset(coercion.outline.properties)
        self._claimed = claimed
        self._decode = decode
        self._is_free = bool(coercion.outline.others) or not self._names

    def read(self, pairs: Pairs) -> dict[str, Raw]:
        found: dict[str, Raw] = {}
        for name in self._sent(pairs):
            texts: list[Raw] = [self._decode(wire) for wire in pairs[name]]
            found[name] = texts[0] if len(texts) == 1 else texts
        return found

    def is_sent(self, pairs: Pairs) -> bool:
        return bool(self._sent(pairs))

    def _sent(self, pairs: Pairs) -> list[str]:
        if self._is_free:
            return [name for name in pairs if name not in self._claimed]
        return [name for name in pairs if name in self._names]


def _has_name(name: str, *, also_list: bool) -> Callable[[Pairs], bool]:
    if also_list:
        return lambda pairs: name in pairs or name + "[]" in pairs
    return lambda pairs: name in pairs


def _has_prefix(name: str) -> Callable[[Pairs], bool]:
    prefix = name + "["
    return lambda pairs: name in pairs or any(key.startswith(prefix) for key in pairs)


def _any_test(tests: tuple[Callable[[Pairs], bool], ...]) -> Callable[[Pairs], bool]:
    return lambda pairs: any(test(pairs) for test in tests)
