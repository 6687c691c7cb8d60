"""What fields are resolved on: objects, and the run that they are made in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from graphql import GraphQLError

from polymock.errors import TooLarge


class Page(msgspec.Struct, frozen=True, gc=False):
    """A window over a list: items `start` to `stop` (without it) of `total`, from one seed.

    `said` are the arguments that its items repeat, `size` is how many were asked for, `owner` is
    the object whose list it is.
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


class Entity(msgspec.Struct, frozen=True, gc=False):
    """An object before its fields are asked for.

    `said` holds what is known already: final values of leaf fields, objects, and, for fields that
    hold objects, what the caller said of them in JSON's types.
    """

    type_name: str
    seed: int
    said: Mapping[str, Any] = {}
    page: Page | None = None


class Run:
    """One execution: the coerced variables, the errors so far, and what it may still cost."""

    __slots__ = ("errors", "inputs", "left", "limit", "variables")

    def __init__(self, variables: dict[str, Any], inputs: Mapping[str, Any], limit: int) -> None:
        self.variables = variables
        """Coerced (GraphQL, section 6.1.2)."""
        self.inputs = inputs
        """As they were sent."""
        self.errors: list[GraphQLError] = []
        self.limit = limit
        self.left = limit

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
