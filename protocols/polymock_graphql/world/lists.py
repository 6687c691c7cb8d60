"""Lists of entities over a world: whole collections, those that refer to an object, and pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, get_named_type

from polymock.samples.seeds import derive, salt
from polymock.world.collections import Reference
from polymock.world.entities import MISSING
from polymock.world.keys import CROWD, key_text
from polymock.world.names import fold, singular
from polymock.world.queries import Of, Query
from polymock_graphql.planning.entities import Arguments, Entity, Page, Resolve, Run, Told
from polymock_graphql.planning.facts import SchemaFacts, TypeFacts
from polymock_graphql.planning.identity import place_seed
from polymock_graphql.planning.lists import Paging
from polymock_graphql.planning.objects import item_of
from polymock_graphql.planning.relations import Reached
from polymock_graphql.planning.shapes import list_depth
from polymock_graphql.world.choices import Choice, Listed, matching
from polymock_graphql.world.collected import Collected, world_of
from polymock_graphql.world.filters import Asked, Filters
from polymock_graphql.world.orders import read_orders

Among = Callable[[Entity, Run], "Of | Sequence[Any] | None"]
"""Which entities an object's list holds: those that refer to it, those of some keys, or all."""


class Lists:
    """Makes the fields that hold lists and pages of entities."""

    def __init__(self, types: SchemaFacts, collected: Mapping[str, Collected]) -> None:
        self._types = types
        self._collected = collected

    def root(self, facts: TypeFacts, name: str, collected: Collected) -> Resolve | None:
        """A root field that gives the entities of a collection; None where it gives others."""
        field = facts.type.fields[name]
        target = self._item(field)
        if target is None or target.collection is not collected.collection:
            return None
        return self._field(facts, name, target, lambda entity, run: None)

    def nested(self, facts: TypeFacts, name: str, target: Collected) -> Resolve:
        """A list below an object: what refers to it, what its document names, or any."""
        field = facts.type.fields[name]
        owner = self._collected.get(facts.name)
        reference = None if owner is None else self._inverse(owner, name, target)
        if owner is not None and reference is not None:
            parent = owner
            return self._field(
                facts, name, target, lambda entity, run: Of(reference.name, parent.key_of(entity))
            )
        salted, size = salt(name), self._size(facts, name, field)

        def among(entity: Entity, run: Run) -> Sequence[Any]:
            keys = _held_keys(owner, entity, name, target, run)
            if keys is not None:
                return keys
            place = place_seed(entity.seed, salted, {})
            return _sampled_keys(target, place, size(place), run)

        return self._field(facts, name, target, among)

    def search(
        self, facts: TypeFacts, name: str, target: Collected
    ) -> Callable[[Arguments, Run, int], tuple[Entity | None, bool]]:
        """Finds an entity that arguments describe, by its number among them; and whether they
        describe any."""
        reader = _Reader(facts.type.fields[name], target)

        def search(arguments: Arguments, run: Run, nth: int) -> tuple[Entity | None, bool]:
            asked = reader.asked(arguments) if arguments else Asked()
            if asked.is_plain:
                return None, False
            query = Query(shown=self._types.settings.total)
            found = matching(target, asked, (), query, None, run)
            return (target.shown(found[nth % len(found)], run) if found else None), True

        return search

    def _item(self, field: GraphQLField) -> Collected | None:
        named, depth = get_named_type(field.type), list_depth(field.type)
        if depth == 1:
            return self._collected.get(named.name)
        if depth or not isinstance(named, GraphQLObjectType):
            return None
        facts = self._types.facts(named.name)
        item = None if facts.page is None else item_of(facts)
        return None if item is None else self._collected.get(item.name)

    def _inverse(self, owner: Collected, name: str, target: Collected) -> Reference | None:
        """The reference of a list's items that leads back to the object."""
        leading = [
            each
            for each in target.collection.references
            if each.collection == owner.collection.name
        ]
        back = target.facts.backs.get(owner.facts.name)
        told = next((each for each in leading if back and fold(back) in each.names), None)
        if told is not None:
            return told
        stem = singular(fold(name))
        called = next((r for r in leading if any(n.startswith(stem) for n in r.names)), None)
        return called or (leading[0] if len(leading) == 1 else None)

    def _size(self, facts: TypeFacts, name: str, field: GraphQLField) -> Callable[[int], int]:
        """How many entities that nobody wrote a list holds as a whole, by its place."""
        settings, length = self._types.settings, self._types.document.schemas.list_length
        named, depth = get_named_type(field.type), list_depth(field.type)
        places = [(facts.name, name)]
        paging = Paging(field)
        if not depth:
            page = self._types.facts(named.name)
            assert page.page is not None
            places += [(named.name, each) for each in sorted(page.page.fields)]
        bounds = next((found for place in places if (found := length(*place))), None)
        if bounds is not None:
            low, high = bounds
            return lambda place: low + place % (high - low + 1)
        is_whole = depth and not paging
        total = settings.list_length if is_whole else max(settings.total, settings.list_length)
        return lambda place: total

    def _field(self, facts: TypeFacts, name: str, target: Collected, among: Among) -> Resolve:
        field = facts.type.fields[name]
        paging, salted, size = Paging(field), salt(name), self._size(facts, name, field)
        length = self._types.document.schemas.list_length(facts.name, name)
        usual = None if length else self._types.settings.list_length
        reader = _Reader(field, target)
        depth = list_depth(field.type)
        page_facts = None if depth else self._types.facts(get_named_type(field.type).name)

        def listed(entity: Entity, arguments: Arguments, run: Run) -> Listed:
            others = reader.others(arguments) if arguments else arguments
            asked = reader.asked(others) if others else Asked()
            orders = read_orders(others, target.collection.names) if others else ()
            of = among(entity, run)
            if isinstance(of, Of):
                asked.of.append(of)
            shown = size(place_seed(entity.seed, salted, {}))
            query = Query(order=orders, of=tuple(asked.of), shown=shown)
            keys = None if of is None or isinstance(of, Of) else [key_text(key) for key in of]
            return Choice(target, paging, arguments, asked, query, usual, keys, run).listed()

        def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
            given = entity.said.get(name)
            if isinstance(given, list):
                run.spend(len(given))
                return given
            found = listed(entity, arguments, run)
            if page_facts is None:
                run.spend(len(found.items))
                return list(found.items)
            window, place = found.window, place_seed(entity.seed, salted, {})
            page = Page(
                place,
                window.start,
                window.start + len(found.items),
                found.total,
                window.size,
                window.has_next,
                window.has_previous,
                entity,
                {},
                found.items,
            )
            said = page_facts.related({}, Reached(entity, name))
            return page_facts.entity(place, said, page)

        return resolve


class _Reader:
    """Reads what the arguments of one field ask for."""

    def __init__(self, field: GraphQLField, target: Collected) -> None:
        self._paging = Paging(field)
        self._filters = Filters(target.collection, target.key_names)

    def others(self, arguments: Arguments) -> Mapping[str, Any]:
        """The arguments that choose no window."""
        return self._paging.others(arguments)

    def asked(self, arguments: Arguments) -> Asked:
        """The conditions."""
        return self._filters.read(arguments)


def _held_keys(
    owner: Collected | None, entity: Entity, name: str, target: Collected, run: Run
) -> Sequence[Any] | None:
    """The keys of the entities that an object's document lists; None where it lists none."""
    folded = fold(name)
    one = singular(folded)
    if owner is not None:
        for each in (folded, one + "ids", one + "id"):
            reference = owner.collection.reference(each)
            if reference is not None and reference.collection == target.collection.name:
                return owner.referred(entity, reference, run)
    told: Told | None = entity.told
    if told is None:
        return None
    for spelt in (name, name.removesuffix("s") + "Ids", one + "ids"):
        held = told.get(spelt, fold(spelt))
        if held is None:
            return []
        if held is not MISSING and isinstance(held, list):
            keys = [
                target.collection.key_in(item) if isinstance(item, Mapping) else item
                for item in held
            ]
            return [key for key in keys if isinstance(key, str | int | float)]
    return None


def _sampled_keys(target: Collected, place: int, count: int, run: Run) -> Sequence[Any]:
    """The keys of some entities that nobody says the object has, all of them different."""
    if not target.collection.imagines:
        return world_of(run).first_keys(target.collection.name, count)
    first = derive(place, 1) % CROWD
    return [target.collection.keys.at((first + nth) % max(CROWD, count)) for nth in range(count)]
