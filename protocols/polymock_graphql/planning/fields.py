"""Leaf fields, single ones and lists: what each gives on an object."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLNonNull, Undefined, get_named_type

from polymock.samples.seeds import derive, salt
from polymock.world.names import fold
from polymock_graphql.planning.echo import reference, repeated, repeated_list
from polymock_graphql.planning.entities import Arguments, Entity, Resolve, Run
from polymock_graphql.planning.facts import SchemaFacts, TypeFacts
from polymock_graphql.planning.identity import place_seed
from polymock_graphql.planning.leaves import weight
from polymock_graphql.planning.lists import Paging
from polymock_graphql.planning.pages import teller
from polymock_graphql.planning.shapes import list_depth
from polymock_graphql.planning.words import (
    PROBLEMS,
)


def leaf_field(facts: TypeFacts, name: str) -> Resolve:
    """A scalar or enum: what is known of the object, else a sample of the object's own."""
    make = facts.leaf(name).make
    salted = salt("arguments of " + name)

    def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
        known = entity.said.get(name)
        if known is not None:
            if not isinstance(known, int):
                run.left -= weight(known)
            return known
        seed = place_seed(entity.seed, salted, arguments) if arguments else entity.seed
        return make(seed)

    return resolve


def told_field(facts: TypeFacts, name: str) -> Resolve | None:
    """A field that tells of the page that the object belongs to; None where it is no such field."""
    field = facts.type.fields[name]
    tell = None if list_depth(field.type) else teller(name, field)
    if tell is None:
        return None
    usual = leaf_field(facts, name)
    least = 0 if isinstance(field.type, GraphQLNonNull) else None

    def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
        if entity.page is None:
            return usual(entity, arguments, run)
        told = tell(entity.page)
        return least if told is None else told

    return resolve


def root_leaf(facts: TypeFacts, name: str, *, writes: bool) -> Resolve:
    """A leaf of a root type: what the arguments say it is; success for a mutation's boolean."""
    usual = leaf_field(facts, name)
    field = facts.type.fields[name]
    is_done = writes and get_named_type(field.type).name == "Boolean"

    def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
        if is_done:
            return True
        if writes and arguments:
            said = repeated(field, name, arguments, facts)
            if said is not Undefined:
                return said
        return usual(entity, arguments, run)

    return resolve


def root_list(types: SchemaFacts, facts: TypeFacts, name: str, *, writes: bool) -> Resolve:
    """A list of leaves of a root type: what a mutation's arguments list."""
    usual = leaf_list(types, facts, name)
    field = facts.type.fields[name]

    def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
        if arguments:
            said = repeated_list(field, name, arguments, facts)
            if said is not Undefined:
                run.spend(len(said))
                return said
        return usual(entity, arguments, run)

    return resolve if writes and list_depth(field.type) == 1 else usual


def reference_leaf(types: SchemaFacts, facts: TypeFacts, name: str, owner: Resolve) -> Resolve:
    """`ownerId`: the key of the object in the field `owner`."""
    usual = leaf_field(facts, name)
    fit = facts.leaf(name).fit

    def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
        if name not in entity.said:
            target = owner(entity, {}, run)
            if isinstance(target, Entity):
                key = fit(target.said.get(types.facts(target.type_name).key))
                if key is not Undefined and key is not None:
                    return key
        return usual(entity, arguments, run)

    return resolve


def leaf_list(types: SchemaFacts, facts: TypeFacts, name: str) -> Resolve:
    """A list of scalars or enums, or a list of such lists."""
    field = facts.type.fields[name]
    make = facts.leaf(name).make
    salted = salt(name)
    depth = list_depth(field.type)
    paging = Paging(field)
    length = types.settings.list_length
    bounds = types.document.schemas.list_length(facts.name, name)

    def items(place: int, first: int, stop: int, levels: int, run: Run) -> list[Any]:
        run.spend(stop - first)
        places = (derive(place, index) for index in range(first, stop))
        if levels == 1:
            return [make(seed) for seed in places]
        return [items(seed, 0, length, levels - 1, run) for seed in places]

    def resolve(entity: Entity, arguments: Arguments, run: Run) -> Any:
        known = entity.said.get(name)
        if known is not None:
            run.spend(weight(known))
            return known
        others = paging.others(arguments) if arguments else arguments
        place = place_seed(entity.seed, salted, others)
        total, default = extent(types, bounds, place, length)
        window = paging.window(arguments, total, default)
        return items(place, window.start, window.stop, depth, run)

    return resolve


def tells_problems(facts: TypeFacts, name: str) -> bool:
    """Whether a field lists what went wrong, as `userErrors` of a mutation's payload does."""
    is_list = list_depth(facts.type.fields[name].type) > 0
    is_apart = not facts.key and not facts.is_root
    return is_list and is_apart and fold(name).endswith(PROBLEMS)


def no_problems(entity: Entity, arguments: Arguments, run: Run) -> Any:
    """Nothing went wrong."""
    return []


def extent(
    types: SchemaFacts, bounds: tuple[int, int] | None, place: int, default: int
) -> tuple[int, int]:
    """How long a list is as a whole, and how much of it comes unasked.

    `bounds` are those of `@listLength`: the whole list is that long, and all of it comes.
    """
    if bounds is None:
        return max(types.settings.total, default), default
    low, high = bounds
    total = low + place % (high - low + 1)
    return total, total


def reference_of(facts: TypeFacts, name: str) -> str:
    """The object field that a leaf repeats the key of; "" for none."""
    return "" if name == facts.key else reference(facts.type, name)
