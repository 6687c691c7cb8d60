"""Which root fields read and write entities, by their names, arguments and answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
)

from polymock.world.entities import Binding, EntityKind, Role
from polymock.world.names import fold
from polymock_graphql.planning.federation import is_entities
from polymock_graphql.planning.source import Source
from polymock_graphql.planning.states import implied
from polymock_graphql.planning.words import (
    NEGATIONS,
)
from polymock_graphql.world.kinds import Kinds
from polymock_graphql.world.results import Holding, holdings
from polymock_graphql.world.verbs import Deed, read_name

MAX_DEPTH = 3
"""Input objects inside one another in which a key is looked for."""
_ROLES: Mapping[str, Role] = {
    "create": "create",
    "update": "update",
    "save": "update",
    "replace": "replace",
    "delete": "delete",
}


class Bindings:
    """The bindings of one document."""

    def __init__(self, source: Source, kinds: Kinds, made: Mapping[str, EntityKind]) -> None:
        self._source = source
        self._types = source.types
        self._kinds = kinds
        self._made = made
        self._by_collection: dict[str, str] = {}
        for name, kind in made.items():
            self._by_collection.setdefault(kind.collection, name)

    def find(self) -> Iterator[Binding]:
        """One binding for each root field that can have one."""
        query, mutation = self._source.schema.query_type, self._source.schema.mutation_type
        for name, field in query.fields.items() if query else ():
            if query and not is_entities(self._source.schema, name):
                yield from self._read(query, name, field)
        for name, field in mutation.fields.items() if mutation else ():
            if mutation:
                yield from self._written(mutation, name, field)

    def _read(self, root: GraphQLObjectType, name: str, field: GraphQLField) -> Iterator[Binding]:
        held = [h for h in holdings(self._types, field) if h.type_name in self._made and not h.path]
        if not held or is_abstract_type(get_named_type(field.type)):
            return
        place = held[0]
        if place.shape == "one":
            why = f"root field that gives one {place.type_name}"
            yield self._binding(root, name, "get", place.type_name, why)
        else:
            why = f"root field that gives a {place.shape} of {place.type_name}"
            yield self._binding(root, name, "list", place.type_name, why)

    def _written(
        self, root: GraphQLObjectType, name: str, field: GraphQLField
    ) -> Iterator[Binding]:
        deed = read_name(name)
        held = [h for h in holdings(self._types, field) if h.type_name in self._made]
        kind = self._kind(deed, held)
        if not kind:
            return
        takes_key = _takes_key(self._made[kind], field)
        role: Role = _ROLES.get(deed.act, "update")
        named = self._made[kind].collection in (deed.collection, deed.own) or not deed.collection
        why = ""
        if deed.act == "create":
            if named and any(h.type_name == kind for h in held):
                why = f"mutation that creates {kind} and answers with it"
        elif deed.act == "delete":
            if named and takes_key:
                why = f"mutation that deletes {kind}"
        elif deed.act:
            if (named or held) and (takes_key or deed.act == "save"):
                why = f"mutation that changes {kind}"
        elif takes_key and held and not deed.copies and self._says(kind, name, field):
            why = f"mutation that takes the key of {kind} and answers with it"
        yield self._binding(root, name, role, kind, why)

    def _kind(self, deed: Deed, held: list[Holding]) -> str:
        """The type that a mutation is about: the one that its name tells, else the only one that
        its answer holds."""
        changes = deed.act in ("delete", "update", "save", "replace")
        for wanted in filter(None, dict.fromkeys((deed.own, deed.collection))):
            for each in held:
                if self._made[each.type_name].collection == wanted:
                    return each.type_name
            named = self._by_collection.get(wanted, "")
            if named and changes:
                return named
        outer = [h for h in held if len(h.path) == len(held[0].path)]
        return outer[0].type_name if len({h.type_name for h in outer}) == 1 else ""

    def _says(self, kind: str, name: str, field: GraphQLField) -> bool:
        """Whether a mutation of a verb of its own says what the entity is like afterwards."""
        facts = self._kinds.facts[kind]
        if implied(name, facts.type, is_payload=False):
            return True
        fields = {fold(each) for each in facts.type.fields} - {fold(facts.key), "id"}
        return any(said in fields for said in _names(field.args, MAX_DEPTH))

    def _binding(
        self, root: GraphQLObjectType, name: str, role: Role, kind: str, why: str
    ) -> Binding:
        return Binding(f"{root.name}.{name}", role, kind, self._made[kind].collection, why)


def _takes_key(kind: EntityKind, field: GraphQLField) -> bool:
    """Whether arguments can name the entity: by its key, or by a filter."""
    own, key = fold(kind.name), fold(kind.key)
    wanted = {key, own + key, own + "id", "id", f"{key}s", "ids", own + "ids", "where", "filter"}
    return any(name in wanted for name in _names(field.args, MAX_DEPTH))


def _names(
    fields: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField], depth: int
) -> Iterator[str]:
    """The folded names of arguments, and of what is inside their input objects."""
    for name, field in fields.items():
        folded, named = fold(name), get_named_type(field.type)
        yield folded
        if isinstance(named, GraphQLInputObjectType) and depth and folded not in NEGATIONS:
            yield from _names(named.fields, depth - 1)
