"""Nodes: sets of parts with the options to satisfy them, turned into recipes on first use."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from math import inf
from typing import Any, Protocol

from polymock.errors import Unsatisfiable
from polymock.jsonschema import Schema, Validator
from polymock.samples import faker_names
from polymock.samples.arrays import ArrayRecipe
from polymock.samples.draws import Draw
from polymock.samples.merge import Case, cases
from polymock.samples.names import entity_of
from polymock.samples.numbers import NumberRecipe
from polymock.samples.objects import ObjectRecipe
from polymock.samples.recipe import (
    MAX_DEPTH,
    MISSING,
    RECURSION,
    Endless,
    Part,
    Planner,
    Recipe,
    Run,
    Spot,
)
from polymock.samples.seeds import derive, salt
from polymock.samples.strings import TextRecipe
from polymock.samples.values import ListedRecipe, TruthRecipe, listed

_CHOICE, _TRY = salt("choice"), salt("try")
_TRIES = 24
"""Values that a careful run makes for one node before it gives up."""
_FAILURES = 64
"""Contradictions met while making one value, after which it is given up."""
_WORDY = 12
"""From this place on, distinct strings are spelled letter by letter: words would run out."""
_DEEP = 30
"""From this depth on, values are made as flat as they can be."""
_HOPELESS = 2
"""Contradictions after which it is given up, where no value at all was made."""


class Option:
    """One case of a node with one type; its recipe is made when it is first needed."""

    def __init__(self, node: PlannedNode, case: Case, kind: str, rank: int) -> None:
        self.node = node
        self.case = case
        self.kind = kind
        self.rank = rank
        """The seed chooses among the options of the lowest rank; the others stand in for them."""
        self.height = inf
        """Objects and lists that a value needs at least inside one another; see `heights`."""
        # Without a declared type, `x-faker` may give a value of any type.
        self._free = case.types is None and kind == "string"
        self._faker = _faker(case)
        self._recipe: Recipe | Unsatisfiable | None = None

    def recipe(self) -> Recipe:
        """The recipe. Raises Unsatisfiable where the case contradicts itself."""
        if self._recipe is None:
            try:
                self._recipe = self._made()
            except Unsatisfiable as contradiction:
                self._recipe = contradiction
        if isinstance(self._recipe, Unsatisfiable):
            raise Unsatisfiable(self._recipe.path, self._recipe.reason)
        return self._recipe

    @property
    def plain(self) -> bool:
        """Whether its values are all made by the recipe, and stand behind no reference."""
        return self._faker is None and not self.case.definitions

    def recurses(self, run: Run) -> bool:
        """Whether a definition of the case already stands inside itself often enough."""
        return any(run.active[name] >= RECURSION for name in self.case.definitions)

    @property
    def contradictory(self) -> bool:
        """Whether it is known that the case contradicts itself."""
        return isinstance(self._recipe, Unsatisfiable)

    def make(self, run: Run, spot: Spot) -> Any:
        """Make a value: what `x-faker` asks for if it fits, else by the recipe.

        Raises Unsatisfiable.
        """
        recipe = self.recipe()
        if self._faker is not None:
            made = self._faker(Draw(spot.seed, spot.owner, self.node.entity))
            value = made if self._free else faker_names.fitted(made, self.kind)
            if value is not None and self.node.accepts(value):
                return value
        if recipe.simple:
            return recipe.make(run, spot)
        names = self.case.definitions
        for name in names:
            run.active[name] += 1
        try:
            return recipe.make(run, spot)
        finally:
            for name in names:
                run.active[name] -= 1

    def _made(self) -> Recipe:
        parts, node = self.case.parts, self.node
        values = listed(self.case, node.accepts)
        if values is not None:
            return ListedRecipe(values)
        if self.kind == "null":
            return ListedRecipe([None])
        if self.kind == "boolean":
            return TruthRecipe([v for v in (True, False) if self._may_be(v)], node.name)
        if self.kind in ("integer", "number"):
            integer = self.kind == "integer"
            return NumberRecipe(parts, node.name, node.entity, integer=integer)
        if self.kind == "array":
            return ArrayRecipe(parts, node.name, node.entity, node.planner)
        if self.kind == "object":
            entity = _entity(self.case, node)
            return ObjectRecipe(parts, node.name, entity, node.planner)
        return TextRecipe(parts, node.name, node.entity)

    def _may_be(self, value: bool) -> bool:
        excluding = any(isinstance(p.schema, dict) and "not" in p.schema for p in self.case.parts)
        return not excluding or self.node.accepts(value)


class Library(Planner, Protocol):
    """What nodes ask of the plan that they belong to."""

    def resolve(self, name: str) -> Schema:
        """The body of a definition. Raises KeyError."""
        ...

    def validator(self, parts: Sequence[Part]) -> Validator:
        """A validator of several parts together."""
        ...

    def examples(self, parts: Sequence[Part]) -> list[Any]:
        """The examples and defaults of parts, best first."""
        ...

    def heights(self, root: PlannedNode) -> None:
        """Work out the heights of all options that a node may need."""
        ...


class PlannedNode:
    """The parts that one value has to satisfy together, with the ways to do so."""

    def __init__(self, planner: Library, parts: tuple[Part, ...], name: str, entity: str) -> None:
        self.planner = planner
        self.parts = parts
        self.name = name
        self.entity = entity
        self.path = parts[0].path if parts else ""
        self.impossible = any(part.schema is False for part in parts)
        self.measured = False
        """Whether the heights of its options are known."""
        self._options: dict[bool, list[Option] | Unsatisfiable] = {}
        self._simple: bool | None = None
        self._preferred: list[Any] | None = None
        self._validator: Validator | None = None

    @property
    def simple(self) -> bool:
        """Whether its values hold no others."""
        if self._simple is None:
            try:
                self._simple = all(o.kind not in ("object", "array") for o in self.options(False))
            except Unsatisfiable:
                self._simple = True
        return self._simple

    def options(self, exclusive: bool) -> list[Option]:
        """The ways to make a value, those for null last. Raises Unsatisfiable."""
        known = self._options.get(exclusive)
        if known is None:
            try:
                found = cases(self.parts, self.planner.resolve, exclusive=exclusive)
                known = _ordered(self, found)
            except Unsatisfiable as contradiction:
                known = contradiction
            self._options[exclusive] = known
        if isinstance(known, Unsatisfiable):
            raise Unsatisfiable(known.path, known.reason)
        return known

    def sole(self) -> Recipe | None:
        """The recipe of all its values, where there is but one and it needs no other node."""
        try:
            options = self.options(False)
            if len(options) != 1 or not options[0].plain or self.preferred():
                return None
            recipe = options[0].recipe()
        except Unsatisfiable:
            return None
        return recipe if recipe.simple else None

    def accepts(self, value: Any) -> bool:
        """Whether the value satisfies all of the parts."""
        if self._validator is None:
            self._validator = self.planner.validator(self.parts)
        return self._validator.is_valid(value)

    def make(self, run: Run, spot: Spot) -> Any:
        """Make a value, or MISSING where the spot is optional. Raises Unsatisfiable."""
        run.step(self.path)
        if run.examples:
            preferred = self.preferred()
            if preferred:
                return deepcopy(preferred[spot.turn % len(preferred)])
        candidates = self._candidates(run, spot)
        return self._search(run, spot, candidates) if candidates else MISSING

    def _search(self, run: Run, spot: Spot, candidates: list[Option]) -> Any:
        """The first good value over the options and, in a careful run, over seeds."""
        first: Unsatisfiable | None = None
        failed, made = 0, False
        for attempt in range(_TRIES if run.careful else 1):
            turned = spot._replace(seed=derive(spot.seed, _TRY + attempt)) if attempt else spot
            for option in _turned(candidates, spot.seed, attempt):
                try:
                    value = option.make(run, turned)
                except Unsatisfiable as contradiction:
                    first = first or contradiction
                    failed += not option.contradictory
                    if run.steps < 0:
                        raise
                    continue
                if not run.careful or self.accepts(value):
                    return value
                made = True
            candidates = [option for option in candidates if not option.contradictory]
            if not candidates or failed > (_FAILURES if made else _HOPELESS):
                break
        raise first or Unsatisfiable(self.path, "no value was found for all its keywords together")

    def another(self, run: Run, spot: Spot, place: int) -> Any:
        """Like `make`; where there are few values, they take turns as `place` goes on."""
        options = self.options(run.exclusive)
        option = options[place % len(options)]
        recipe = option.recipe()
        if isinstance(recipe, ListedRecipe | NumberRecipe):
            count = recipe.count()
            if count is not None and count <= 1 << 12:
                run.step(self.path)
                return recipe.nth(place // len(options) % count)
        if isinstance(recipe, TextRecipe) and place > _WORDY:
            return recipe.spelled(run, spot)
        return self.make(run, spot)

    def preferred(self) -> list[Any]:
        """The schema's own examples and default, as far as they are valid."""
        if self._preferred is None:
            found = self.planner.examples(self.parts)
            self._preferred = [value for value in found if self.accepts(value)][:4]
        return self._preferred

    def _candidates(self, run: Run, spot: Spot) -> list[Option]:
        """The options to try: no recursion where it can be left out, the flattest where not."""
        options = self.options(run.exclusive)
        cramped = spot.room < 1 or spot.depth > _DEEP
        if cramped and spot.optional and not self.simple:
            return []
        if not any(option.recurses(run) for option in options) and not cramped:
            return options
        flat = [o for o in options if not o.recurses(run) and o.kind != "null"]
        if flat and not cramped:
            return flat
        if spot.optional and not self.simple:
            return []
        if not self.measured:
            self.planner.heights(self)
        lowest = min(option.height for option in options)
        if lowest == inf:
            raise Endless(self.path, "it requires itself inside itself without end")
        if lowest + spot.depth > MAX_DEPTH:
            raise Endless(self.path, f"a value would be nested deeper than {MAX_DEPTH} levels")
        return [option for option in options if option.height == lowest]


def _faker(case: Case) -> faker_names.AnyMaker | None:
    """The maker that the first known `x-faker` of a case names."""
    wishes = [
        p.schema["x-faker"]
        for p in case.parts
        if isinstance(p.schema, dict) and "x-faker" in p.schema
    ]
    return next((maker for wish in wishes if (maker := faker_names.maker(wish))), None)


def _turned(options: list[Option], seed: int, attempt: int) -> list[Option]:
    """The options in the order to try them: the seed's choice first, null last."""
    if len(options) == 1:
        return options
    best = options[0].rank
    main = sum(option.rank == best for option in options)
    start = (derive(seed, _CHOICE) + attempt) % main
    return [*options[start:main], *options[:start], *options[main:]]


def _ordered(node: PlannedNode, found: Sequence[Case]) -> list[Option]:
    """The options of some cases: the likely ones first, null last."""
    options = [
        Option(node, case, kind, 100 if kind == "null" else case.rank + (10 if place else 0))
        for case in found
        for place, kind in enumerate(_kinds(case))
    ]
    return sorted(options, key=lambda option: option.rank)


_IMPLIED = (
    (
        "object",
        "properties required additionalProperties patternProperties propertyNames "
        "minProperties maxProperties dependentRequired dependentSchemas unevaluatedProperties",
    ),
    ("array", "items prefixItems contains minItems maxItems uniqueItems unevaluatedItems"),
    ("string", "pattern minLength maxLength contentEncoding contentMediaType"),
    ("number", "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf"),
)
_TYPE_OF_KEYWORD = {keyword: kind for kind, words in _IMPLIED for keyword in words.split()}


def _kinds(case: Case) -> list[str]:
    """The types to make values of, the likeliest first: declared, else implied by keywords."""
    if any(isinstance(p.schema, dict) and {"enum", "const"} & p.schema.keys() for p in case.parts):
        return ["listed"]
    implied = [
        _TYPE_OF_KEYWORD[keyword]
        for part in case.parts
        if isinstance(part.schema, dict)
        for keyword in part.schema
        if keyword in _TYPE_OF_KEYWORD
    ]
    if case.types is None:
        return list(dict.fromkeys([*implied, "string", "integer", "boolean", "null"]))
    likely = [kind for kind in implied if kind in case.types]
    return list(dict.fromkeys([*likely, *case.types]))


def _entity(case: Case, node: PlannedNode) -> str:
    """The noun for an object: from its definition's name, its title, or its property's name."""
    for part in case.parts:
        title = part.schema.get("title") if isinstance(part.schema, dict) else None
        for text in (*case.definitions[:1], title, node.name):
            entity = entity_of(text) if isinstance(text, str) else ""
            if entity:
                return entity
    return node.entity
