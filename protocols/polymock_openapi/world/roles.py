"""What an operation does with the entities of its paths, by what it takes and answers."""

from __future__ import annotations

from collections.abc import Mapping

from polymock.jsonschema import Definitions, Schema
from polymock.world.adapting import properties_of
from polymock.world.entities import Role
from polymock.world.names import fold
from polymock_openapi.spec.document import Route
from polymock_openapi.spec.sketches import Sketch
from polymock_openapi.world.families import Families, Family
from polymock_openapi.world.paths import last_parameter, parameters_of
from polymock_openapi.world.shapes import Found, find_object, glance, naming

ITEM_ROLES: Mapping[str, Role] = {
    "GET": "get",
    "PUT": "replace",
    "PATCH": "update",
    "DELETE": "delete",
}
MAX_ENVELOPE = 4
"""Members of the envelope of a request."""


class Roles:
    """Decides over the operations of one document."""

    def __init__(self, families: Families, definitions: Definitions) -> None:
        self._families = families
        self._definitions = definitions

    def item_role(self, family: Family, method: str, route: Route) -> Role | None:
        """What an operation on an item's path does; None where that is in doubt."""
        if method == "DELETE":
            return "delete" if self._deletes(family, route) else None
        sketch = self._families.sketch(route)
        if method == "GET":
            found = self._families.find_one(sketch.answer, family.noun, last_parameter(route.path))
            return "get" if found is not None and self._families.is_of(found, family) else None
        if method == "PUT":
            return "replace" if self._shares(sketch.body, family) else None
        if method == "PATCH":
            is_patch = naming(sketch.body, self._definitions)[1].get("type") == "array"
            return "update" if is_patch or self._shares(sketch.body, family) else None
        assert family.item is not None
        has_others = bool({"PUT", "PATCH"} & family.item.routes.keys())
        if method == "POST" and not has_others and self._updates(sketch, family):
            return "update"
        return None

    def _deletes(self, family: Family, route: Route) -> bool:
        """Whether a DELETE takes the entity away, and not only from among those of another.

        A PUT without a body puts it among those of another, as GitHub's `/repositories/{id}` below
        a team: the DELETE beside it undoes that.
        """
        assert family.item is not None
        routes = family.item.routes
        if len(parameters_of(route.path)) == 1:
            return True
        if "PUT" in routes:
            put = self._families.sketch(routes["PUT"])
            return put.body is not None or bool(put.query)
        if {"GET", "PATCH"} & routes.keys():
            return True
        above = family.collection.routes.get("POST") if family.collection else None
        return above is not None and self.creates(family, above)

    def _updates(self, sketch: Sketch, family: Family) -> bool:
        """Whether a POST to an item says some of its properties anew, and nothing else."""
        known = {fold(name) for name in family.found.names(self._definitions)}
        body = self._request(sketch.body, family)
        said = {fold(name) for name in (*(body or ()), *sketch.query)}
        answered = self._families.find_one(sketch.answer, family.noun)
        is_answered = sketch.answer is None or (
            answered is not None and self._families.is_of(answered, family)
        )
        return bool(said) and said <= known and is_answered

    def creates(self, family: Family, route: Route) -> bool:
        """Whether a POST to a collection makes a new entity; it may only take one in."""
        sketch = self._families.sketch(route)
        answered = self._families.find_one(sketch.answer, family.noun)
        is_answered = answered is not None and self._families.is_of(answered, family)
        if sketch.body is None:
            return is_answered
        body = self._request(sketch.body, family) or ()
        if not body:
            return is_answered and self._is_open(sketch.body)
        is_attached = {fold(name) for name in body} == {fold(family.key)}
        return not is_attached and self._shares(sketch.body, family)

    def has_key_in_body(self, family: Family, route: Route) -> bool:
        """Whether a write to a collection says in its body which entity it is about."""
        body = self._request(self._families.sketch(route).body, family)
        return body is not None and fold(family.key) in map(fold, body)

    def _shares(self, schema: Schema | None, family: Family) -> bool:
        """Whether at least half of the properties of a body are the entity's."""
        body = self._request(schema, family)
        if not body:
            return schema is not None and self._is_open(schema)
        known = {fold(name) for name in family.found.names(self._definitions)}
        return 2 * sum(fold(name) in known for name in body) >= len(body)

    def _is_open(self, schema: Schema) -> bool:
        """Whether a body is an object of which nothing is said."""
        if glance(schema, self._definitions) is not None:
            return False
        _, body = naming(schema, self._definitions)
        return body.get("type", "object") == "object" and not properties_of(
            schema, self._definitions
        )

    def _request(self, schema: Schema | None, family: Family) -> tuple[str, ...] | None:
        """The properties of an entity in a request's body, bare or in an envelope."""
        known = {fold(name) for name in family.found.names(self._definitions)}

        def fits(found: Found) -> bool:
            return any(fold(name) in known for name in found.names(self._definitions))

        bare = Found((), True if schema is None else schema, "")
        if len(bare.names(self._definitions)) > MAX_ENVELOPE and not fits(bare):
            return None
        found = find_object(schema, self._definitions, fits, family.noun)
        return None if found is None else found.names(self._definitions)
