"""What a caller may say of an entity, and where in a body it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from polymock.jsonschema import is_marked
from polymock.world.adapting import properties_of
from polymock.world.entities import EntityKind
from polymock.world.names import fold
from polymock_openapi.model import Endpoint
from polymock_openapi.world.shapes import Found, find_object, naming


class Request(msgspec.Struct, frozen=True):
    """Where the entity stands in a body, and what a caller may say of it, folded: `settable` are
    such properties, the key may be one. `fixed` are the key and those that only the server sets."""

    place: tuple[str, ...]
    settable: frozenset[str]
    fixed: frozenset[str]

    def free(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """What is said of properties that are not fixed."""
        fixed = self.fixed
        return {name: item for name, item in said.items() if fold(name) not in fixed}


def request_of(endpoint: Endpoint, kind: EntityKind, noun: str, media_type: str) -> Request:
    """How a body of a media type is read; of a POST the query tells of the entity too."""
    content = endpoint.body.content if endpoint.body is not None else {}
    media = content.get(media_type) or next(iter(content.values()), None)
    schema = media.schema if media is not None else None
    definitions = endpoint.definitions
    mine = {fold(name) for name in kind.properties}

    def fits(found: Found) -> bool:
        return any(fold(name) in mine for name in found.names(definitions))

    _, body = naming(schema, definitions)
    if body.get("type") == "array":
        schema = body.get("items")
    found = find_object(schema, definitions, fits, noun)
    own = properties_of(kind.schema, kind.definitions)
    properties = found.properties(definitions) if found is not None else {}
    if not properties and endpoint.body is not None:
        properties = dict(own)
    for parameter in endpoint.parameters if endpoint.method == "POST" else ():
        if parameter.location == "query" and fold(parameter.name) in mine:
            properties.setdefault(parameter.name, parameter.schema)
    read_only = {
        fold(name)
        for known in (properties, own)
        for name, inner in known.items()
        if is_marked(inner, "readOnly", definitions)
    }
    settable = {fold(name) for name in properties} - read_only
    fixed = frozenset({*read_only, fold(kind.key)})
    return Request(found.place if found else (), frozenset(settable), fixed)
