"""Fields that hold objects: one, a list, or a window of a list, each with its own identity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
)

from polymock.samples.seeds import derive, salt
from polymock.world.names import fold
from polymock_graphql.planning.echo import Echo, Payload, with_key
from polymock_graphql.planning.entities import Arguments, Entity, Page, Resolve, Run
from polymock_graphql.planning.errors import wrong_argument
from polymock_graphql.planning.facts import SchemaFacts, TypeFacts
from polymock_graphql.planning.fields import extent
from polymock_graphql.planning.identity import place_seed
from polymock_graphql.planning.lists import Paging, cursor
from polymock_graphql.planning.relations import Reached
from polymock_graphql.planning.shapes import leaf_type, list_depth
from polymock_graphql.planning.states import implied

EDGE = salt("edge")
"""Of an edge, below the seed of its item."""
_EVENT = salt("event")

Make = Callable[[int, Mapping[str, Any], int, Reached, Run], Entity | None]
"""(place, what was said, turn, from where, run) -> an object of a field's innermost type; None for
one that the world has no more."""


class ObjectFields:
    """Makes the fields that hold objects."""

    def __init__(self, types: SchemaFacts) -> None:
        self._types = types
        self._echoes: dict[str, Echo] = {}
        self._payloads: dict[str, Payload] = {}

    def field(self, facts: TypeFacts, name: str) -> Resolve:
        """What a field gives whose innermost type is an object, interface or union."""
        field = facts.type.fields[name]
        depth = list_depth(field.type)
        shape = facts.page
        if shape is not None and depth and name in shape.fields:
            return self._window(facts, name)
        if shape is not None and not depth and name in shape.infos:
            return _described(self._make(get_named_type(field.type)), name)
        writes = facts.type is self._types.schema.mutation_type
        return self._list(facts, name, depth) if depth else self._one(facts, name, writes=writes)

    def represented(
        self, facts: TypeFacts, place: int, said: Mapping[str, Any], run: Run
    ) -> Entity | None:
        """The object that somebody else speaks of, with what he says of it."""
        return facts.entity(place, self.echo(facts)(said))

    def echo(self, facts: TypeFacts) -> Echo:
        """Says back what is said of a type's objects."""
        found = self._echoes.get(facts.name)
        if found is None:
            found = self._echoes[facts.name] = Echo(self._types, facts)
        return found

    def _make(self, named: GraphQLNamedType) -> Make:
        """Makes objects of a type; of an abstract one, of the type that is picked at the place."""
        types = self._types
        if isinstance(named, GraphQLObjectType):
            facts, echo = types.facts(named.name), self.echo(types.facts(named.name))

            def make(
                place: int, said: Mapping[str, Any], turn: int, reached: Reached, run: Run
            ) -> Entity | None:
                known = echo(said, turn) if said else said
                return facts.entity(place, facts.related(known, reached))

            return make
        assert is_abstract_type(named)
        abstract = named

        def make_picked(
            place: int, said: Mapping[str, Any], turn: int, reached: Reached, run: Run
        ) -> Entity | None:
            said = with_key(said, abstract.name)
            picked = types.pick(abstract, place, said)
            known = self.echo(picked)(said, turn) if said else said
            return picked.entity(place, picked.related(known, reached))

        return make_picked

    def _one(self, facts: TypeFacts, name: str, *, writes: bool) -> Resolve:
        field = facts.type.fields[name]
        named = get_named_type(field.type)
        if isinstance(named, GraphQLObjectType):
            target = self._types.facts(named.name)
            if target.page is not None:
                return self._paged(facts, name, target)
            if writes and not target.key:
                return self._paid(name, target)
        make, salted = self._make(named), salt(name)
        stated = _stated(name, named) if writes else {}
        is_event = facts.type is self._types.schema.subscription_type

        def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
            given = entity.said.get(name)
            if isinstance(given, Entity):
                return given
            said = {**stated, **(given or {}), **arguments} if given or stated else arguments
            place = place_seed(entity.seed, salted, arguments)
            made = make(place, said, 0, Reached(entity, name), run)
            if is_event and made is not None:
                return Entity(made.type_name, derive(made.seed, entity.seed ^ _EVENT), made.said)
            return made

        return resolve

    def _paid(self, name: str, target: TypeFacts) -> Resolve:
        """A mutation's payload: each part of it repeats what was said of it."""
        payload = self._payloads.get(target.name)
        if payload is None:
            payload = self._payloads[target.name] = Payload(target, partial(self._number, target))
        salted, stated = salt(name), implied(name, target.type, is_payload=True)

        def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
            said = payload({**stated, **arguments})
            return target.entity(place_seed(entity.seed, salted, arguments), said)

        return resolve

    def _number(self, facts: TypeFacts, name: str, said: Mapping[str, Any]) -> int:
        """How many objects a list holds that nothing but its objects' keys bounds."""
        asked = self._asked(get_named_type(facts.type.fields[name].type), said)
        return self._types.settings.list_length if asked is None else asked

    def _asked(self, named: object, said: Mapping[str, Any]) -> int | None:
        """How many objects of a type are asked for by their keys; None where none is named."""
        if not said:
            return None
        asked = None
        if isinstance(named, GraphQLObjectType):
            asked = self.echo(self._types.facts(named.name)).asked(said)
        return 1 if asked is None and said.get("id") is not None else asked

    def _list(self, facts: TypeFacts, name: str, depth: int) -> Resolve:
        field = facts.type.fields[name]
        named = get_named_type(field.type)
        make, salted, paging = self._make(named), salt(name), Paging(field)
        types, length = self._types, self._types.settings.list_length
        bounds = types.document.schemas.list_length(facts.name, name)

        def items(
            place: int, indexes: range, said: Arguments, reached: Reached, levels: int, run: Run
        ) -> list[Any]:
            run.spend(len(indexes))
            if levels == 1:
                return [make(derive(place, i), said, i, reached, run) for i in indexes]
            inner = range(length)
            return [items(derive(place, i), inner, said, reached, levels - 1, run) for i in indexes]

        def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
            given = entity.said.get(name)
            others = paging.others(arguments) if arguments else arguments
            place = place_seed(entity.seed, salted, others)
            reached = Reached(entity, name)
            if isinstance(given, list):
                run.spend(len(given))
                return [
                    make(derive(place, i), said, i, reached, run) for i, said in enumerate(given)
                ]
            if given:
                others = {**given, **others}
            listed = _ids(others, named.name) if depth == 1 and others else None
            if listed is not None:
                run.spend(len(listed))
                rest = {key: v for key, v in others.items() if v is not listed}
                one = (({**rest, "id": key}, i) for i, key in enumerate(listed))
                return [make(derive(place, i), said, i, reached, run) for said, i in one]
            total, default = extent(types, bounds, place, length)
            asked = self._asked(named, others)
            if asked is not None:
                total = default = asked
            window = paging.window(arguments, total, default)
            indexes = range(window.start, window.stop)
            return items(place, indexes, others, reached, depth, run)

        return resolve

    def _paged(self, facts: TypeFacts, name: str, target: TypeFacts) -> Resolve:
        """A connection or page: the window that the arguments ask for."""
        paging, salted = Paging(facts.type.fields[name]), salt(name)
        types = self._types
        bounds = self._bounds(facts, name, target)
        item = item_of(target)

        def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
            others = paging.others(arguments) if arguments else arguments
            place = place_seed(entity.seed, salted, others)
            total, default = extent(types, bounds, place, types.settings.list_length)
            asked = self._asked(item, others)
            if asked is not None:
                total = default = asked
            window = paging.window(arguments, total, default)
            page = Page(
                place,
                window.start,
                window.stop,
                total,
                window.size,
                window.has_next,
                window.has_previous,
                entity,
                others,
            )
            return target.entity(place, target.related({}, Reached(entity, name)), page)

        return resolve

    def _bounds(self, facts: TypeFacts, name: str, target: TypeFacts) -> tuple[int, int] | None:
        """What `@listLength` says at the field, or at the lists of the page."""
        length = self._types.document.schemas.list_length
        assert target.page is not None
        places = [(facts.name, name), *((target.name, f) for f in sorted(target.page.fields))]
        return next((found for place in places if (found := length(*place))), None)

    def _window(self, facts: TypeFacts, name: str) -> Resolve:
        """The items, or the edges, of a connection or page."""
        assert facts.page is not None
        field = facts.type.fields[name]
        named = get_named_type(field.type)
        usual = self._list(facts, name, list_depth(field.type))
        if name == facts.page.edges:
            assert isinstance(named, GraphQLObjectType)
            make = self._edge(self._types.facts(named.name))
        else:
            make = self._make(named)

        def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
            page = entity.page
            if page is None:
                return usual(entity, arguments, run)
            said = {**page.said, **arguments} if arguments else page.said
            run.spend(page.stop - page.start)
            reached = Reached(page.owner, "")
            indexes = range(page.start, page.stop)
            return [make(derive(page.seed, i), said, i, reached, run) for i in indexes]

        return resolve

    def _edge(self, edge: TypeFacts) -> Make:
        """Makes the edges around the nodes of a connection."""
        if leaf_type(edge.type.fields["node"]) is not None:
            return lambda place, said, turn, reached, run: Entity(
                edge.name, derive(place, EDGE), {"cursor": cursor(turn)}
            )
        node = self._make(get_named_type(edge.type.fields["node"].type))

        def make(
            place: int, said: Mapping[str, Any], turn: int, reached: Reached, run: Run
        ) -> Entity | None:
            around = {"node": node(place, said, turn, reached, run), "cursor": cursor(turn)}
            return Entity(edge.name, derive(place, EDGE), around)

        return make


def item_of(target: TypeFacts) -> GraphQLNamedType | None:
    """The type of the items of a connection or page, where they are no leaves."""
    fields = target.type.fields
    assert target.page is not None
    if not target.page.edges:
        return next((_named(fields[name]) for name in target.page.lists), None)
    edge = _named(fields[target.page.edges])
    assert isinstance(edge, GraphQLObjectType)
    return _named(edge.fields["node"])


def _named(field: GraphQLField) -> GraphQLNamedType:
    named: GraphQLNamedType = get_named_type(field.type)
    return named


def _stated(name: str, named: GraphQLNamedType) -> Mapping[str, Any]:
    return implied(name, named, is_payload=False) if isinstance(named, GraphQLObjectType) else {}


def _described(make: Make, name: str) -> Resolve:
    """The object that tells of a page, such as `pageInfo`."""
    salted = salt(name)

    def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
        made = make(derive(entity.seed, salted), {}, 0, Reached(entity, name), run)
        assert made is not None  # what tells of a page is no entity
        return Entity(made.type_name, made.seed, made.said, entity.page)

    return resolve


def _ids(arguments: Arguments, type_name: str) -> list[Any] | None:
    """The ids that a list was asked for by."""
    wanted = ("ids", fold(type_name) + "ids", "uuids", "keys")
    for name, value in arguments.items():
        if fold(name) in wanted and isinstance(value, list):
            if any(isinstance(item, Mapping) for item in value):
                raise wrong_argument(f"Argument '{name}' is no list of ids.")
            return value
    return None
