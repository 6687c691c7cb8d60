"""The parts of operations: parameters, headers, media types, examples (OAS 3.1, section 4.8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from polymock.jsonschema import Schema
from polymock_openapi.model import Encoding, HeaderSpec, Location, MediaType, Parameter, Style
from polymock_openapi.spec import swagger2
from polymock_openapi.spec.definitions import SchemaDefinitions
from polymock_openapi.spec.source import Node, Source, is_shallow

LOCATIONS: Mapping[str, tuple[Location, tuple[Style, ...]]] = {
    "path": ("path", ("simple", "label", "matrix")),
    "query": ("query", ("form", "spaceDelimited", "pipeDelimited", "deepObject")),
    "header": ("header", ("simple",)),
    "cookie": ("cookie", ("form",)),
}
"""Where parameters stand, with the styles allowed there, the default first."""
IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Header parameters that the standard says to ignore (section 4.8.12.2)."""
EXAMPLE_MEMBERS = frozenset({"value", "dataValue", "serializedValue", "externalValue"})


class Parts:
    """Compiles the parts that operations are made of."""

    def __init__(self, source: Source, definitions: SchemaDefinitions) -> None:
        self._source = source
        self._definitions = definitions

    def schema(self, node: Node, key: str = "schema") -> Schema | None:
        """The translated schema that stands under a key; None where there is none."""
        inner = node.value.get(key)
        if inner is None:
            return None
        return self._definitions.translator.translate(inner, node.place.child(key))

    def parameter(self, node: Node) -> Parameter | None:
        """A Parameter Object, references followed; None where it cannot be used."""
        found = self._source.object(node, "a parameter")
        if found is None:
            return None
        name, where = found.value.get("name"), found.value.get("in")
        if not isinstance(name, str) or not name:
            self._source.warn(found.place, "a parameter needs a `name`; it is ignored")
            return None
        if not isinstance(where, str) or where not in LOCATIONS:
            self._source.warn(
                found.place, f"`in` must be path, query, header or cookie; `{name}` is ignored"
            )
            return None
        if where == "header" and name.lower() in IGNORED_HEADERS:
            return None
        location, styles = LOCATIONS[where]
        if self._source.dialect == "2.0" or ("type" in found.value and "schema" not in found.value):
            if self._source.dialect != "2.0":
                self._source.warn(found.place, "`type` belongs into `schema`")
            found = swagger2.parameter(found)
        style = self._style(found, styles)
        schema, media_type, examples = self._typed(found)
        required = self._source.flag(found, "required")
        if location == "path" and not required:
            self._source.warn(found.place, f"the path parameter `{name}` must be `required: true`")
        return Parameter(
            name=name,
            location=location,
            required=required or location == "path",
            style=style,
            explode=self._source.flag(found, "explode", otherwise=style == "form"),
            schema=schema,
            allow_reserved=self._source.flag(found, "allowReserved"),
            allow_empty=self._source.flag(found, "allowEmptyValue"),
            media_type=media_type,
            examples=examples,
        )

    def headers(self, node: Node) -> dict[str, HeaderSpec]:
        """The headers of a response or part, as they are spelled."""
        compiled: dict[str, HeaderSpec] = {}
        for name, entry in self._source.members(node, "headers"):
            header = self._source.object(entry, "a header")
            if header is None or name.lower() == "content-type":
                continue
            if self._source.dialect == "2.0":
                header = swagger2.header(header)
            schema, media_type, examples = self._typed(header)
            compiled[name] = HeaderSpec(
                name=name,
                required=self._source.flag(header, "required"),
                schema=schema,
                explode=self._source.flag(header, "explode"),
                media_type=media_type,
                examples=examples,
            )
        return compiled

    def content(self, node: Node) -> dict[str, MediaType]:
        """A `content` map; its keys lower-case."""
        compiled: dict[str, MediaType] = {}
        for name, entry in self._source.members(node, "content"):
            media = self._source.object(entry, "a media type")
            if media is None:
                media = Node({}, entry.place)
            key = name.strip().lower()
            compiled[key] = MediaType(
                name=key,
                schema=self.schema(media),
                examples=self.examples(media),
                encoding=self._encodings(media),
            )
        return compiled

    def examples(self, node: Node) -> dict[str, Any]:
        """Examples by name; the lone `example` stands under ""."""
        found: dict[str, Any] = {}
        if "example" in node.value:
            lone = self._referred(Node(node.value["example"], node.place.child("example")))
            if lone is not None and self._is_usable(lone):
                found[""] = lone.value
        for name, entry in self._source.members(node, "examples"):
            example = self._source.follow(entry)
            if example is None:
                continue
            value = self._value(example)
            if value is not None and self._is_usable(value):
                found[name] = value.value
        return found

    def _value(self, example: Node) -> Node | None:
        """The value of an Example Object."""
        value = example.value
        if not isinstance(value, dict):
            self._source.warn(example.place, "an example must be an object with a `value`")
            return example
        for key in ("value", "dataValue", "serializedValue"):
            if key in value:
                return self._referred(Node(value[key], example.place.child(key)))
        if "externalValue" in value:
            self._source.warn(example.place, "`externalValue` is not fetched; it is ignored")
        elif value.keys() - {"summary", "description"}:
            self._source.warn(example.place, "an example must be an object with a `value`")
            return example
        return None

    def _referred(self, node: Node) -> Node | None:
        """An example written as nothing but a reference: the standard has none here, people do."""
        value = node.value
        if not (isinstance(value, dict) and value.keys() == {"$ref"}):
            return node
        reference = value["$ref"]
        if not isinstance(reference, str) or not self._source.documents.exists(
            reference, node.place
        ):
            return node
        target = self._source.follow(node)
        if target is not None and isinstance(target.value, dict) and "value" in target.value:
            return Node(target.value["value"], target.place.child("value"))
        return target

    def _is_usable(self, node: Node) -> bool:
        if is_shallow(node.value):
            return True
        self._source.warn(node.place, "the example is nested too deeply and ignored")
        return False

    def _style(self, node: Node, styles: tuple[Style, ...]) -> Style:
        written = node.value.get("style", styles[0])
        if self._source.dialect == "2.0":
            styles = (*styles, *swagger2.DELIMITED)
        for style in styles:
            if written == style:
                return style
        self._source.warn(
            node.place.child("style"), f"`style` must be one of {', '.join(styles)} here"
        )
        return styles[0]

    def _typed(self, node: Node) -> tuple[Schema, str | None, Mapping[str, Any]]:
        """The schema of a parameter or header, the media type it is written in, if any, and its
        examples."""
        if "schema" not in node.value and "content" in node.value:
            for name, media in self.content(node).items():
                examples = media.examples or self.examples(node)
                return (True if media.schema is None else media.schema), name, examples
        schema = self.schema(node)
        return (True if schema is None else schema), None, self.examples(node)

    def _encodings(self, node: Node) -> dict[str, Encoding]:
        compiled: dict[str, Encoding] = {}
        for name, entry in self._source.members(node, "encoding"):
            found = self._source.object(entry, "an encoding")
            if found is None:
                continue
            style = self._style(found, LOCATIONS["query"][1])
            compiled[name] = Encoding(
                content_type=self._source.text(found, "contentType").lower(),
                style=style,
                explode=self._source.flag(found, "explode", otherwise=style == "form"),
                allow_reserved=self._source.flag(found, "allowReserved"),
                headers=self.headers(found),
            )
        return compiled
