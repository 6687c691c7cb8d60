"""Bodies of fields: `application/x-www-form-urlencoded` and multipart, by the Encoding Objects.

See the OpenAPI Specification 3.1, sections 4.8.14.4, 4.8.14.5 and 4.8.15.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from polymock.errors import Unreadable
from polymock.jsonschema import Definitions
from polymock.media_types import parse_media_type, syntax
from polymock.multipart import Part, split_parts
from polymock_openapi.model import Encoding, MediaType
from polymock_openapi.reading import styles
from polymock_openapi.reading.coercion import SCALARS, Coercion, Raw
from polymock_openapi.reading.encodings import parse_json, to_text
from polymock_openapi.reading.fields import Pairs
from polymock_openapi.reading.pairs import (
    PairsField,
    Wording,
    bracket_field,
    pairs_field,
    split_pairs,
)
from polymock_openapi.reading.styles import BadTextError, MalformedError
from polymock_schemas.calls import Violation


class FormReader:
    """Reads the fields of one media type's bodies into an object, typed by its schema."""

    def __init__(self, media: MediaType, definitions: Definitions) -> None:
        self._encoding = media.encoding
        self._definitions = definitions
        self._coercion = Coercion(True if media.schema is None else media.schema, definitions)
        self._declared: dict[str, tuple[PairsField, ...]] | None = None

    def read_urlencoded(self, data: bytes, found: list[Violation]) -> dict[str, Any]:
        """The object of a urlencoded body; a field that is malformed is added to `found`.

        Raises Unreadable where bytes are no text, TooLarge above 10,000 fields.
        """
        if self._declared is None:
            names = self._coercion.outline.properties
            self._declared = {name: self._fields_of(name) for name in names}
        pairs = split_pairs(data.decode("latin-1"), "&", styles.decode_query) if data else {}
        value = self._undeclared(pairs)
        for name, fields in self._declared.items():
            sent = next((field for field in fields if field.is_sent(pairs)), None)
            if sent is None:
                continue
            try:
                value[name] = sent.field.decode(pairs)
            except MalformedError as fault:
                found.append(Violation(sent.field.location, str(fault)))
        return value

    def _undeclared(self, pairs: Pairs) -> dict[str, Any]:
        declared = self._coercion.outline.properties
        value: dict[str, Any] = {}
        for name, wires in pairs.items():
            if name in declared or name.partition("[")[0] in declared:
                continue
            try:
                texts: list[Raw] = [styles.decode_query(wire) for wire in wires]
            except BadTextError as fault:
                raise Unreadable(f"{_location(name)}: {fault}") from None
            value[name] = self._coercion.property(name)(texts[0] if len(texts) == 1 else texts)
        return value

    def _fields_of(self, name: str) -> tuple[PairsField, ...]:
        """How a property may stand in the form: as its encoding says, or as clients write what
        has none: a list repeated, an object as JSON, both in brackets."""
        location = _location(name)
        coercion = self._coercion.property(name)
        schema, decode = coercion.schema, styles.decode_query
        encoding = self._encoding.get(name)
        if encoding is None:
            is_object = "object" in coercion.types and not coercion.types & SCALARS
            media_type = "application/json" if is_object else None
            wording = Wording("form", True, decode, media_type)
        else:
            is_json = syntax(encoding.content_type) == "json"
            media_type = encoding.content_type if is_json else None
            wording = Wording(encoding.style, encoding.explode, decode, media_type)
        first = pairs_field(
            name, location, wording, schema, self._definitions, self._coercion.outline.properties
        )
        if coercion.types & {"array", "object"}:
            return first, bracket_field(name, location, decode, schema, self._definitions)
        return (first,)

    def read_multipart(self, data: bytes, boundary: str, found: list[Violation]) -> Any:
        """The object of the named parts, files as bytes; a list where the schema is an array or
        no part has a name. Raises Unreadable and TooLarge as `split_parts` does."""
        parts = split_parts(data, boundary)
        if (parts and not any(part.name for part in parts)) or self._coercion.types == {"array"}:
            item = self._coercion.item
            return [_part_value(part, item, None, f"body/{n}") for n, part in enumerate(parts)]
        named: dict[str, list[Part]] = {}
        for part in parts:
            named.setdefault(part.name.removesuffix("[]"), []).append(part)
        return {name: self._property(name, group, found) for name, group in named.items()}

    def _property(self, name: str, parts: list[Part], found: list[Violation]) -> Any:
        coercion = self._coercion.property(name)
        encoding = self._encoding.get(name)
        location = _location(name)
        for part in parts:
            found.extend(_wrong_type(part, encoding, location))
        if coercion.types == {"array"} or len(parts) > 1:
            if len(parts) == 1 and _is_json_list(parts[0], encoding):
                return _part_value(parts[0], coercion, encoding, location)
            if len(parts) == 1 and encoding and not encoding.explode and not parts[0].is_file:
                text = to_text(parts[0].data, "", location)
                return coercion(list(text.split(styles.separator(encoding.style))))
            return [_part_value(part, coercion.item, encoding, location) for part in parts]
        return _part_value(parts[0], coercion, encoding, location)


def _part_value(part: Part, coercion: Coercion, encoding: Encoding | None, location: str) -> Any:
    """JSON decoded, text typed by its schema, and all else as bytes."""
    content_type = _content_type(part, encoding)
    media = parse_media_type(content_type) if content_type else None
    charset = media.parameters.get("charset", "") if media else ""
    essence = media.essence if media else ""
    is_whole = "object" in coercion.types and not coercion.types & SCALARS
    if syntax(essence) == "json" or (not content_type and not part.is_file and is_whole):
        return parse_json(part.data, charset, location)
    if part.is_file or not (essence.startswith("text/") or not content_type):
        return part.data
    if _is_binary(coercion):
        return part.data
    return coercion(to_text(part.data, charset, location))


def _content_type(part: Part, encoding: Encoding | None) -> str:
    sent = part.headers.get("content-type", "")
    if sent or encoding is None or "," in encoding.content_type or "*" in encoding.content_type:
        return sent
    return encoding.content_type


def _is_json_list(part: Part, encoding: Encoding | None) -> bool:
    media = parse_media_type(_content_type(part, encoding))
    return media is not None and syntax(media.essence) == "json" and part.data.lstrip()[:1] == b"["


def _is_binary(coercion: Coercion) -> bool:
    schema: Any = coercion.schema
    return isinstance(schema, Mapping) and schema.get("format") == "binary"


def _wrong_type(part: Part, encoding: Encoding | None, location: str) -> list[Violation]:
    sent = parse_media_type(part.headers.get("content-type", ""))
    if sent is None or encoding is None or not encoding.content_type:
        return []
    wanted = [parse_media_type(each) for each in encoding.content_type.split(",")]
    if any(media and fnmatchcase(sent.essence, media.essence) for media in wanted):
        return []
    return [Violation(location, f"is {sent.essence}; expected {encoding.content_type}")]


def _location(name: str) -> str:
    return "body/" + name.replace("~", "~0").replace("/", "~1")
