"""What an operation is about, found without compiling it: schemas of its body and its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from polymock.documents import Place
from polymock.jsonschema import Schema
from polymock.media_types import parse_media_type, syntax
from polymock_openapi.spec import swagger2
from polymock_openapi.spec.definitions import SchemaDefinitions
from polymock_openapi.spec.routes import Route, normal_status
from polymock_openapi.spec.source import Node, Source


class Sketch(msgspec.Struct, frozen=True):
    """An operation's outline.

    `answer` is the schema of its success in JSON, or in the first type that there is; None where
    that has no body. `body` is the request's. `query` are the names of a POST's query parameters.
    """

    answer: Schema | None
    body: Schema | None
    query: tuple[str, ...] = ()


class Sketcher:
    """Sketches the operations of one document."""

    def __init__(self, source: Source, definitions: SchemaDefinitions) -> None:
        self._source = source
        self._definitions = definitions
        self._root = Node(source.documents.root, source.documents.place)
        self._item: tuple[Place, Any] | None = None

    def sketch(self, route: Route) -> Sketch:
        """The outline of the operation behind a route. Raises SpecError, KeyError."""
        operation = Node(self._operation(route), route.place)
        parameters: list[Node] = []
        if self._source.dialect == "2.0" or route.method == "POST":
            item = Node(self._item_at(route.item), route.item)
            parameters = [
                found
                for holder in (item, operation)
                for entry in self._source.items(holder, "parameters")
                if (found := self._source.object(entry, "a parameter")) is not None
            ]
        return Sketch(
            answer=self._answer(operation),
            body=self._body(operation, parameters),
            query=tuple(
                str(node.value["name"])
                for node in parameters
                if node.value.get("in") == "query" and "name" in node.value
            ),
        )

    def _operation(self, route: Route) -> Any:
        """The operation as it is written; those beside it are asked for next, so that their path
        item is kept."""
        within, _, key = route.place.pointer.rpartition("/")
        if within != route.item.pointer or route.place.file != route.item.file:
            return self._source.documents.at(route.place)
        return self._item_at(route.item)[key]

    def _item_at(self, place: Place) -> Any:
        if self._item is None or self._item[0] != place:
            self._item = (place, self._source.documents.at(place))
        return self._item[1]

    def _answer(self, operation: Node) -> Schema | None:
        responses = self._source.member(operation, "responses")
        if responses is None or not isinstance(responses.value, Mapping):
            return None
        declared = {
            status: key
            for key in responses.value
            if (status := normal_status(key)) and status[0] in "2d"
        }
        if not declared:
            return None
        key = declared[min(declared, key=lambda each: (each == "default", each))]
        entry = Node(responses.value[key], responses.place.child(key))
        node = self._source.object(entry, "a response")
        if node is None:
            return None
        if self._source.dialect == "2.0":
            node = swagger2.response(node, self._types(operation, "produces"))
        return self._schema(node)

    def _body(self, operation: Node, parameters: Sequence[Node]) -> Schema | None:
        if self._source.dialect != "2.0":
            node = self._source.member(operation, "requestBody")
            found = self._source.object(node, "a request body") if node is not None else None
            return None if found is None else self._schema(found)
        consumes = self._types(operation, "consumes")
        for node in parameters:
            if node.value.get("in") == "body":
                return self._schema(swagger2.body(node, consumes))
        fields = [node for node in parameters if node.value.get("in") == "formData"]
        return self._schema(swagger2.form(fields, consumes)) if fields else None

    def _types(self, operation: Node, key: str) -> list[str]:
        return swagger2.media_types(self._source, operation, self._root, key)

    def _schema(self, node: Node) -> Schema | None:
        """The schema of a body: the one in JSON before others."""
        found: list[tuple[bool, Node]] = []
        for name, entry in self._source.members(node, "content"):
            media = self._source.object(entry, "a media type")
            if media is not None and media.value.get("schema") is not None:
                found.append((not _is_json(name), media))
        if not found:
            return None
        media = min(found, key=lambda each: each[0])[1]
        value: Any = media.value["schema"]
        return self._definitions.translator.translate(value, media.place.child("schema"))


def _is_json(name: str) -> bool:
    media = parse_media_type(name)
    return media is not None and syntax(media.essence) == "json"
