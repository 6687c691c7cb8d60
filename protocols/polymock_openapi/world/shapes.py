"""Where an entity stands in a body: bare, in a list, or inside an envelope such as `{data: …}`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from polymock.jsonschema import REF_PREFIX, Definitions, Schema
from polymock.world.adapting import properties_of, resolve
from polymock.world.names import fold
from polymock_openapi.spec.definitions import SchemaDefinitions

MAX_DEPTH = 2
"""Objects around an entity, or a list of them, that are taken for an envelope."""
_SCALARS = frozenset({"string", "integer", "number", "boolean", "null"})
MAX_MEMBERS = 500
"""Members of envelopes that are looked at."""
_FOLLOWED = 12
_OBJECTS = frozenset({"data", "item", "result", "payload", "resource", "entity", "record", "body"})
_LISTS = frozenset(
    {
        *("data", "items", "results", "result", "records", "values", "entries", "content", "list"),
        *("rows", "elements", "hits", "objects", "resources", "entities", "payload", "value"),
    }
)
"""What members of envelopes are called, folded."""


class Found(NamedTuple):
    """An object's schema, its name ("" where it stands inline), and the members that lead to it.

    Of a list, `place` leads to the list and the schema is that of its items.
    """

    place: tuple[str, ...]
    schema: Schema
    name: str

    def properties(self, definitions: Definitions) -> dict[str, Schema]:
        """The object's properties by name."""
        return properties_of(self.schema, definitions)

    def names(self, definitions: Definitions) -> tuple[str, ...]:
        """The names of the object's properties."""
        written = glance(self.schema, definitions)
        return tuple(self.properties(definitions) if written is None else written[1])


Fits = Callable[[Found], bool]


def glance(schema: Schema | None, definitions: Definitions) -> tuple[str, Mapping[str, Any]] | None:
    """The name of the plain object that a schema refers to, and its properties as they are written;
    None where it is anything else.

    A large document has thousands of schemas: it would take long to translate all of them.
    """
    ref = schema.get("$ref") if isinstance(schema, dict) else None
    if not isinstance(ref, str) or not isinstance(definitions, SchemaDefinitions):
        return None
    name = ref.removeprefix(REF_PREFIX)
    own = definitions.plain(name)
    return None if own is None else (name, own)


def naming(schema: Schema | None, definitions: Definitions) -> tuple[str, dict[str, Any]]:
    """The name of what a schema refers to, and that itself: behind `$ref`, a lone `allOf`, and a
    choice between one thing and null."""
    name = ""
    for _ in range(_FOLLOWED):
        if not isinstance(schema, dict):
            return name, {}
        ref = schema.get("$ref")
        if isinstance(ref, str):
            name = ref.removeprefix(REF_PREFIX)
            schema = definitions.get(name)
            continue
        inner = _lone(schema, definitions)
        if inner is None:
            title = schema.get("title")
            return name or (title if isinstance(title, str) else ""), schema
        schema = inner
    return name, {}


def _lone(schema: dict[str, Any], definitions: Definitions) -> Schema | None:
    if "properties" in schema or "items" in schema:
        return None
    whole = schema.get("allOf")
    inner: Schema | None = None
    if isinstance(whole, list) and len(whole) == 1:
        inner = whole[0]
    for keyword in ("anyOf", "oneOf"):
        branches = schema.get(keyword)
        if isinstance(branches, list) and len(branches) <= 2:
            some = [each for each in branches if not _is_null(each, definitions)]
            if len(some) == 1:
                inner = some[0]
    return inner


def _is_null(schema: Schema, definitions: Definitions) -> bool:
    if isinstance(schema, dict) and "properties" in schema:
        return False
    return resolve(schema, definitions).get("type") == "null"


def is_usual(member: str) -> bool:
    """Whether this is what envelopes call the member that holds an object."""
    return fold(member) in _OBJECTS


def find_object(
    schema: Schema | None, definitions: Definitions, fits: Fits, wanted: str = ""
) -> Found | None:
    """The object that fits, bare or in envelopes. `wanted` is a name that its member may have."""
    return _find(schema, definitions, fits, wanted, _bare, _OBJECTS)


def find_list(
    schema: Schema | None, definitions: Definitions, fits: Fits, wanted: str = ""
) -> Found | None:
    """The list of objects that fit, bare or in envelopes."""
    return _find(schema, definitions, fits, wanted, _items, _LISTS)


def _find(
    schema: Schema | None,
    definitions: Definitions,
    fits: Fits,
    wanted: str,
    take: Callable[[Schema | None, Definitions], Found | None],
    usual: frozenset[str],
) -> Found | None:
    """What fits and has the fewest objects around it; of several what is called as it should be."""
    level: Sequence[tuple[tuple[str, ...], Schema | None]] = [((), schema)]
    for depth in range(MAX_DEPTH + 1):
        inside: list[Found] = []
        for place, each in level:
            found = take(each, definitions)
            if found is not None and fits(found):
                inside.append(found._replace(place=place) if place else found)
        if inside:
            return _told_apart(inside, wanted, usual)
        if depth < MAX_DEPTH:
            level = [
                ((*place, name), member)
                for place, each in level
                for name, member in _members(each, definitions)
            ][:MAX_MEMBERS]
    return None


def _told_apart(found: list[Found], wanted: str, usual: frozenset[str]) -> Found | None:
    if len(found) == 1:
        return found[0]
    told = [each for each in found if wanted and fold(each.place[-1]) == fold(wanted)]
    told += [each for each in found if fold(each.place[-1]) in usual]
    return told[0] if told else None


def _bare(schema: Schema | None, definitions: Definitions) -> Found | None:
    if schema is None:
        return None
    written = glance(schema, definitions)
    if written is not None:
        return Found((), schema, written[0])
    name, body = naming(schema, definitions)
    if body.get("type") == "array" or not properties_of(body, definitions):
        return None
    return Found((), schema, name)


def _items(schema: Schema | None, definitions: Definitions) -> Found | None:
    _, body = naming(schema, definitions)
    items = body.get("items")
    return _bare(items, definitions) if isinstance(items, dict) else None


def _members(schema: Schema | None, definitions: Definitions) -> Iterator[tuple[str, Schema]]:
    _, body = naming(schema, definitions)
    if body.get("type") == "array":
        return
    for name, member in properties_of(body, definitions).items():
        kind = member.get("type") if isinstance(member, dict) else "boolean"
        if not (isinstance(kind, str) and kind in _SCALARS):
            yield name, member
