"""The fields of a schema over a world: entities instead of samples, and writes that are kept."""

from __future__ import annotations

from copy import copy

from polymock.world.entities import Binding
from polymock.world.model import Domain
from polymock.world.names import fold
from polymock_graphql.planning.entities import Resolve
from polymock_graphql.planning.facts import TypeFacts
from polymock_graphql.planning.fields import leaf_field, tells_problems
from polymock_graphql.planning.shapes import leaf_type
from polymock_graphql.planning.source import Source
from polymock_graphql.planning.states import boolean_of, ended, enum_with, is_ended
from polymock_graphql.world.collected import Collected, collect
from polymock_graphql.world.errors import guarded
from polymock_graphql.world.leaves import foreign_leaf, reference_leaf, told_leaf
from polymock_graphql.world.lists import Lists
from polymock_graphql.world.mutations import Mutations
from polymock_graphql.world.objects import WorldObjects


class WorldSource(Source):
    """The fields over the part of a world that a mock's contract knows."""

    _objects: WorldObjects

    def __init__(self, source: Source, domain: Domain) -> None:
        self.document = source.document
        self.schema = source.schema
        self.settings = source.settings
        self.types = copy(source.types)
        self.worldly = None
        self._domain = domain
        self._collected = collect(self.types, domain)
        self._constraints = source._constraints
        self._lists = Lists(self.types, self._collected)
        self._objects = WorldObjects(self.types, self._collected, self._lists)
        self._mutations = Mutations(self.types, self._objects, self._collected)
        self._resolves: dict[tuple[str, str], Resolve] = {}

    def _made(self, type_name: str, name: str) -> Resolve:
        facts = self.types.facts(type_name)
        if facts.is_root:
            return self._root_field(facts, name)
        if tells_problems(facts, name) or leaf_type(facts.type.fields[name]) is None:
            return super()._made(type_name, name)
        return self._told(facts, name)

    def _root_field(self, facts: TypeFacts, name: str) -> Resolve:
        binding = self._domain.bindings.get(f"{facts.name}.{name}")
        made = None if binding is None else self._bound(binding, facts, name)
        if made is not None:
            return guarded(made)
        usual = super()._made(facts.name, name)
        return guarded(usual) if leaf_type(facts.type.fields[name]) is None else usual

    def _bound(self, binding: Binding, facts: TypeFacts, name: str) -> Resolve | None:
        """What a bound root field does; None where its answer does not allow it."""
        collected = self._collected.get(binding.kind)
        if collected is None or facts.type is self.schema.subscription_type:
            return None
        if binding.role == "get":
            return self._objects.get(facts, name, collected)
        if binding.role == "list":
            return self._lists.root(facts, name, collected)
        return self._mutations.field(facts, name, binding, collected)

    def _told(self, facts: TypeFacts, name: str) -> Resolve:
        """A leaf of an object that documents may tell of."""
        usual = super()._made(facts.name, name)
        collected = self._collected.get(facts.name)
        if collected is None:
            return told_leaf(facts, name, usual)
        if name == collected.key:
            return leaf_field(facts, name)
        reference = collected.collection.reference(fold(name))
        if reference is not None:
            target = self._of_collection(reference.collection)
            return guarded(reference_leaf(collected, name, target, usual))
        told = told_leaf(facts, name, usual, is_stated=self._is_stated(facts, name))
        if collected.owns(name):
            return told
        return guarded(foreign_leaf(collected, name, told))

    def _is_stated(self, facts: TypeFacts, name: str) -> bool:
        """Whether a leaf follows from what another field says."""
        type_ = facts.type
        end = ended(type_, name)
        state = end or is_ended(type_, name)
        if not state:
            return False
        return enum_with(type_, state) is not None or bool(end and boolean_of(type_, state))

    def _of_collection(self, name: str) -> Collected | None:
        found = (each for each in self._collected.values() if each.collection.name == name)
        return next(found, None)


def within(source: Source, domain: Domain) -> Source:
    """The fields of a source over a world; the same as long as the world's part is."""
    known = source.worldly
    if known is None or known[0] is not domain:
        known = source.worldly = (domain, WorldSource(source, domain))
    return known[1]
