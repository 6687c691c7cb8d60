"""The deep check: everything is compiled and translated, and every example held to its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from polymock.documents import Place
from polymock.errors import SpecError
from polymock.jsonschema import Definitions, Direction, Schema, Validator, subschemas
from polymock_openapi.model import Endpoint, HeaderSpec, MediaType, Parameter
from polymock_openapi.spec.definitions import SchemaDefinitions
from polymock_openapi.spec.endpoints import Compiler
from polymock_openapi.spec.keywords import FORMATS
from polymock_openapi.spec.routes import Route
from polymock_openapi.spec.source import Source


def find_problems(
    source: Source, definitions: SchemaDefinitions, routes: Sequence[Route], compiler: Compiler
) -> None:
    """Note every fault that loading alone does not show."""
    source.documents.check_keys()
    formats: set[str] = set()
    patterns: set[str] = set()
    for route in routes:
        endpoint = examine(source, route, compiler)
        if endpoint is not None:
            for schema in _schemas(endpoint):
                _collect(schema, formats, patterns)
    for name in definitions:
        _collect(definitions[name], formats, patterns)
    place = source.documents.place
    for name in sorted(formats - FORMATS):
        source.warn(place, f"the format `{name}` is not known; it is not checked")
    for pattern in sorted(patterns):
        if Validator({"pattern": pattern}, {}).skipped_patterns:
            source.warn(
                place, f"the pattern `{pattern[:200]}` is no regular expression; it is not checked"
            )


def examine(source: Source, route: Route, compiler: Compiler) -> Endpoint | None:
    """Compile one operation and hold its examples to their schemas; None where it cannot be."""
    try:
        endpoint = compiler.endpoint(route)
    except (SpecError, KeyError) as error:
        source.warn(route.place, f"it cannot be compiled: {error}")
        return None
    _check_examples(source, route.place, endpoint)
    return endpoint


def _schemas(endpoint: Endpoint) -> Iterator[Schema]:
    for parameter in endpoint.parameters:
        yield parameter.schema
    for media, _ in _media_types(endpoint):
        if media.schema is not None:
            yield media.schema
    for response in endpoint.responses:
        for header in response.headers.values():
            yield header.schema


def _collect(schema: Any, formats: set[str], patterns: set[str]) -> None:
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if "format" in node:
                formats.add(node["format"])
            if "pattern" in node:
                patterns.add(node["pattern"])
            patterns.update(node.get("patternProperties", ()))
            waiting.extend(inner for _, inner in subschemas(node))


def _media_types(endpoint: Endpoint) -> Iterator[tuple[MediaType, Direction]]:
    if endpoint.body is not None:
        for media in endpoint.body.content.values():
            yield media, "request"
    for response in endpoint.responses:
        for media in response.content.values():
            yield media, "response"


def _check_examples(source: Source, place: Place, endpoint: Endpoint) -> None:
    for media, direction in _media_types(endpoint):
        if media.schema is not None and _is_json(media.name):
            what = f"{direction} of {media.name}"
            _check(source, place, what, media.schema, media.examples, endpoint, direction)
    described: list[Parameter | HeaderSpec] = list(endpoint.parameters)
    for response in endpoint.responses:
        described.extend(response.headers.values())
    for one in described:
        what = "parameter" if isinstance(one, Parameter) else "header"
        direction = "request" if isinstance(one, Parameter) else "response"
        examples = one.examples
        _check(source, place, f"{what} `{one.name}`", one.schema, examples, endpoint, direction)


def _is_json(name: str) -> bool:
    essence = name.partition(";")[0].strip()
    return essence == "application/json" or essence.endswith("+json")


def _check(
    source: Source,
    place: Place,
    what: str,
    schema: Schema,
    examples: Mapping[str, Any],
    endpoint: Endpoint,
    direction: Direction,
) -> None:
    if not examples:
        return
    validator = _validator(schema, endpoint.definitions, direction)
    for name, value in examples.items():
        violations = validator.violations(value, "example") if validator else ()
        if violations:
            first = violations[0]
            named = f"the example `{name}`" if name else "the example"
            source.warn(
                place,
                f"{named} of the {what} breaks its schema: {first.location}: {first.message}",
            )


def _validator(schema: Schema, definitions: Definitions, direction: Direction) -> Validator | None:
    try:
        return Validator(schema, definitions, direction)
    except ValueError:  # a pattern in combination that no engine takes; named elsewhere
        return None
