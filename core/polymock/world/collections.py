"""A collection: the entities of one name, over all contracts that have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from itertools import islice
from typing import Any, Literal

import msgspec

from polymock.samples.seeds import derive, salt
from polymock.world.adapting import Adapter
from polymock.world.entities import MISSING, EntityKind
from polymock.world.keys import (
    BROOD,
    CROWD,
    Keys,
    child_index,
    choose_keys,
    key_text,
    parent_index,
    within_index,
)
from polymock.world.names import entity_name, fold
from polymock.world.schemas import properties_of, required_of, resolve

Rule = Literal["restrict", "cascade", "detach"]
"""What a delete does to those who refer to the entity: it is refused, they go too, or they refer to
nobody any more."""

STATES = frozenset({"status", "state", "phase", "stage"})
BEGINNINGS = (
    *("new", "created", "pending", "draft", "open", "opened", "placed", "received", "submitted"),
    *("todo", "queued", "requested", "registered", "available", "active", "enabled"),
)
"""States that entities begin in, the most likely first."""
MAX_IMAGINED = 4096
"""Documents of a collection that are kept."""
MAX_TRIED = 8
"""Documents that are looked at for a property that need not be there."""
MAX_SPELT = 4096
"""Names of properties of which it is kept how documents spell them."""


class Reference(msgspec.Struct, frozen=True):
    """What entities tell of others: one reference, whatever the contracts call it.

    `name` is the property of a document that holds the other's key (with `many` a list of keys);
    `names` are all properties that tell of it, folded, `embeds` those of them that hold the other
    as an object. `rule` is what happens when the other is deleted; None: `detach` where `optional`,
    else `cascade`, as nothing can be left of a reference that has to be there.
    """

    name: str
    names: frozenset[str]
    embeds: frozenset[str]
    collection: str
    many: bool = False
    optional: bool = True
    rule: Rule | None = None

    @property
    def effect(self) -> Rule:
        """What happens to who refers to an entity that is deleted."""
        rule = self.rule or "detach"
        return "cascade" if rule == "detach" and not (self.optional or self.many) else rule


class KindOf(msgspec.Struct, frozen=True):
    """A kind, and the mock whose contract has it."""

    mock: str
    kind: EntityKind


class Collection:
    """The entities of one name.

    A document is an entity's value over all contracts: an object in which each property has the
    spelling of the first contract (in the config's order) that has it, and references hold keys.
    """

    def __init__(
        self,
        name: str,
        kinds: Sequence[KindOf],
        references: Sequence[Reference],
        seed: int,
        *,
        strict: bool = False,
        seeded: bool = False,
        examples: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.name = name
        self.kinds = tuple(kinds)
        self.references = tuple(references)
        self.strict = strict
        """Whether nothing is there that nobody wrote."""
        self.seeded = seeded
        """Whether it has data of its own, so that lists hold nothing else."""
        self.examples = tuple(examples)
        """Entities that it begins with, as contracts have them."""
        self.entity = entity_name(name)
        self._seed = derive(seed, salt(name))
        self._imagined: dict[str, dict[str, Any]] = {}
        self._spelt: dict[str, tuple[str, Reference | None]] = {}
        self._parts: dict[str, Sequence[Adapter]] = {}
        self._times: dict[str, Any] = {}

    @property
    def imagines(self) -> bool:
        """Whether its lists hold entities that nobody wrote."""
        return not (self.strict or self.seeded)

    @cached_property
    def keys(self) -> Keys:
        """How the keys of entities that nobody wrote are made."""
        return choose_keys([each.kind for each in self.kinds], self._seed)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The spelling of each property in documents, by its folded name."""
        names: dict[str, str] = {}
        for each in self.kinds:
            for name in each.kind.properties:
                names.setdefault(fold(name), name)
        for reference in self.references:
            for name in reference.names:
                names[name] = reference.name
        return names

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The properties of documents, in the order in which they stand there."""
        return tuple(dict.fromkeys(self.names.values()))

    @cached_property
    def plain_names(self) -> tuple[tuple[str, str], ...]:
        """The properties that are neither the key nor references: folded, and as documents spell
        them."""
        return tuple(
            (folded, name)
            for folded, name in self.names.items()
            if folded not in self._references and name != self.key
        )

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """The properties of documents that more than one kind has: what each of the others leaves
        out of them, somebody may miss."""
        held = Counter(fold(name) for each in self.kinds for name in each.kind.properties)
        return tuple(name for folded, name in self.plain_names if held[folded] > 1)

    @cached_property
    def key(self) -> str:
        """The property of documents that holds the key."""
        return self.names.get(fold(self.kinds[0].kind.key), self.kinds[0].kind.key)

    @cached_property
    def owners(self) -> Mapping[str, EntityKind]:
        """The kind that makes the values of each property that nobody wrote, by its folded name."""
        owners: dict[str, EntityKind] = {}
        for each in self.kinds:
            for name in each.kind.properties:
                owners.setdefault(fold(name), each.kind)
        return owners

    @cached_property
    def unnamed(self) -> tuple[Reference, ...]:
        """The references of which no contract has a property: only paths tell of them."""
        known = {fold(name) for each in self.kinds for name in each.kind.properties}
        return tuple(each for each in self.references if not each.names & known)

    @cached_property
    def required(self) -> frozenset[str]:
        """The properties that some contract never leaves out, folded."""
        return frozenset(
            fold(name)
            for each in self.kinds
            for name in required_of(each.kind.schema, each.kind.definitions)
        )

    @cached_property
    def always(self) -> tuple[str, ...]:
        """The properties of documents that some contract never leaves out, but for the key."""
        told = (self.names.get(folded, folded) for folded in sorted(self.required))
        return tuple(name for name in dict.fromkeys(told) if name != self.key)

    def beginning(self, folded: str, sampled: Any) -> Any:
        """What a property is of an entity that was just made, where nobody says it: of the states
        that there are, the one that entities begin in; else what was sampled."""
        if folded not in STATES or not isinstance(sampled, str):
            return sampled
        kind = self.owners.get(folded)
        if kind is None:
            return sampled
        spelt = next(name for name in kind.properties if fold(name) == folded)
        schema = properties_of(kind.schema, kind.definitions).get(spelt, True)
        options = resolve(schema, kind.definitions).get("enum", ())
        texts = {fold(option): option for option in options if isinstance(option, str)}
        for word in BEGINNINGS:
            for text, option in texts.items():
                if text == word or text.endswith(folded + word):
                    return option
        return sampled

    def spelt(self, name: str) -> tuple[str, Reference | None]:
        """How documents spell a property, whoever spells it otherwise, and the reference that it
        tells of."""
        known = self._spelt.get(name)
        if known is None:
            if len(self._spelt) >= MAX_SPELT:
                self._spelt.clear()
            folded = fold(name)
            known = self._spelt[name] = (self.names.get(folded, name), self.reference(folded))
        return known

    def reference(self, folded: str) -> Reference | None:
        """The reference that a property tells of, by its folded name."""
        return self._references.get(folded)

    @cached_property
    def _references(self) -> Mapping[str, Reference]:
        return {name: each for each in self.references for name in each.names}

    def seed_of(self, key: str) -> int:
        """The seed of all values of an entity that nobody wrote."""
        return derive(self._seed, salt(key))

    def imagine(self, key: str) -> dict[str, Any]:
        """The document of an entity that nobody wrote; not to be changed.

        References in it hold what `parents` must still say.
        """
        known = self._imagined.get(key)
        if known is None:
            if len(self._imagined) >= MAX_IMAGINED:
                self._imagined.clear()
            known = self._imagined[key] = dict(self._made(key))
        return known

    def imagine_part(self, key: str, wanted: Set[str]) -> dict[str, Any]:
        """Some properties of what `imagine` tells, by their folded names; the key too."""
        known = self._imagined.get(key)
        return dict(self._made(key, wanted)) if known is None else known

    def time_like(self, folded: str) -> Any:
        """How a property, by its folded name, tells a time: as some entity does that nobody wrote;
        MISSING where none does."""
        if folded not in self._times:
            found = (self._imagined_at(index, folded) for index in range(MAX_TRIED))
            self._times[folded] = next((time for time in found if time is not MISSING), MISSING)
        return self._times[folded]

    def _imagined_at(self, index: int, folded: str) -> Any:
        part = self.imagine_part(self.keys.at(index), {folded})
        return part.get(self.names.get(folded, folded), MISSING)

    def _made(self, key: str, wanted: Set[str] | None = None) -> Iterator[tuple[str, Any]]:
        seed, names = self.seed_of(key), self.names
        seen: set[str] = set()
        for each in self.kinds:
            kind = each.kind
            new = [name for name in kind.properties if self.owners[fold(name)] is kind]
            if wanted is not None:
                new = [name for name in new if fold(name) in wanted]
            if not new:
                continue
            if wanted is None or kind.imagine_part is None:
                value = kind.imagine(key, seed)
            else:
                value = kind.imagine_part(key, seed, set(new))
            for name in new:
                folded = fold(name)
                if name in value and folded not in seen and folded not in self._references:
                    seen.add(folded)
                    yield names[folded], value[name]
        yield self.key, self.typed_key(key)

    def typed_key(self, key: str) -> Any:
        """A key as documents hold it: a number where the first contract has numbers."""
        value = self.kinds[0].kind.typed_key(key)
        return key if value is msgspec.UNSET else value

    def fits(self, key: str) -> bool:
        """Whether every contract can have an entity of this key."""
        for each in self.kinds:  # noqa: SIM110 - a generator costs more than what it asks
            if each.kind.typed_key(key) is msgspec.UNSET:
                return False
        return True

    def key_in(self, value: Mapping[str, Any]) -> str | None:
        """The key that an object holds, whoever spells it; None where it has none."""
        wanted = {fold(each.kind.key) for each in self.kinds} | {fold(self.key)}
        for name, found in value.items():
            if fold(name) in wanted and found is not None and not isinstance(found, dict | list):
                return key_text(found)
        return None

    def kind(self, mock: str, name: str) -> EntityKind | None:
        """The kind of a mock's contract."""
        for each in self.kinds:
            if each.mock == mock and each.kind.name == name:
                return each.kind
        return None

    def adapter(self, mock: str, name: str) -> Adapter | None:
        """What turns documents into objects of a kind, property by property."""
        known = self._adapters.get((mock, name))
        if known is None:
            kind = self.kind(mock, name)
            if kind is None:
                return None
            known = Adapter(kind.schema, kind.definitions, fill=kind.fill)
            self._adapters[mock, name] = known
        return known

    def parts(self, name: str) -> Sequence[Adapter]:
        """What turns a property of documents, by its name there, into that of each kind which has
        it; nothing for a reference."""
        known = self._parts.get(name)
        if known is None:
            if len(self._parts) >= MAX_SPELT:
                self._parts.clear()
            known = self._parts[name] = tuple(self._parts_of(fold(name)))
        return known

    def _parts_of(self, folded: str) -> Iterator[Adapter]:
        for each in self.kinds if self.reference(folded) is None else ():
            part = self.part(each, folded)
            if part is not None:
                yield part

    def part(self, each: KindOf, folded: str) -> Adapter | None:
        """What turns a property, by its folded name, into a kind's; None where that has none."""
        adapter = self.adapter(each.mock, each.kind.name)
        member = None if adapter is None else adapter.member(folded)
        return None if member is None else member[1]

    @cached_property
    def _adapters(self) -> dict[tuple[str, str], Adapter]:
        return {}


def parent_of(child: Collection, reference: Reference, key: str, target: Collection) -> str | None:
    """The key that an entity which nobody wrote refers to; None where it refers to nobody."""
    index = child.keys.index(key)
    if index is None:
        index = child.seed_of(key) % BROOD
    if target is child:
        own = within_index(index)
        return None if own is None else target.keys.at(own)
    return target.keys.at(parent_index(index))


def children_at(child: Collection, index: int, count: int, *, within: bool) -> list[str]:
    """The keys of entities that nobody wrote and that refer to the index-th of another collection,
    or, `within`, of their own: the first `count` of them."""
    if within:
        return [child.keys.at(3 * index + 3 + nth) for nth in range(min(count, 3))]
    return [child.keys.at(child_index(index, nth)) for nth in range(min(count, BROOD))]


def children_of(child: Collection, place: int, parents: int, count: int) -> list[str]:
    """The keys of entities that nobody wrote and that refer to one of few `parents` that somebody
    wrote, who take turns: the first `count` of those of the one at this place."""
    numbers = (
        child_index(turn, nth) for nth in range(BROOD) for turn in range(place, CROWD, parents)
    )
    return [child.keys.at(number) for number in islice(numbers, count)]
