"""From routes to the world: collections and items, and what each operation does with them.

A path that ends in a parameter is an item's (`/pets/{petId}`), the path above it its collection's.
What it is an item of, an answer there tells: an object with a key. In doubt nothing is bound.
"""

from __future__ import annotations

import msgspec

from polymock.jsonschema import Definitions
from polymock.samples import Sampler
from polymock.world.entities import Binding, EntityKind, Inference, Role
from polymock.world.names import collection_name, fold, words
from polymock_openapi.spec.document import OpenApiDocument, Route
from polymock_openapi.world.actions import Actions
from polymock_openapi.world.families import Families, Family
from polymock_openapi.world.kinds import Kinds
from polymock_openapi.world.notes import Notes, Parent
from polymock_openapi.world.paths import Address, last_parameter, parameters_of, shape_of
from polymock_openapi.world.roles import ITEM_ROLES, Roles
from polymock_openapi.world.shapes import find_list, naming

_SEARCHES = frozenset({"find", "search", "list", "query", "filter", "lookup", "all", "by"})
_MANY = frozenset({"create", "batch", "bulk"})


def infer(document: OpenApiDocument, sampler: Sampler) -> Inference:
    """All that a document says of the world."""
    return _Inferring(document, sampler).inference()


class _Inferring:
    def __init__(self, document: OpenApiDocument, sampler: Sampler) -> None:
        self._document = document
        self._definitions: Definitions = document.definitions
        self._kinds = Kinds(document.definitions, sampler)
        self._families = Families(document, self._kinds)
        self._roles = Roles(self._families, document.definitions)
        self._actions = Actions(self._families, document.definitions)
        self._bindings: dict[str, Binding] = {}
        self._acts: dict[str, Binding] = {}
        self._offered: dict[str, Binding] = {}

    def inference(self) -> Inference:
        """What is bound, and what may be."""
        for address in self._families.addresses.values():
            self._bind_actions(address)
        for family in self._families.found.values():
            self._bind_family(family)
        for address in self._families.addresses.values():
            self._bind_beside(address)
        self._bindings.update(self._acts)
        kinds = self._kinds.all()
        if kinds:
            for route in self._document.routes:
                self._offer(route, kinds[0])
        return Inference(kinds, tuple(self._bindings.values()))

    def _bind_family(self, family: Family) -> None:
        if family.item is not None:
            for method, route in family.item.routes.items():
                role = self._roles.item_role(family, method, route)
                if role is not None:
                    self._bind(route, role, family, f"item path, {family.kind}")
        if family.collection is None:
            return
        for method, route in family.collection.routes.items():
            if method == "GET":
                self._bind_list(route, family, f"collection path, lists {family.kind}")
            elif method == "POST" and self._roles.creates(family, route):
                self._bind(route, "create", family, f"collection path, takes {family.kind}")
            elif method in ("PUT", "PATCH") and self._roles.has_key_in_body(family, route):
                role = ITEM_ROLES[method]
                self._bind(route, role, family, f"takes {family.kind} with its key", in_body=True)

    def _bind_list(self, route: Route, family: Family, why: str) -> None:
        found = self._families.find_many(self._families.sketch(route).answer, family.noun)
        if found is None or fold(self._families.key(found, family.noun, "")) != fold(family.key):
            found = self._families.keyed_list(route, family)
        if found is None:
            return
        name = self._families.type_name(found, family.noun)
        kind = self._kinds.add(name, found.schema, family.name, family.key, why)
        if kind.collection == family.name:
            self._bind(route, "list", family, why, kind=kind.name)

    def _bind_beside(self, address: Address) -> None:
        for method, route in address.routes.items():
            if route.name in self._bindings or address.is_item:
                continue
            if method == "GET" and self._searches(address):
                self._bind_search(route)
            elif method == "POST":
                self._bind_many(route, address)

    def _searches(self, address: Address) -> bool:
        said = words(address.literal)
        return bool(said) and said[0] in _SEARCHES and address.segments[-1] == address.literal

    def _bind_search(self, route: Route) -> None:
        found = find_list(
            self._families.sketch(route).answer,
            self._definitions,
            lambda f: self._families.family_of(f) is not None,
        )
        family = self._families.family_of(found) if found is not None else None
        if family is not None and self._is_below(route, family):
            self._bind_list(route, family, f"searches {family.kind}")

    def _bind_many(self, route: Route, address: Address) -> None:
        """`POST /users/createWithList`: a body that is a list of entities."""
        if not _MANY & set(words(address.literal)):
            return
        _, body = naming(self._families.sketch(route).body, self._definitions)
        found = find_list(
            body, self._definitions, lambda f: self._families.family_of(f) is not None
        )
        family = self._families.family_of(found) if found is not None and not found.place else None
        if family is not None and self._is_below(route, family):
            self._bind(route, "create", family, f"takes a list of {family.kind}", many=True)

    def _bind_actions(self, address: Address) -> None:
        """`POST /orders/{orderId}/cancel`: a verb below an entity, which may name its state."""
        action = self._actions.find(address)
        if action is None:
            return
        for route in address.routes.values():
            state = self._actions.state(action, route)
            notes = self._notes(route, action.family, "")
            notes = msgspec.structs.replace(notes, action=action.key, state=state)
            why = "" if state is None else f"{action.verb}: {state.property} is {state.value}"
            kind, name = action.family.kind, action.family.name
            told = self._offered if state is None else self._acts
            told[route.name] = Binding(route.name, "update", kind, name, why, notes)

    def _is_below(self, route: Route, family: Family) -> bool:
        address = family.collection or family.item
        assert address is not None
        root = family.collection.shape if family.collection else address.above
        return shape_of(route.path).startswith(root + "/")

    def _offer(self, route: Route, kind: EntityKind) -> None:
        """What the config may bind, and nothing else does."""
        if route.name in self._bindings or route.method not in ("POST", *ITEM_ROLES):
            return
        if route.name in self._offered:
            self._bindings[route.name] = self._offered[route.name]
            return
        role = ITEM_ROLES.get(route.method, "create")
        key = last_parameter(route.path)
        self._bindings[route.name] = Binding(
            route.name, role, kind.name, kind.collection, notes=self._notes(route, None, key)
        )

    def _bind(
        self,
        route: Route,
        role: Role,
        family: Family,
        why: str,
        *,
        kind: str = "",
        in_body: bool = False,
        many: bool = False,
    ) -> None:
        if route.name in self._acts:
            return
        key = last_parameter(route.path) if role not in ("list", "create") else ""
        notes = self._notes(route, family, key)
        notes = msgspec.structs.replace(notes, in_body=in_body, many=many)
        self._bindings[route.name] = Binding(
            route.name, role, kind or family.kind, family.name, why, notes
        )
        if notes.parents:
            self._refer(kind or family.kind, notes.parents[-1])

    def _notes(self, route: Route, family: Family | None, key: str) -> Notes:
        parents: list[Parent] = []
        scopes: list[str] = []
        for name, shape in parameters_of(route.path):
            if name == key:
                continue
            parent = self._families.items.get(shape)
            if parent is None:
                scopes.append(name)
            else:
                parents.append(Parent(name, parent.kind))
        main = self._main(family)
        reader = main.routes.get("GET") if main is not None else None
        return Notes(
            key=key,
            parents=tuple(parents),
            scopes=tuple(scopes),
            item=main.path if main is not None else "",
            reader=reader.name if reader is not None else "",
        )

    def _main(self, family: Family | None) -> Address | None:
        """The path of the entities that a family shows, there or elsewhere."""
        if family is None:
            return None
        if family.item is not None:
            return family.item
        return next(
            (
                each.item
                for each in self._families.found.values()
                if each.item and each.name == family.name
            ),
            None,
        )

    def _refer(self, kind_name: str, parent: Parent) -> None:
        """See to it that entities below others refer to them."""
        kind, target = self._kinds.get(kind_name), self._kinds.get(parent.kind)
        assert kind is not None
        assert target is not None
        for told in kind.references:
            noun = collection_name(told.target)
            if noun == target.collection or noun.endswith("_" + target.collection):
                return
        self._kinds.refer(kind_name, parent.parameter, target.name)
