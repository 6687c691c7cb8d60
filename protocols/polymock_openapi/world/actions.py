"""Actions on one entity: `POST /orders/{orderId}:cancel`, `PUT /posts/{id}/publish`.

What an action does, only its verb tells. Where that names a state which entities of the type have,
the action puts the entity into it; what any other does, only the config can say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from polymock.jsonschema import Definitions, Schema
from polymock.world.adapting import properties_of
from polymock.world.names import entity_name, words
from polymock.world.transitions import State, implied_state
from polymock_openapi.spec.document import Route
from polymock_openapi.world.families import Families, Family
from polymock_openapi.world.outlines import outline_of
from polymock_openapi.world.paths import ANY, PARAMETER, Address
from polymock_openapi.world.shapes import naming

_METHODS = frozenset({"POST", "PUT", "PATCH"})
MAX_SAID = 8
"""Properties of the body of an action: one that says more is about something else."""


class Action(msgspec.Struct, frozen=True):
    """A path below that of an entity: whose, what is done, and the parameter that holds the key."""

    family: Family
    verb: str
    key: str


class Actions:
    """Finds the actions of one document."""

    def __init__(self, families: Families, definitions: Definitions) -> None:
        self._families = families
        self._definitions = definitions
        self._states: dict[str, tuple[Mapping[str, Sequence[str]], Sequence[str]]] = {}

    def find(self, address: Address) -> Action | None:
        """The action that a path looks like; None where it looks like none."""
        item, slash, last = address.shape.rpartition("/")
        if last.startswith(ANY + ":"):
            item, last = f"{item}{slash}{ANY}", last.removeprefix(ANY + ":")
        family = self._families.items.get(item)
        if family is None or ANY in last or "GET" in address.routes:
            return None
        if f"{address.shape}/{ANY}" in self._families.addresses:
            return None
        verb, *rest = words(last) or ("",)
        if not verb or (rest and entity_name("_".join(rest)) != entity_name(family.noun)):
            return None
        return Action(family, verb, PARAMETER.findall(address.path)[-1])

    def state(self, action: Action, route: Route) -> State | None:
        """The state that an action leads to, where it does nothing else."""
        if route.method not in _METHODS:
            return None
        state = implied_state(action.verb, *self._told(action.family))
        if state is None:
            return None
        sketch = self._families.sketch(route)
        if not self._says_little(sketch.body):
            return None
        if sketch.answer is None:
            return state
        found = self._families.find_one(sketch.answer, action.family.noun)
        return state if found is not None and self._families.is_of(found, action.family) else None

    def _told(self, family: Family) -> tuple[Mapping[str, Sequence[str]], Sequence[str]]:
        """The states that a family's entities may be in: enums and flags."""
        known = self._states.get(family.kind)
        if known is not None:
            return known
        outline = outline_of(family.found.schema, self._definitions)
        enums: dict[str, Sequence[str]] = {}
        flags: list[str] = []
        for name in outline.names:
            if words(name)[-1:] in (("state",), ("status",)):
                options = naming(outline.schema_of(name), self._definitions)[1].get("enum")
                if isinstance(options, list):
                    enums[name] = [each for each in options if isinstance(each, str)]
            elif _is_flag(outline.written.get(name)):
                flags.append(name)
        self._states[family.kind] = (enums, flags)
        return enums, flags

    def _says_little(self, schema: Schema | None) -> bool:
        """Whether a body is none, or a small object without a file in it."""
        if schema is None:
            return True
        _, body = naming(schema, self._definitions)
        inner = properties_of(body, self._definitions)
        is_object = body.get("type", "object") == "object"
        return is_object and len(inner) <= MAX_SAID and not any(map(_is_file, inner.values()))


def _is_flag(written: Any) -> bool:
    kind = written.get("type") if isinstance(written, dict) else None
    return kind == "boolean" or (isinstance(kind, list) and "boolean" in kind)


def _is_file(schema: Any) -> bool:
    return isinstance(schema, dict) and (
        schema.get("format") == "binary"
        or schema.get("type") == "file"
        or "contentMediaType" in schema
    )
