"""Recipes for values that are listed: `enum`, `const`, booleans and null."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from polymock.errors import Unsatisfiable
from polymock.samples.merge import Case
from polymock.samples.names import promised_truth
from polymock.samples.recipe import Node, Part, Run, Spot, frozen, meeting, type_of
from polymock.samples.seeds import Stream
from polymock.samples.tables import word_set


class ListedRecipe:
    """One of some values; null only where there is nothing else."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = [value for value in values if value is not None] or list(values)
        self.simple = not any(isinstance(value, dict | list) for value in self.values)

    def required(self) -> Sequence[Node]:
        return ()

    def make(self, run: Run, spot: Spot) -> Any:
        """One of the values, by the seed."""
        return self._copied(Stream(spot.seed).below(len(self.values)))

    def count(self) -> int | None:
        """How many different values there are."""
        return len(self.values)

    def nth(self, place: int) -> Any:
        """The value at a place."""
        return self._copied(place)

    def _copied(self, place: int) -> Any:
        value = self.values[place]
        return value if self.simple else deepcopy(value)


class TruthRecipe(ListedRecipe):
    """A boolean: what its name promises, else either."""

    def __init__(self, values: Sequence[Any], name: str) -> None:
        super().__init__(values)
        self.promised = promised_truth(name)

    def make(self, run: Run, spot: Spot) -> Any:
        """A boolean."""
        return self.promised if self.promised in self.values else super().make(run, spot)


def listed(case: Case, accepts: Callable[[Any], bool]) -> list[Any] | None:
    """The values that `enum` and `const` leave; None where neither is there.

    `accepts` says whether a value satisfies all of the node. Raises Unsatisfiable.
    """
    common: list[Any] | None = None
    path = ""
    for part in case.parts:
        values = _listed(part)
        if values is None:
            continue
        if common is None:
            common, path = values, part.path
        else:
            keys = {frozen(value) for value in values}
            common = [value for value in common if frozen(value) in keys]
            path = meeting(path, part.path)
            if not common:
                raise Unsatisfiable(path, "its enums and consts have no value in common")
    if common is None:
        return None
    if not common:
        raise Unsatisfiable(path, "an empty enum allows no value")
    fitting = [value for value in common if _of_types(value, case.types)]
    if not fitting:
        wanted = " or ".join(case.types or ())
        raise Unsatisfiable(path, f"no value of its enum or const is of type {wanted}")
    if any(
        _CONSTRAINING & part.schema.keys()
        for part in case.parts
        if part.schema is not True and part.schema is not False
    ):
        fitting = [value for value in fitting if accepts(value)]
        if not fitting:
            raise Unsatisfiable(path, "no value of its enum or const satisfies the other keywords")
    return fitting


_CONSTRAINING = word_set("""
    minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern
    format minItems maxItems uniqueItems prefixItems items contains properties required not if
    additionalProperties patternProperties propertyNames minProperties maxProperties oneOf
    anyOf  dependentRequired dependentSchemas unevaluatedItems unevaluatedProperties
""")


def _listed(part: Part) -> list[Any] | None:
    schema = part.schema
    if isinstance(schema, bool):
        return None
    if "const" in schema:
        return [schema["const"]]
    return list(schema["enum"]) if "enum" in schema else None


def _of_types(value: Any, types: tuple[str, ...] | None) -> bool:
    kind = type_of(value)
    return types is None or kind in types or (kind == "integer" and "number" in types)
