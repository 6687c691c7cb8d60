"""What a mutation answers with: the entities that it wrote, wherever its type holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    Undefined,
    get_named_type,
    is_abstract_type,
)

from polymock.samples.seeds import derive, salt
from polymock.world.names import fold
from polymock_graphql.planning.echo import Payload
from polymock_graphql.planning.entities import Arguments, Entity, Page, Resolve, Run
from polymock_graphql.planning.facts import SchemaFacts, TypeFacts
from polymock_graphql.planning.identity import place_seed
from polymock_graphql.planning.shapes import leaf_type, list_depth
from polymock_graphql.planning.words import (
    AFFECTED,
)
from polymock_graphql.world.collected import Collected
from polymock_graphql.world.objects import edge_around
from polymock_graphql.world.results import Holding, Shape, holdings


class Payloads:
    """Answers one mutation field, about the entities of one type."""

    def __init__(
        self,
        types: SchemaFacts,
        facts: TypeFacts,
        name: str,
        target: Collected,
        collected: Mapping[str, Collected],
        usual: Resolve,
        stated: Mapping[str, Any],
    ) -> None:
        self._types = types
        self._field: GraphQLField = facts.type.fields[name]
        self._target = target
        self._collected = collected
        self._usual = usual
        self._stated = stated
        self._salted = salt(name)
        self._leaf = None if leaf_type(self._field) is None else facts.leaf(name)
        self._holdings = [
            held
            for held in holdings(types, self._field)
            if held.type_name in collected
            and collected[held.type_name].collection is target.collection
        ]
        self._payload = self._payload_type()

    def __call__(
        self, entity: Entity, arguments: Arguments, run: Run, written: Sequence[Entity]
    ) -> Any:
        """The raw value of the field."""
        run.spend(len(written))
        if self._leaf is not None:
            return self._leaves(entity, arguments, run, written)
        place = place_seed(entity.seed, self._salted, {})
        direct = next((held for held in self._holdings if not held.path), None)
        if direct is not None:
            return self._placed(direct.shape, written, place, get_named_type(self._field.type).name)
        if self._payload is None:
            return self._usual(entity, arguments, run)
        said = {**self._stated, **arguments}
        return self._paid(self._payload, said, written, place, run)

    def _payload_type(self) -> TypeFacts | None:
        """The payload; of a union of results the one that tells of success."""
        named = get_named_type(self._field.type)
        if list_depth(self._field.type):
            return None
        if is_abstract_type(named):
            paths = [held.path for held in self._holdings if held.path]
            return self._types.facts(paths[0][0][0]) if paths else None
        if not isinstance(named, GraphQLObjectType) or named.name in self._collected:
            return None
        facts = self._types.facts(named.name)
        return None if facts.key or facts.is_root else facts

    def _leaves(
        self, entity: Entity, arguments: Arguments, run: Run, written: Sequence[Entity]
    ) -> Any:
        """Whether it was done, how many there were, or the keys."""
        scalar = get_named_type(self._field.type).name
        if list_depth(self._field.type):
            return self._keys(written)
        if scalar == "Boolean":
            return True
        if scalar in ("ID", "String") or (scalar == "Int" and self._target.kind.key == "id"):
            keys = self._keys(written)
            if len(keys) == 1:
                return keys[0]
        if scalar == "Int":
            return len(written)
        return self._usual(entity, arguments, run)

    def _keys(self, written: Sequence[Entity]) -> list[Any]:
        assert self._leaf is not None
        adapted = (self._leaf.adapt(self._target.key_of(each)) for each in written)
        return [value for value in adapted if value is not Undefined]

    def _placed(self, shape: Shape, written: Sequence[Entity], place: int, named: str) -> Any:
        """The entities as a field of a shape holds them; `named` is its innermost type."""
        if shape == "list":
            return list(written)
        if shape == "page":
            count = len(written)
            owner = Entity(named, place)
            page = Page(place, 0, count, count, count, False, False, owner, {}, written)
            return self._types.facts(named).entity(place, {}, page)
        if not written:
            return None
        if shape == "edge":
            page = Page(place, 0, 1, 1, 1, False, False, written[0], {}, written)
            return edge_around(named, page, 0, written[0])
        return written[0]

    def _paid(
        self,
        facts: TypeFacts,
        said: Mapping[str, Any],
        written: Sequence[Entity],
        place: int,
        run: Run,
    ) -> Entity:
        """The payload: entities, counts and keys, and what callers said of the rest."""
        found = Payload(facts, lambda name, said: len(written))(said)
        for name, field in facts.type.fields.items():
            if leaf_type(field) is not None:
                self._tell(facts, name, field, written, found)
                continue
            named = get_named_type(field.type)
            other = self._collected.get(named.name)
            if other is not None and other.collection is not self._target.collection:
                self._relate(name, field, other, written, found, run)
        self._fill(facts, found, self._holdings, written, place, 0)
        return facts.entity(place, found)

    def _fill(
        self,
        facts: TypeFacts,
        found: dict[str, Any],
        held: Sequence[Holding],
        written: Sequence[Entity],
        place: int,
        level: int,
    ) -> None:
        """Put the entities where the payload, or one inside it, holds them."""
        for name in dict.fromkeys(h.path[level][1] for h in held if len(h.path) > level):
            inner = [h for h in held if len(h.path) > level and h.path[level] == (facts.name, name)]
            if not inner:
                continue
            named = get_named_type(facts.type.fields[name].type)
            here = next((h for h in inner if len(h.path) == level + 1), None)
            if here is not None:
                found[name] = self._placed(
                    here.shape, written, derive(place, salt(name)), named.name
                )
                continue
            type_name = inner[0].path[level + 1][0]
            below: dict[str, Any] = {}
            within = self._types.facts(type_name)
            self._fill(within, below, inner, written, derive(place, salt(name)), level + 1)
            found[name] = within.entity(derive(place, salt(name)), below)

    def _tell(
        self,
        facts: TypeFacts,
        name: str,
        field: GraphQLField,
        written: Sequence[Entity],
        found: dict[str, Any],
    ) -> None:
        """A leaf of the payload that names what was written, or counts it."""
        folded, own = fold(name), fold(self._target.facts.name)
        if folded in AFFECTED and get_named_type(field.type).name == "Int":
            found[name] = len(written)
        elif folded.endswith((own + "id", own + "ids", "deletedid", "deletedids")) and written:
            keys = [facts.leaf(name).adapt(self._target.key_of(each)) for each in written]
            if not any(key is Undefined for key in keys):
                found[name] = keys if list_depth(field.type) else keys[0]

    def _relate(
        self,
        name: str,
        field: GraphQLField,
        other: Collected,
        written: Sequence[Entity],
        found: dict[str, Any],
        run: Run,
    ) -> None:
        """Another entity in the payload: the one that the written one refers to."""
        found.pop(name, None)
        if list_depth(field.type) or not written:
            return
        for reference in self._target.collection.references:
            if reference.collection == other.collection.name:
                keys = self._target.referred(written[0], reference, run)
                entity = other.find(keys[0], run) if keys else None
                if entity is not None:
                    found[name] = entity
                return
