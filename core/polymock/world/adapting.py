"""Values that travel between contracts: the same thing in the terms of another type.

A number as text, an enum's value in another spelling, names in camelCase or snake_case, an instant
with or without its time, a key in the place of whom it is the key of: what means the same is turned
into what the schema asks for. What the schema's objects always have, and nobody said, is filled in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from polymock.world.described import Described
from polymock.world.entities import MISSING
from polymock.world.gaps import Others, filled, merged
from polymock.world.names import fold
from polymock.world.relating import (
    Relation,
    entries_from,
    entries_of,
    key_under,
    relations_of,
)
from polymock.world.scalars import readings
from polymock.world.schemas import (
    MAX_DEPTH,
    keyword,
    properties_of,
    required_of,
    resolve,
)
from polymock.world.tries import Try

__all__ = ["Adapter", "Others", "properties_of", "required_of", "resolve"]

MAX_OPTIONS = 50
"""Values of an enum that are all told."""


class Adapter(Described):
    """Turns values into those of one schema. What it compiles is kept; safe to share."""

    def adapt(self, value: Any, others: Others | None = None) -> Any:
        """The value in the schema's terms; MISSING where it cannot be one of its values.

        What one of its parts cannot say is left out, or sampled where it is required.
        """
        if not isinstance(value, dict | list):
            return self._scalar(value, MAX_DEPTH)
        if self.is_verbatim(value):
            return value
        plain = Try()
        told = self._settled(value, others, plain)
        if told is not MISSING:
            return told
        return self._checked(value, Try(others, plain, fills=True, forgives=True), MAX_DEPTH)

    def settle(self, value: Any, others: Others | None = None) -> Any:
        """The value in the schema's terms, in which nothing is lost that the schema knows; MISSING
        where some part of it cannot be told."""
        if not isinstance(value, dict | list):
            return self._scalar(value, MAX_DEPTH)
        return value if self.is_verbatim(value) else self._settled(value, others, Try())

    def is_verbatim(self, value: Any) -> bool:
        """Whether a value is in the schema's terms as it stands."""
        return self.is_valid(value) and self._is_at_home(value, MAX_DEPTH)

    def complete(self, value: Any, others: Others | None = None) -> Any:
        """The value as it is spelt, with what the schema's objects always have and it leaves out;
        itself where that is not enough."""
        told = self.settle(value, others) if isinstance(value, dict | list) else MISSING
        return value if told is MISSING or told is value else self.beside(value, told)

    def beside(self, value: Any, told: Any) -> Any:
        """A value as it is, with what the same value holds beside it in other terms."""
        return merged(self, value, told, MAX_DEPTH)

    def why_not(self, value: Any) -> str:
        """Why a value is none of the schema's, in one sentence."""
        if self.is_valid(value) or self.validator is None:
            return "it cannot be told in the contract's terms"
        options = self.body.get("enum")
        if isinstance(options, list) and isinstance(value, str) and len(options) <= MAX_OPTIONS:
            return f"{value[:100]!r} is none of: {', '.join(map(str, options))}"
        return self.validator.violations(value, "")[0].message

    @cached_property
    def relations(self) -> Sequence[Relation]:
        """The properties that tell of others."""
        return relations_of(self.members.items())

    # How values are turned

    def _is_at_home(self, value: Any, depth: int) -> bool:
        """Whether a valid value is spelt as the schema has it."""
        if isinstance(value, list):
            items = self.items
            if items is not None:
                for each in value:
                    if isinstance(each, (dict, list)) and not items._is_at_home(each, depth):
                        return False
            return True
        if not isinstance(value, dict):
            return True
        if not depth:
            return False
        if self.branches:
            valid = (each for each in self.branches if each.is_valid(value))
            return any(each._is_at_home(value, depth - 1) for each in valid)
        spelt = self.spelt
        for name, held in value.items():
            member = spelt.get(name)
            if member is None:
                if spelt and (not self.rest or fold(name) in self.members):
                    return False
            elif isinstance(held, (dict, list)) and not member._is_at_home(held, depth - 1):
                return False
        return True

    def _settled(self, value: Any, others: Others | None, plain: Try) -> Any:
        told = self._checked(value, plain, MAX_DEPTH)
        if told is not MISSING or self.fill is None:
            return told
        return self._checked(value, Try(others, plain, fills=True), MAX_DEPTH)

    def _checked(self, value: Any, work: Try, depth: int) -> Any:
        """The value turned, and valid; MISSING where it cannot be."""
        if not isinstance(value, dict | list):
            return self._found_valid(value, work, depth)
        return work.recall(Adapter._found_valid, self, value, depth)

    def _found_valid(self, value: Any, work: Try, depth: int) -> Any:
        told = self._turned(value, work, depth)
        return told if told is not MISSING and self.is_valid(told) else MISSING

    def _turned(self, value: Any, work: Try, depth: int) -> Any:
        """What the value may mean in the schema; MISSING where nothing comes to mind."""
        if isinstance(value, dict | list) and depth:
            return work.recall(Adapter._found, self, value, depth)
        if work.is_over():
            return MISSING
        if not depth:
            return value if self.is_valid(value) else MISSING
        return self._scalar(value, depth)

    def _found(self, value: Any, work: Try, depth: int) -> Any:
        if work.is_over():
            return MISSING
        if self.branches:
            return self._of_branches(value, work, depth - 1)
        value = self._as_entries(value)
        if isinstance(value, list):
            return self._list(value, work, depth - 1)
        return self._object(value, work, depth - 1)

    def _scalar(self, value: Any, depth: int) -> Any:
        if self.is_valid(value):
            return value
        for branch in self.branches:
            told = branch._scalar(value, depth - 1) if depth else MISSING
            if told is not MISSING and self.is_valid(told):
                return told
        return next((each for each in readings(value, self.body) if self.is_valid(each)), MISSING)

    def _of_branches(self, value: Any, work: Try, depth: int) -> Any:
        for branch in self.branches:
            told = branch._checked(value, work.plain, depth)
            if told is not MISSING and self.is_valid(told):
                return told
        if not work.fills:
            return MISSING
        for branch in sorted(self.branches, key=lambda each: -each._likeness(value)):
            told = branch._checked(value, work, depth)
            if told is not MISSING and self.is_valid(told):
                return told
        return MISSING

    def _likeness(self, value: Any) -> int:
        """How much an object has in common with those of the schema."""
        if not isinstance(value, Mapping):
            return 0
        shared = 0
        for name, held in value.items():
            found = self.members.get(fold(name))
            if found is not None:
                fits = isinstance(held, dict | list) or found[1]._scalar(held, 1) is not MISSING
                shared += 1 if fits else -2
        return shared

    def _as_entries(self, value: Any) -> Any:
        """A map as the list of its entries, and the other way round, where the schema says so."""
        if isinstance(value, list):
            is_map = isinstance(self.rest, Adapter) and self.items is None
            return (entries_of(value) or value) if is_map else value
        listed = None if self.items is None else entries_from(value, self.items.whole.names)
        return value if listed is None else listed

    def _list(self, value: list[Any], work: Try, depth: int) -> Any:
        items = self.items
        if items is None:
            return value
        told = [items._part(each, work, depth) for each in value]
        if work.forgives:
            told = [each for each in told if each is not MISSING]
            most = keyword(self.body, "maxItems", self.definitions)
            told = told[:most] if isinstance(most, int) else told
            return told if told or not value else MISSING
        return MISSING if any(each is MISSING for each in told) else told

    def _part(self, value: Any, work: Try, depth: int) -> Any:
        """A value inside another: as it is, turned, or, where gaps are filled, filled and valid."""
        if not work.fills:
            told = self._turned(value, work, depth)
            return value if told is MISSING else told
        if self.is_valid(value) and self._is_at_home(value, depth):
            return value
        if isinstance(value, dict | list):
            told = self._checked(value, work.plain, depth)
            if told is not MISSING:
                return told
        return self._checked(value, work, depth)

    def _object(self, value: Mapping[str, Any], work: Try, depth: int) -> Any:
        told: dict[str, Any] = {}
        for name, held in value.items():
            found = self.members.get(fold(name))
            if found is not None:
                part = self._told(found[0], found[1], held, work, depth)
                if part is MISSING and held is not None and not work.forgives:
                    return MISSING
                if part is not MISSING and (part is not None or found[1].is_valid(None)):
                    told[found[0]] = part
            elif isinstance(self.rest, Adapter):
                told[name] = self.rest._part(held, work, depth)
            elif self.rest:
                told[name] = held
        for relation in self.relations:
            if relation.name not in told:  # told by a key in the place of an object, or so
                held = key_under(value, relation.noun, many=relation.many)
                if held is not MISSING:
                    part = self._told(relation.name, relation.adapter, held, work, depth)
                    if part is not MISSING:
                        told[relation.name] = part
        told = {name: held for name, held in told.items() if held is not MISSING}
        return filled(self, value, told, work.others) if work.fills else told

    def _told(self, name: str, inner: Adapter, held: Any, work: Try, depth: int) -> Any:
        """A property; one that holds another entity, of a key or of some of it."""
        for relation in self.relations if held is not None else ():
            if relation.name == name and relation.embeds:
                held = relation.wrapped(held)
                if work.others is not None and not inner.is_valid(held):
                    held = work.whole(relation, held)
                work = work.further
        return inner._part(held, work, depth)
