"""What stands around an entity, or a list of them, in a declared body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from polymock.jsonschema import Definitions, Schema
from polymock.samples import Sampler
from polymock.world.adapting import properties_of, resolve
from polymock.world.collections import Collection
from polymock.world.entities import EntityKind
from polymock.world.names import fold
from polymock_openapi.world.portraits import Portrayer
from polymock_openapi.world.shapes import Found, find_list, find_object, naming


class Frame:
    """One declared body, and the place in it. `many` tells that the place holds a list."""

    def __init__(self, place: Sequence[str], portrayer: Portrayer, *, many: bool) -> None:
        self.place = tuple(place)
        self.portrayer = portrayer
        self.many = many
        self.least = 0
        self.most: int | None = None

    def put(self, body: Any, value: Any) -> Any:
        """The body with a value in its place."""
        return put(body, self.place, value)

    def take(self, body: Any) -> Any:
        """What stands in the place of a body; None where there is nothing."""
        for name in self.place:
            body = body.get(name) if isinstance(body, dict) else None
        return body


def frame_of(
    schema: Schema | None,
    definitions: Definitions,
    sampler: Sampler,
    collection: Collection,
    wanted: Found | None,
    *,
    lists: bool | None = None,
) -> Frame | None:
    """The frame of a body that holds entities of a collection; None where it holds none.

    `wanted` is the type that its operation is bound by. `lists` asks for a list, or for none.
    """
    keys = {fold(each.kind.key) for each in collection.kinds} | {fold(collection.key)}
    own = wanted.name if wanted is not None else ""

    def is_own(found: Found) -> bool:
        return bool(own) and found.name == own

    def has_key(found: Found) -> bool:
        return any(fold(name) in keys for name in found.names(definitions))

    noun = collection.entity
    for many, find, word in (
        (False, find_object, noun),
        (True, find_list, collection.name),
    ):
        if lists is not None and lists != many:
            continue
        found = find(schema, definitions, is_own, word) or find(schema, definitions, has_key, word)
        if found is None:
            continue
        kind = _kind_of(found, collection, definitions)
        portrayer = Portrayer(collection, found.schema, definitions, sampler, kind)
        frame = Frame(found.place, portrayer, many=many)
        if many:
            _bound(frame, schema, definitions)
        return frame
    return None


def _kind_of(found: Found, collection: Collection, definitions: Definitions) -> EntityKind | None:
    for each in collection.kinds:
        if each.kind.definitions is definitions and found.name == each.kind.name:
            return each.kind
    return None


def _bound(frame: Frame, schema: Schema | None, definitions: Definitions) -> None:
    body: Mapping[str, Any] = naming(schema, definitions)[1]
    for name in frame.place:
        body = naming(properties_of(dict(body), definitions).get(name), definitions)[1]
    body = resolve(dict(body), definitions)
    least, most = body.get("minItems"), body.get("maxItems")
    frame.least = least if isinstance(least, int) else 0
    frame.most = most if isinstance(most, int) else None


def put(value: Any, place: Sequence[str], new: Any) -> Any:
    """A copy of the value with another one at a place."""
    if not place:
        return new
    inner = value.get(place[0]) if isinstance(value, dict) else None
    holder = value if isinstance(value, dict) else {}
    return {**holder, place[0]: put(inner, place[1:], new)}
