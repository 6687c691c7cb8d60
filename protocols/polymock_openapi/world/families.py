"""Collections and their items: the paths of entities, and the types of these."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from polymock.errors import SpecError
from polymock.jsonschema import Definitions, Schema
from polymock.world.names import collection_name, entity_name, fold, key_property, words
from polymock_openapi.spec.document import OpenApiDocument, Route
from polymock_openapi.spec.sketches import Sketch
from polymock_openapi.world.kinds import Kinds
from polymock_openapi.world.paths import (
    Address,
    addresses,
    is_called,
    is_plural,
    last_parameter,
    shape_of,
)
from polymock_openapi.world.shapes import Found, find_list, find_object, is_usual

_NOTHING = Sketch(None, None)
_TELLING = frozenset({"GET", "POST", "PUT", "PATCH"})
"""Methods whose operations are looked at along with one beside them: a path is decoded once."""
_STRONG = frozenset({"id", "uuid", "guid", "key"})
_NAMELESS = ("inline_response", "inlineresponse", "inline")
_VERBS = frozenset(
    {"get", "find", "search", "list", "query", "filter", "lookup", "all", "by", "merge"}
)


class Family(msgspec.Struct):
    """A collection's path and its items', and the type of the entities there."""

    collection: Address | None
    item: Address | None
    found: Found
    noun: str
    key: str
    kind: str = ""
    name: str = ""

    @property
    def literal(self) -> str:
        """The part of the path that names the collection."""
        address = self.collection or self.item
        assert address is not None
        return address.literal

    @property
    def is_called_so(self) -> bool:
        """Whether the path names the type."""
        return is_called(self.literal, self.name)


class Families:
    """The families of one document. `found` are they by the shapes of their collections' paths,
    `items` by those of their items'."""

    def __init__(self, document: OpenApiDocument, kinds: Kinds) -> None:
        self._document = document
        self._definitions: Definitions = document.definitions
        self._kinds = kinds
        self._sketches: dict[str, Sketch] = {}
        self.addresses = addresses(document.routes)
        self.found: dict[str, Family] = {}
        self.items: dict[str, Family] = {}
        for family in self._chosen():
            self._add(family)

    def _chosen(self) -> Iterator[Family]:
        """Those whose paths name their types, then the others, whose types must have no other."""
        found = list(self._candidates())
        yield from (each for each in found if each.is_called_so)
        named = {each.name for each in found if each.is_called_so}
        for family in found:
            if not family.is_called_so and family.name not in named and family.item is not None:
                named.add(family.name)
                yield family

    def _candidates(self) -> Iterator[Family]:
        for address in self.addresses.values():
            if address.is_item:
                family = self._family(self.addresses.get(address.above), address)
            elif not self._has_item(address):
                family = self._family(address, None)
            else:
                continue
            if family is not None:
                yield family

    def _has_item(self, address: Address) -> bool:
        below = self.addresses.get(f"{address.shape}/{{}}")
        return below is not None and below.is_item

    def _family(self, collection: Address | None, item: Address | None) -> Family | None:
        """The family of two paths, if something there tells of an entity with a key."""
        address = item or collection
        assert address is not None
        noun = entity_name(address.literal)
        if not noun or words(address.literal)[0] in _VERBS:
            return None
        parameter = last_parameter(item.path) if item is not None else ""
        found = self._subject(collection, item, noun, parameter)
        if found is None:
            return None
        properties = found.names(self._definitions)
        name = self.type_name(found, noun)
        key = key_property(properties, entity_name(name), parameter)
        if not key:
            return None
        family = Family(collection, item, found, noun, key, name=collection_name(name))
        if family.is_called_so:
            is_named = name == found.name or is_plural(address.literal)
            return family if item is not None or is_named else None
        is_hidden = bool(found.place) and not is_usual(found.place[-1])
        return None if item is None or is_hidden else family

    def _subject(
        self, collection: Address | None, item: Address | None, noun: str, parameter: str
    ) -> Found | None:
        """The entity's schema: of the first operation that shows one."""
        own = item.routes if item else {}
        above = collection.routes if collection else {}
        listing = self.sketch(above.get("GET")).answer
        if "GET" in own:
            return self.find_one(self.sketch(own["GET"]).answer, noun, parameter)
        if item is None and "GET" in above:
            return self.find_many(listing, noun, parameter)
        found = self.find_many(listing, noun, parameter)
        for method, routes in (("PUT", own), ("PATCH", own), ("POST", above)):
            found = found or self.find_one(self.sketch(routes.get(method)).answer, noun, parameter)
        return found

    def find_one(self, schema: Schema | None, noun: str, parameter: str = "") -> Found | None:
        """The entity in an answer: one with a key that only entities have before others."""
        return find_object(
            schema, self._definitions, lambda found: self._is_keyed(found, noun, parameter), noun
        ) or find_object(
            schema,
            self._definitions,
            lambda found: bool(self.key(found, noun, parameter)),
            noun,
        )

    def find_many(self, schema: Schema | None, noun: str, parameter: str = "") -> Found | None:
        """The list of entities in an answer."""
        return find_list(
            schema,
            self._definitions,
            lambda found: bool(self.key(found, noun, parameter)),
            collection_name(noun),
        )

    def key(self, found: Found, noun: str, parameter: str) -> str:
        """The property that is the key of an object; "" for none."""
        properties = found.names(self._definitions)
        return key_property(properties, entity_name(self.type_name(found, noun)), parameter)

    def _is_keyed(self, found: Found, noun: str, parameter: str) -> bool:
        """Whether an object has a key that nothing but an entity has: an envelope may well have
        a `code` or a `number`."""
        key = fold(self.key(found, noun, parameter))
        own = fold(entity_name(self.type_name(found, noun)))
        asked = fold(parameter)
        return bool(key) and (
            key in _STRONG or key.removeprefix(own) in _STRONG or key == asked or own + key == asked
        )

    def type_name(self, found: Found, noun: str) -> str:
        """What an object's type is called: its definition, or else what its path says."""
        name = found.name
        is_nameless = not collection_name(name) or fold(name).startswith(_NAMELESS)
        if name not in self._definitions or is_nameless or "." in name:
            return "".join(word.capitalize() for word in words(noun))
        return name

    def _add(self, family: Family) -> None:
        """Take a family; one whose type is kept by another key is no family."""
        why = f"answers at {self._path(family)}"
        name = self.type_name(family.found, family.noun)
        kind = self._kinds.add(name, family.found.schema, family.name, family.key, why)
        if fold(kind.key) != fold(family.key) or kind.collection != family.name:
            return
        family.kind = kind.name
        address = family.collection or family.item
        assert address is not None
        shape = family.collection.shape if family.collection else address.above
        self.found[shape] = family
        if family.item is not None:
            self.items[family.item.shape] = family

    def _path(self, family: Family) -> str:
        address = family.item or family.collection
        assert address is not None
        return address.path

    def is_of(self, found: Found, family: Family) -> bool:
        """Whether an object is one of a family's type, or of one that is called the same."""
        return (
            found.name == family.found.name
            or collection_name(self.type_name(found, family.noun)) == family.name
        )

    def keyed_list(self, route: Route, family: Family) -> Found | None:
        """The list whose items have the property that is the family's key."""
        wanted = fold(family.key)
        return find_list(
            self.sketch(route).answer,
            self._definitions,
            lambda found: any(fold(n) == wanted for n in found.names(self._definitions)),
            collection_name(family.noun),
        )

    def family_of(self, found: Found | None) -> Family | None:
        """The family of a named type."""
        if found is None or not found.name:
            return None
        return next((each for each in self.found.values() if each.found.name == found.name), None)

    def sketch(self, route: Route | None) -> Sketch:
        """The outline of the operation behind a route; an empty one where there is none."""
        if route is None:
            return _NOTHING
        known = self._sketches.get(route.name)
        if known is None:
            known = self._sketched(route)
            for method, other in self.addresses[shape_of(route.path)].routes.items():
                if method in _TELLING and other.name not in self._sketches:
                    self._sketched(other)
        return known

    def _sketched(self, route: Route) -> Sketch:
        try:
            sketch = self._document.sketch(route)
        except SpecError:
            sketch = _NOTHING
        self._sketches[route.name] = sketch
        return sketch
