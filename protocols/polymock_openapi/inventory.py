"""The parts of an OpenAPI document: parameters, and properties of bodies and answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from polymock.interfaces import Part, PartKind
from polymock.journal.coverage.ways import ELEMENTS, VALUES, named, way
from polymock.jsonschema import REF_PREFIX, Definitions, Schema
from polymock.media_types import parse_media_type, syntax
from polymock_openapi.model import Endpoint, MediaType, Parameter
from polymock_openapi.reading.parameters import IGNORED_HEADERS

MAX_LEVELS = 8
"""Properties further down are not listed."""
MOST_PROPERTIES, LEAST_PROPERTIES = 400, 40
"""Of one message; those at the top come first. Of a document with very many operations, fewer."""
PROPERTIES = 60_000
"""Of a document, about."""
MAX_BRANCHES = 2000
"""Schemas that are looked at for one message."""
_IN_PLACE = ("allOf", "anyOf", "oneOf", "if", "then", "else")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_UNREADABLE = ("cookie",)
"""Where parameters stand whose names the journal hides."""


def most_properties(operations: int) -> int:
    """How many properties are listed of each message of a document with so many operations."""
    return max(LEAST_PROPERTIES, min(MOST_PROPERTIES, PROPERTIES // max(operations, 1)))


def parts_of(endpoint: Endpoint, most: int = MOST_PROPERTIES) -> Iterator[Part]:
    """The parts of an operation, at most so many properties of each message; of what is not written
    as JSON or as a form, none."""
    for parameter in endpoint.parameters:
        is_ignored = (
            parameter.location == "header" and parameter.name.lower() in IGNORED_HEADERS
        ) or parameter.location in _UNREADABLE
        if not is_ignored:
            yield Part(
                operation=endpoint.name,
                kind="parameter",
                place=parameter.location,
                name=parameter.name,
                type=_type(parameter.schema, endpoint.definitions),
                required=parameter.required,
                aliases=_spread(parameter, endpoint.definitions),
            )
    if endpoint.body is not None:
        yield from _message(endpoint, "request", "", endpoint.body.content, most)
    for response in endpoint.responses:
        yield from _message(endpoint, "response", response.status, response.content, most)


def _message(
    endpoint: Endpoint, kind: PartKind, place: str, content: Mapping[str, MediaType], most: int
) -> Iterator[Part]:
    listed: dict[str, Part] = {}
    for media in content.values():
        if media.schema is None or not _is_readable(media.name):
            continue
        for name, schema, required in _properties(media.schema, kind, endpoint.definitions):
            if len(listed) >= most:
                break
            if name not in listed:
                type_ = _type(schema, endpoint.definitions)
                listed[name] = Part(endpoint.name, kind, place, name, type_, required)
    yield from listed.values()


def _properties(
    schema: Schema, kind: PartKind, definitions: Definitions
) -> Iterator[tuple[str, Schema, bool]]:
    """Every property below a schema, those at the top first: its way, its schema, and whether it is
    required. A type within itself is listed, and not gone into."""
    foreign = "readOnly" if kind == "request" else "writeOnly"
    waiting: deque[tuple[Schema, tuple[str, ...], frozenset[str]]] = deque(
        [(schema, (), frozenset())]
    )
    for _ in range(MAX_BRANCHES):
        if not waiting:
            return
        node, place, within = waiting.popleft()
        branches, within = _branches(node, definitions, within)
        required = {name for each in branches for name in each.get("required", ())}
        for branch in branches:
            for name, inner in branch.get("properties", {}).items():
                if isinstance(inner, dict) and inner.get(foreign) is True:
                    continue
                steps = (*place, named(name))
                yield way(steps), inner, name in required
                waiting.append((inner, steps, within))
            for step, inner in _unnamed(branch):
                waiting.append((inner, (*place, step), within))
        while waiting and len(waiting[0][1]) >= MAX_LEVELS:
            waiting.popleft()


def _unnamed(branch: dict[str, Any]) -> Iterator[tuple[str, Schema]]:
    """What is inside a schema beside its properties: elements of lists, values of maps."""
    items = branch.get("items")
    for inner in (items, *branch.get("prefixItems", ())):
        if isinstance(inner, dict):
            yield ELEMENTS, inner
    others = branch.get("additionalProperties")
    for inner in (others, *branch.get("patternProperties", {}).values()):
        if isinstance(inner, dict):
            yield VALUES, inner


def _branches(
    schema: Schema, definitions: Definitions, within: frozenset[str]
) -> tuple[list[dict[str, Any]], frozenset[str]]:
    """The schemas that see the same value as this one, references followed, and the definitions
    that it is then within."""
    found: list[dict[str, Any]] = []
    entered: set[str] = set()
    waiting: list[Any] = [schema]
    while waiting and len(found) < MAX_BRANCHES:
        node = waiting.pop(0)
        if not isinstance(node, dict):
            continue
        found.append(node)
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith(REF_PREFIX):
            name = reference.removeprefix(REF_PREFIX)
            if name not in within and name not in entered:
                entered.add(name)
                waiting.append(definitions.get(name))
        for keyword in _IN_PLACE:
            part = node.get(keyword)
            waiting.extend(part if isinstance(part, list) else [part])
    return found, within | entered


def _is_readable(media_type: str) -> bool:
    """Whether the journal's text of such a body shows its properties' names."""
    media = parse_media_type(media_type)
    if media is None:
        return False
    return media.is_range or syntax(media.essence) == "json" or media.essence in _FORMS


def _type(schema: Schema, definitions: Definitions) -> str:
    """The type that a schema names, by itself or behind references; "" where it names none."""
    for branch in _branches(schema, definitions, frozenset())[0]:
        written = branch.get("type")
        if isinstance(written, str):
            return written
        if isinstance(written, list):
            return "|".join(str(each) for each in written)
    return ""


def _spread(parameter: Parameter, definitions: Definitions) -> tuple[str, ...]:
    """The names that an object has in the query instead of its own: those of its properties."""
    if parameter.location != "query" or parameter.style != "form" or not parameter.explode:
        return ()
    branches = _branches(parameter.schema, definitions, frozenset())[0]
    return tuple(dict.fromkeys(name for each in branches for name in each.get("properties", ())))
