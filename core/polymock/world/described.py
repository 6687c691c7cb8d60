"""What a schema says of its values, looked up once: their properties, items and branches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from functools import cached_property
from typing import Any, Self

from polymock.jsonschema import Definitions, Schema, Validator
from polymock.world.entities import Fill
from polymock.world.names import entity_name, fold
from polymock.world.schemas import keyword, properties_of, required_of, resolve

_CHOICE = frozenset({"anyOf", "title", "description", "deprecated", "example", "examples"})
"""What a schema has that says nothing but what its values are one of."""


class Described:
    """One schema. `validator` is the schema's, where somebody has compiled it already; `fill`
    samples what values leave out; `family` are those of schemas inside it."""

    def __init__(
        self,
        schema: Schema,
        definitions: Definitions,
        validator: Validator | None = None,
        fill: Fill | None = None,
        family: dict[int | str, Any] | None = None,
    ) -> None:
        self.schema = self._given = schema  # kept, as a family knows schemas by their ids
        self.definitions = definitions
        self.validator = validator
        self.fill = fill
        self.samples: dict[int, Mapping[str, Any]] = {}
        """What was sampled for objects that leave something out, by the seed."""
        self._family: dict[int | str, Self] = {} if family is None else family

    def member(self, name: str) -> tuple[str, Self] | None:
        """The adapter of a property, by its folded name, and how the schema spells it."""
        return self.members.get(name)

    @cached_property
    def spellings(self) -> Mapping[str, str]:
        """The schema's own properties, by their folded names."""
        return {name: spelt for name, (spelt, _) in self.members.items()}

    def is_valid(self, value: Any) -> bool:
        """Whether the value satisfies the schema; without a usable one everything does."""
        if self.schema is True or self.schema == {}:
            return True
        if self.validator is None:
            if self._is_choice:  # those are compiled already, or will be
                return any(branch.is_valid(value) for branch in self.branches)
            try:
                self.validator = Validator(self.schema, self.definitions)
            except (ValueError, KeyError):
                self.schema = True
                return True
        return self.validator.is_valid(value)

    @cached_property
    def body(self) -> dict[str, Any]:
        """The schema behind its reference."""
        return resolve(self.schema, self.definitions)

    @cached_property
    def members(self) -> Mapping[str, tuple[str, Self]]:
        """Its properties by their folded names: how they are spelt, and what they hold."""
        own = properties_of(self.schema, self.definitions)
        return {fold(name): (name, self.within(schema)) for name, schema in own.items()}

    @cached_property
    def spelt(self) -> Mapping[str, Self]:
        """What its properties hold, by their names as they are spelt."""
        return dict(self.members.values())

    @property
    def names(self) -> Set[str]:
        """Its properties as they are spelt."""
        return self.spelt.keys()

    @cached_property
    def required(self) -> Sequence[str]:
        """The properties that all of its objects have."""
        return sorted(required_of(self.schema, self.definitions))

    @cached_property
    def items(self) -> Self | None:
        """What the items of its lists are; None for anything."""
        items = keyword(self.body, "items", self.definitions)
        return self.within(items) if isinstance(items, dict) else None

    @cached_property
    def rest(self) -> Self | bool:
        """What other properties hold; whether there are any where they hold everything."""
        for word in ("additionalProperties", "unevaluatedProperties"):
            found = keyword(self.body, word, self.definitions)
            if isinstance(found, dict):
                return self.within(found)
            if found is not None:
                return bool(found)
        return not self.members

    @cached_property
    def branches(self) -> Sequence[Self]:
        """What its values are one of, where it says nothing else."""
        if {"properties", "items", "enum", "allOf"} & self.body.keys():
            return ()
        for word in ("anyOf", "oneOf"):
            if isinstance(self.body.get(word), list):
                return [self.within(each) for each in self.body[word]]
        return ()

    @cached_property
    def _is_choice(self) -> bool:
        """Whether the schema says nothing but what its values are one of."""
        return bool(self.branches) and self.schema is self.body and _CHOICE.issuperset(self.body)

    @property
    def whole(self) -> Self:
        """What is said of a value that is not null."""
        solid = [each for each in self.branches if each.body.get("type") != "null"]
        return solid[0] if len(solid) == 1 else self

    @property
    def entity(self) -> str:
        """What the schema's name says that its objects are, folded; "" where it has none."""
        ref = self.schema.get("$ref") if isinstance(self.schema, dict) else None
        return fold(entity_name(str(ref).rpartition("/")[2].rpartition(".")[2])) if ref else ""

    @property
    def objects(self) -> Self:
        """What is said of the objects in a list; itself where it is none."""
        return self.items or self

    def within(self, schema: Schema) -> Self:
        """What is said of values inside its own; one for all that refer to the same definition."""
        if isinstance(schema, bool):
            return type(self)(schema, self.definitions, None, self.fill, self._family)
        ref = schema.get("$ref") if len(schema) == 1 else None
        place = ref if isinstance(ref, str) else id(schema)
        known = self._family.get(place)
        if known is None:
            made = type(self)(schema, self.definitions, None, self.fill, self._family)
            known = self._family.setdefault(place, made)
        return known
