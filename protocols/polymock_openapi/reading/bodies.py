"""Request bodies: which declared media type a body is of, its value, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

import msgspec

from polymock.errors import Unreadable, UnsupportedMedia
from polymock.jsonschema import Definitions, Schema, Validator
from polymock.media_types import MediaName, parse_media_type, syntax
from polymock_openapi.model import MediaType, RequestBody
from polymock_openapi.reading.coercion import Coercion, resolve
from polymock_openapi.reading.encodings import expand, parse_json, to_text
from polymock_openapi.reading.forms import FormReader
from polymock_openapi.xml import from_xml
from polymock_schemas.calls import Call, Violation

Family = Literal["json", "lines", "form", "multipart", "xml", "text", "binary"]

MAX_LINES = 100_000
_LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})
_OCTETS = MediaName("application", "octet-stream", {})
_FORM_NAME = "application/x-www-form-urlencoded"


class Body(msgspec.Struct, frozen=True):
    """A decoded body and its media type; UNSET and "" where there is none."""

    value: Any
    media_type: str


NO_BODY = Body(msgspec.UNSET, "")


class BodyReader:
    """Reads the bodies of one operation."""

    def __init__(self, body: RequestBody, definitions: Definitions) -> None:
        self._required = body.required
        self._declared = tuple(
            _Declared(parse_media_type(name) or _OCTETS, media, definitions)
            for name, media in body.content.items()
        )
        self._accepted = tuple(body.content)
        self._usual = {
            declared.range.essence.encode(): (declared, declared.range)
            for declared in reversed(self._declared)
            if not declared.range.parameters and "*" not in declared.range.essence
        }

    def read(self, call: Call, found: list[Violation]) -> Body:
        """The body's value; what is wrong with it is added to `found`.

        Raises UnsupportedMedia, Unreadable, TooLarge.
        """
        content_type = call.fields.get(b"content-type")
        if not call.body and not self._may_be_empty(content_type):
            if self._required:
                types = ", ".join(self._accepted)
                found.append(Violation("body", f"is required, but was not sent; send {types}"))
            return NO_BODY
        usual = self._usual.get(content_type) if content_type else None
        declared, media = usual or self._choose(content_type)
        coding = call.fields.get(b"content-encoding")
        data = expand(call.body, coding.decode("latin-1")) if coding else call.body
        return Body(declared.read(data, media, found), media.essence)

    def _may_be_empty(self, content_type: bytes | None) -> bool:
        """An empty text, file or form is a body where its type is sent."""
        if content_type is None:
            return False
        try:
            _, media = self._choose(content_type)
        except UnsupportedMedia:
            if self._required:
                raise
            return False
        return family(media.essence) in ("text", "binary", "form")

    def _choose(self, content_type: bytes | None) -> tuple[_Declared, MediaName]:
        """The declared media type of a body: the same name, its parameters too where it has any;
        then `type/*+suffix`, `type/*`, `*/*`."""
        if content_type is None:
            return self._presumed()
        media = parse_media_type(content_type.decode("latin-1"))
        if media is None or media.is_range:
            name = ascii(content_type[:80].decode("latin-1"))
            raise UnsupportedMedia(f"{name} is no media type.", self._accepted)
        fitting = [
            (score, declared)
            for declared in self._declared
            if (score := _closeness(declared.range, media))
        ]
        if not fitting:
            detail = f"The operation does not take {media.essence} bodies"
            raise UnsupportedMedia(f"{detail}, but {', '.join(self._accepted)}.", self._accepted)
        return max(fitting, key=lambda scored: scored[0])[1], media

    def _presumed(self) -> tuple[_Declared, MediaName]:
        jsons = [each for each in self._declared if syntax(each.range.essence) == "json"]
        if jsons or len(self._declared) == 1:
            declared = (jsons or self._declared)[0]
            return declared, _OCTETS if "*" in declared.range.essence else declared.range
        types = ", ".join(self._accepted)
        raise UnsupportedMedia(f"The body has no Content-Type; send {types}.", self._accepted)


def family(essence: str) -> Family:
    """How the bytes of a media type are read; `binary` where nothing here knows it."""
    written = syntax(essence)
    if written:
        return written
    if essence == _FORM_NAME:
        return "form"
    if essence.startswith("multipart/"):
        return "multipart"
    if essence in _LINES:
        return "lines"
    return "text" if essence.startswith("text/") else "binary"


def _closeness(declared: MediaName, sent: MediaName) -> int:
    if (declared.type, declared.subtype) == (sent.type, sent.subtype):
        wanted = {k: v for k, v in declared.parameters.items() if k != "charset"}
        if all(sent.parameters.get(name) == value for name, value in wanted.items()):
            return 5 if wanted else 4
        return 3
    if declared.type == sent.type and declared.subtype.startswith("*+"):
        return 3 if sent.subtype.endswith(declared.subtype[1:]) else 0
    if declared.is_range and declared.type in ("*", sent.type):
        return 1 if declared.type == "*" else 2
    return 0


class _Declared:
    """A declared media type: reads its bodies. What it needs is compiled on first use."""

    def __init__(self, media_range: MediaName, media: MediaType, definitions: Definitions) -> None:
        self.range = media_range
        self._media = media
        self._schema: Schema = True if media.schema is None else media.schema
        self._definitions = definitions

    def read(self, data: bytes, media: MediaName, found: list[Violation]) -> Any:
        """The value of a body that was sent as `media`."""
        charset = media.parameters.get("charset", "") if media.parameters else ""
        value: Any
        match family(media.essence):
            case "json":
                value = parse_json(data, charset, "body")
            case "xml":
                value = from_xml(data, self._schema, self._definitions)
            case "form":
                value = self._form.read_urlencoded(data, found)
            case "multipart":
                boundary = media.parameters.get("boundary", "")
                value = self._form.read_multipart(data, boundary, found)
                self._check(_with_text(value), found)
                return value
            case "lines":
                value = _json_lines(data, charset)
                if "array" not in self._coercion.types:
                    for number, item in enumerate(value):
                        self._check(item, found, f"body/{number}")
                    return value
            case "text":
                value = self._coercion(to_text(data, charset, "body"))
            case "binary":
                found.extend(_wrong_length(data, resolve(self._schema, self._definitions)))
                return data
        self._check(value, found)
        return value

    def _check(self, value: Any, found: list[Violation], location: str = "body") -> None:
        if self._schema is not True:
            found.extend(self._validator.violations(value, location))

    @cached_property
    def _validator(self) -> Validator:
        return Validator(self._schema, self._definitions, "request")

    @cached_property
    def _coercion(self) -> Coercion:
        return Coercion(self._schema, self._definitions)

    @cached_property
    def _form(self) -> FormReader:
        return FormReader(self._media, self._definitions)


def _json_lines(data: bytes, charset: str) -> list[Any]:
    lines = [line for line in data.split(b"\n", MAX_LINES) if line.strip()]
    if len(lines) > MAX_LINES:
        raise Unreadable(f"body: more than {MAX_LINES} lines")
    return [parse_json(line, charset, f"body, line {n}") for n, line in enumerate(lines, 1)]


def _with_text(value: Any) -> Any:
    """The value as JSON Schema can see it: a file is a string of as many characters."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, list):
        return [_with_text(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _with_text(item) for name, item in value.items()}
    return value


def _wrong_length(data: bytes, schema: Schema) -> list[Violation]:
    if isinstance(schema, bool):
        return []
    least, most = schema.get("minLength", 0), schema.get("maxLength", len(data))
    if len(data) < least:
        return [Violation("body", f"has {len(data)} bytes; at least {least} are expected")]
    if len(data) > most:
        return [Violation("body", f"has {len(data)} bytes; at most {most} are expected")]
    return []
