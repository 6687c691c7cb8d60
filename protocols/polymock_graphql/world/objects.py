"""Fields that hold objects, over a world: entities by their keys, and values in documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
)

from polymock.samples.seeds import derive, salt
from polymock.world.entities import MISSING
from polymock.world.keys import key_text
from polymock.world.names import fold
from polymock_graphql.planning.entities import Arguments, Entity, Page, Resolve, Run, Told
from polymock_graphql.planning.facts import SchemaFacts, TypeFacts
from polymock_graphql.planning.identity import named_type, place_seed
from polymock_graphql.planning.lists import keyed_cursor
from polymock_graphql.planning.objects import EDGE, Make, ObjectFields, item_of
from polymock_graphql.planning.relations import Reached
from polymock_graphql.planning.shapes import list_depth
from polymock_graphql.planning.words import (
    KEYS,
)
from polymock_graphql.world.collected import Collected, is_written, world_of
from polymock_graphql.world.errors import guarded, not_found
from polymock_graphql.world.inside import inner_values

if TYPE_CHECKING:
    from polymock_graphql.world.lists import Lists


class WorldObjects(ObjectFields):
    """Makes the fields that hold objects; `collected` are the types of entities by name."""

    def __init__(
        self, types: SchemaFacts, collected: Mapping[str, Collected], lists: Lists
    ) -> None:
        super().__init__(types)
        self._collected = collected
        self._lists = lists

    def field(self, facts: TypeFacts, name: str) -> Resolve:
        """What a field gives whose innermost type is an object, interface or union."""
        field = facts.type.fields[name]
        named, depth = get_named_type(field.type), list_depth(field.type)
        shape = facts.page
        if shape is not None and depth and name in shape.fields:
            return self._world_window(facts, name)
        if not self._meets(named):
            usual = super().field(facts, name)
            if facts.is_root:
                return usual
            owner = self._collected.get(facts.name)
            return inner_values(self._types, facts, name, owner, super()._make(named), usual)
        target = self._collected.get(named.name)
        if target is None:  # an abstract type, or a page of entities
            paged = self._page_item(named)
            if paged is not None and not depth:
                return guarded(self._lists.nested(facts, name, paged))
            return guarded(_present(super().field(facts, name)))
        if depth == 1:
            return guarded(self._lists.nested(facts, name, target))
        if depth:
            return guarded(_present(super().field(facts, name)))
        return guarded(self._single(facts, name, target))

    def get(self, facts: TypeFacts, name: str, collected: Collected) -> Resolve | None:
        """A root field that finds one entity."""
        field = facts.type.fields[name]
        named = get_named_type(field.type)
        target = self._collected.get(named.name)
        if target is None or target.collection is not collected.collection:
            return None
        if list_depth(field.type):
            return None
        required, salted = isinstance(field.type, GraphQLNonNull), salt(name)
        search = self._lists.search(facts, name, target)

        def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
            key = target.key_in(arguments) if arguments else MISSING
            if key is not MISSING:
                found = target.find(key, run)
                if found is None and required:
                    raise not_found(target.collection.entity, key_text(key))
                return found
            found, is_asked = search(arguments, run, 0)
            if found is not None or (is_asked and target.is_changed(run) and _is_bare(target)):
                return found
            made = target.placed(place_seed(entity.seed, salted, arguments), run)
            if made is None or not arguments:
                return made
            echoed = self.echo(target.facts)(arguments)
            return Entity(made.type_name, made.seed, {**echoed, **made.said}, None, made.told)

        return resolve

    def represented(
        self, facts: TypeFacts, place: int, said: Mapping[str, Any], run: Run
    ) -> Entity | None:
        """The entity of the key that is said, with what is said of it beside."""
        target = self._collected.get(facts.name)
        if target is None:
            return super().represented(facts, place, said, run)
        key = target.key_in(said)
        found = target.placed(place, run) if key is MISSING else target.find(key, run)
        if found is None:
            return None
        known = {**self.echo(facts)(said), target.key: found.said[target.key]}
        return Entity(found.type_name, found.seed, known, None, found.told)

    def _make(self, named: GraphQLNamedType) -> Make:
        """Makes objects of a type; those of collections by their keys."""
        usual = super()._make(named)
        if isinstance(named, GraphQLObjectType):
            target = self._collected.get(named.name)
            return usual if target is None else _of_key(target)
        if not self._meets(named):
            return usual
        assert is_abstract_type(named)
        abstract, types = named, self._types
        folded = fold(abstract.name)
        possible = frozenset(types.possible(abstract))

        def make(
            place: int, said: Mapping[str, Any], turn: int, reached: Reached, run: Run
        ) -> Entity | None:
            found = self._by_row(possible, folded, said, run) if said else None
            if found is not None:
                return found
            made = usual(place, said, turn, reached, run)
            target = None if made is None else self._collected.get(made.type_name)
            if target is None or made is None:
                return made
            if said and (key := made.said.get(target.key)) is not None and _says(said, key):
                return target.find(key, run)
            return target.placed(place, run)

        return make

    def _by_row(
        self, possible: frozenset[str], folded: str, said: Mapping[str, Any], run: Run
    ) -> Entity | None:
        """The entity that somebody wrote under an id that does not tell its type."""
        key = next((v for name, v in said.items() if fold(name) in (*KEYS, folded + "id")), MISSING)
        if not isinstance(key, str | int) or named_type(key) in possible:
            return None
        for name in sorted(possible):
            target = self._collected.get(name)
            if target is None or not is_written(run, target.collection.name):
                continue
            if world_of(run).rows.get(target.collection.name, key_text(key)) is not None:
                return target.find(key, run)
        return None

    def _meets(self, named: GraphQLNamedType) -> bool:
        """Whether objects of a type, or of a page's items, can be entities."""
        if named.name in self._collected:
            return True
        if is_abstract_type(named):
            return any(name in self._collected for name in self._types.possible(named))
        return self._page_item(named) is not None

    def _page_item(self, named: GraphQLNamedType) -> Collected | None:
        """The entities that a connection or page holds."""
        if not isinstance(named, GraphQLObjectType):
            return None
        facts = self._types.facts(named.name)
        item = item_of(facts) if facts.page is not None else None
        return None if item is None else self._collected.get(item.name)

    def _single(self, facts: TypeFacts, name: str, target: Collected) -> Resolve:
        """One entity: the one that is given, that arguments name, or that the object refers to."""
        folded, salted = fold(name), salt(name)
        owner = self._collected.get(facts.name)
        reference = None if owner is None else owner.collection.reference(folded)
        if reference is not None and reference.collection != target.collection.name:
            reference = None
        field = facts.type.fields[name]
        required = isinstance(field.type, GraphQLNonNull)
        is_event = facts.type is self._types.schema.subscription_type
        search = self._lists.search(facts, name, target)

        def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
            given = entity.said.get(name)
            if isinstance(given, Entity):
                return given
            key = target.key_in(arguments) if arguments else MISSING
            is_asked = key is not MISSING
            if key is MISSING and given:
                key = target.key_in(given)
            if key is MISSING and owner is not None and reference is not None:
                keys = owner.referred(entity, reference, run)
                if not keys and not required:
                    return None
                key = keys[0] if keys else MISSING
            if key is MISSING and entity.told is not None:
                key = _held_key(entity.told, name, folded, target)
                if key is None and not required:
                    return None
            if key is MISSING or key is None:
                place = place_seed(entity.seed, salted, arguments)
                if is_event:
                    place = derive(place, entity.seed)
                    described = search(arguments, run, place)[0] if arguments else None
                    if described is not None:
                        return described
                return target.placed(place, run)
            found = target.find(key, run)
            if found is None and required:
                # A part of an entity (a line of an order) names who was deleted since.
                found = None if is_asked else target.imagined(key_text(key))
                if found is None:
                    raise not_found(target.collection.entity, key_text(key))
            return found

        return resolve

    def _world_window(self, facts: TypeFacts, name: str) -> Resolve:
        """The items, or the edges, of a connection or page."""
        assert facts.page is not None
        usual = _present(self._window(facts, name))
        edge = None
        if name == facts.page.edges:
            named = get_named_type(facts.type.fields[name].type)
            edge = named.name

        def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
            page = entity.page
            if page is None or page.items is None:
                return usual(entity, arguments, run)
            run.spend(len(page.items))
            if edge is None:
                return list(page.items)
            return [edge_around(edge, page, nth, item) for nth, item in enumerate(page.items)]

        return resolve


def edge_around(edge: str, page: Page, nth: int, item: Entity) -> Entity:
    """The edge of an item of a page."""
    index = page.start + nth
    around = {"node": item, "cursor": keyed_cursor(index, item)}
    return Entity(edge, derive(derive(page.seed, index), EDGE), around)


def _of_key(target: Collected) -> Make:
    def make(
        place: int, said: Mapping[str, Any], turn: int, reached: Reached, run: Run
    ) -> Entity | None:
        key = target.key_in(said) if said else MISSING
        return target.placed(place, run) if key is MISSING else target.find(key, run)

    return make


def _present(resolve: Resolve) -> Resolve:
    """A list without the entities that are gone."""

    def resolve_present(entity: Entity, arguments: Arguments, run: Run) -> Any:
        found = resolve(entity, arguments, run)
        return _without_gone(found) if isinstance(found, list) else found

    return resolve_present


def _without_gone(items: list[Any]) -> list[Any]:
    return [
        _without_gone(item) if isinstance(item, list) else item
        for item in items
        if item is not None
    ]


def _held_key(told: Told, name: str, folded: str, target: Collected) -> Any:
    """The key that a document's object refers to; None where it says that there is none, MISSING
    where it says nothing."""
    for spelt, fold_ in ((name, folded), (name + "Id", folded + "id")):
        held = told.get(spelt, fold_)
        if held == {}:
            continue
        if isinstance(held, Mapping):
            held = target.collection.key_in(held)
        if held is not MISSING and not isinstance(held, list):
            return held
    return MISSING


def _says(said: Mapping[str, Any], key: Any) -> bool:
    """Whether a key is what the caller said, rather than one made up."""
    text = key_text(key)
    waiting: list[Any] = [said]
    for _ in range(64):
        if not waiting:
            break
        value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += value.values()
        elif isinstance(value, str | int) and key_text(value) == text:
            return True
    return False


def _is_bare(target: Collected) -> bool:
    """Whether nothing is there that nobody wrote."""
    return not target.collection.imagines
