"""What fields are resolved on: objects, and the run that they are made in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from graphql import GraphQLError

from polymock.errors import TooLarge
from polymock.world.entities import MISSING
from polymock.world.names import fold
from polymock.world.writing import Writer


class Told(msgspec.Struct, frozen=True, gc=False):
    """What a document of the world, or an object in one, says of an object.

    `names` are its spellings of the properties by their folded names, where they are known.
    `is_written`: what it leaves out is not there.
    """

    value: Mapping[str, Any]
    is_written: bool
    names: Mapping[str, str] = {}

    def get(self, name: str, folded: str) -> Any:
        """The value of a property; MISSING where the document says nothing of it."""
        spelt = self.names.get(folded, name)
        if spelt in self.value:
            return self.value[spelt]
        if self.names:
            return MISSING
        return next((v for key, v in self.value.items() if fold(key) == folded), MISSING)


class Page(msgspec.Struct, frozen=True, gc=False):
    """A window over a list: items `start` to `stop` (without it) of `total`, from one seed.

    `said` are the arguments that its items repeat, `size` is how many were asked for, `owner` is
    the object whose list it is. `items` are those of a list that the world holds.
    """

    seed: int
    start: int
    stop: int
    total: int
    size: int
    has_next: bool
    has_previous: bool
    owner: Entity
    said: Mapping[str, Any] = {}
    items: Sequence[Entity] | None = None


class Entity(msgspec.Struct, frozen=True, gc=False):
    """An object before its fields are asked for.

    `said` holds what is known already: final values of leaf fields, objects, and, for fields that
    hold objects, what the caller said of them in JSON's types. `told` is what the world's documents
    say of it.
    """

    type_name: str
    seed: int
    said: Mapping[str, Any] = {}
    page: Page | None = None
    told: Told | None = None


class Run:
    """One execution: the coerced variables, the errors so far, and what it may still cost.

    `world` is the one that the call is answered in; None where all is sampled.
    """

    __slots__ = (
        *("changed", "errors", "inputs", "left", "limit", "touched", "variables", "world", "wrote"),
    )

    def __init__(
        self,
        variables: dict[str, Any],
        inputs: Mapping[str, Any],
        limit: int,
        world: Writer | None = None,
    ) -> None:
        self.variables = variables
        """Coerced (GraphQL, section 6.1.2)."""
        self.inputs = inputs
        """As they were sent."""
        self.errors: list[GraphQLError] = []
        self.limit = limit
        self.left = limit
        self.world = world
        self.changed: dict[str, bool] = {}
        """Whether anybody wrote in a collection, as far as it was asked since the last write."""
        self.touched = False
        """Whether it tells of anything that somebody wrote."""
        self.wrote = False
        """Whether it wrote, or tried to."""

    def spend(self, cost: int) -> None:
        """Count fields or list items. Raises TooLarge above the limit."""
        self.left -= cost
        if self.left < 0:
            raise TooLarge(
                f"The answer would cost more than {self.limit} (fields, each counted for every "
                "list item): ask for fewer fields or shorter lists, or raise limits.cost."
            )


Arguments = Mapping[str, Any]
"""A field's arguments by name, coerced, in JSON's types; those not given and without default are
absent."""
Resolve = Callable[[Entity, Arguments, Run], Any]
"""Gives a field's raw value: None, a leaf's value, an Entity, or a list of those.

Raises GraphQLError where the field cannot be answered, TooLarge.
"""
