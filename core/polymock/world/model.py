"""The world put together: what the contracts say of it, as the config would have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from polymock.config.settings import suggestion
from polymock.errors import ConfigError
from polymock.world.adapting import Adapter
from polymock.world.collections import Collection, KindOf, Reference, Rule
from polymock.world.entities import Binding, EntityKind, Inference, KindReference
from polymock.world.names import collection_name, entity_name, fold, reference_stem, words
from polymock_schemas.config import CollectionConfig, WorldConfig

_NOTHING = CollectionConfig()
_LEAST_NOUN = 3
"""Letters of an entity's name that the end of a property's may be taken for."""


class Domain(msgspec.Struct, frozen=True):
    """The world as one mock's contract knows it: its bound operations, and its kinds."""

    mock: str
    bindings: Mapping[str, Binding]
    kinds: Mapping[str, Collection]
    reaches: bool = False
    """Whether operations that are not bound can show entities too, as a graph's do."""

    def touched_by(self, operation: str) -> bool:
        """Whether what an operation answers can depend on the world."""
        return self.reaches or operation in self.bindings


class WorldModel:
    """All collections, and each mock's part in them. Immutable."""

    def __init__(
        self, collections: Mapping[str, Collection], domains: Mapping[str, Domain]
    ) -> None:
        self.collections = collections
        self.domains = domains
        self.referring: Mapping[str, tuple[tuple[Collection, Reference], ...]] = {
            name: tuple(
                (other, reference)
                for other in collections.values()
                for reference in other.references
                if reference.collection == name
            )
            for name in collections
        }
        """Who refers to the entities of each collection."""


def build_model(inferences: Mapping[str, Inference], config: WorldConfig) -> WorldModel:
    """Merge what the mocks' contracts say, by mock in the config's order.

    Raises ConfigError where the config names what no contract has.
    """
    chosen = _Choices(inferences, config)
    kinds = chosen.kinds()
    references = {name: _References(name, kinds, config) for name in kinds}
    examples = {name: _examples(name, held, inferences, config) for name, held in kinds.items()}
    collections = {
        name: Collection(
            name,
            held,
            references[name].merged(),
            config.seed,
            strict=_strict(config, name),
            seeded=bool(examples[name]) or config.collections.get(name, _NOTHING).file is not None,
            examples=examples[name],
        )
        for name, held in kinds.items()
    }
    domains = {
        mock: Domain(
            mock,
            {
                binding.operation: binding
                for binding in chosen.bindings(mock)
                if binding.collection in collections
            },
            {
                each.kind.name: collection
                for collection in collections.values()
                for each in collection.kinds
                if each.mock == mock
            },
            inferences[mock].reaches,
        )
        for mock in inferences
    }
    return WorldModel(collections, domains)


def _examples(
    name: str,
    held: Sequence[KindOf],
    inferences: Mapping[str, Inference],
    config: WorldConfig,
) -> list[Mapping[str, Any]]:
    """The entities in contracts that a collection begins with; none where it has a file."""
    settings = config.collections.get(name, _NOTHING)
    if not config.seed_from_examples or settings.file is not None:
        return []
    kinds = {(each.mock, each.kind.name) for each in held}
    return [
        value
        for mock, inference in inferences.items()
        for kind, value in inference.examples
        if (mock, kind) in kinds and isinstance(value, Mapping)
    ]


def _strict(config: WorldConfig, name: str) -> bool:
    own = config.collections.get(name, _NOTHING).strict
    return config.strict if own is None else own


class _Choices:
    """Which kinds and bindings there are, and in which collection each is."""

    def __init__(self, inferences: Mapping[str, Inference], config: WorldConfig) -> None:
        self._inferences = inferences
        self._config = config
        self._moved: dict[str, str] = {}
        for name, settings in config.collections.items():
            for written in settings.types:
                self._moved[self._known_type(name, written)] = name
        self._check_operations()

    def kinds(self) -> dict[str, list[KindOf]]:
        """The kinds of each collection that an operation is bound to, or that the config names."""
        held: dict[str, list[KindOf]] = {}
        for mock, inference in self._inferences.items():
            for kind in inference.kinds:
                name = self.collection(mock, kind.name, kind.collection)
                held.setdefault(name, []).append(KindOf(mock, self._keyed(name, kind)))
        bound = {binding.collection for mock in self._inferences for binding in self.bindings(mock)}
        wanted = bound | {n for n, each in self._config.collections.items() if each.enabled}
        for name in self._config.collections:
            if name not in held and self._config.collections[name].enabled:
                raise ConfigError(
                    f"world.collections.{name}: no contract has entities of this name.",
                    suggestion(name, tuple(held)) or "Name their type under `types:`.",
                )
        return {name: kinds for name, kinds in held.items() if name in wanted}

    def bindings(self, mock: str) -> Iterator[Binding]:
        """The bindings of a mock's operations, as the config would have them.

        What a contract gives no reason for may be bound, but only if the config asks for it.
        """
        for binding in self._inferences[mock].bindings:
            names = _names(mock, binding.operation)
            asked = self._asked(mock, binding, names)
            if asked is not None:
                yield asked
                continue
            name = self.collection(mock, binding.kind, binding.collection)
            settings = self._config.collections.get(name, _NOTHING)
            if binding.why and settings.enabled and not names & set(settings.unbind):
                yield replace(binding, collection=name)

    def _asked(self, mock: str, binding: Binding, names: set[str]) -> Binding | None:
        """The binding of an operation that the config names; None where it names it nowhere."""
        for name, settings in self._config.collections.items():
            written = next((each for each in settings.bind if each in names), None)
            if written is None or not settings.enabled:
                continue
            kinds = [
                kind.name
                for kind in self._inferences[mock].kinds
                if self.collection(mock, kind.name, kind.collection) == name
            ]
            if not kinds:
                raise ConfigError(
                    f"world.collections.{name}.bind.{written}: {mock} has no entities of this "
                    "collection.",
                    "Name their type under `types:`.",
                )
            return replace(
                binding,
                collection=name,
                kind=binding.kind if binding.kind in kinds else kinds[0],
                role=settings.bind[written],
                why="the config binds it",
            )
        return None

    def collection(self, mock: str, kind: str, inferred: str) -> str:
        """The collection of a kind."""
        return self._moved.get(f"{mock}.{kind}") or self._moved.get(kind) or inferred

    def _keyed(self, name: str, kind: EntityKind) -> EntityKind:
        wanted = self._config.collections.get(name, _NOTHING).key
        if wanted is None:
            return kind
        found = next((n for n in kind.properties if fold(n) == fold(wanted)), None)
        if found is None:
            raise ConfigError(
                f"world.collections.{name}.key: {kind.name} has no property {wanted!r}.",
                suggestion(wanted, kind.properties) or "Name one of its properties.",
            )
        if found == kind.key:
            return kind
        typed = _typing(kind, found)
        return replace(kind, key=found, typed_key=typed, key_at=None, index_of=None)

    def _known_type(self, collection: str, written: str) -> str:
        names = {
            name
            for mock, inference in self._inferences.items()
            for kind in inference.kinds
            for name in (kind.name, f"{mock}.{kind.name}")
        }
        if written not in names:
            raise ConfigError(
                f"world.collections.{collection}.types: no contract has entities of a type "
                f"{written!r}.",
                suggestion(written, tuple(sorted(names))) or "An entity is an object with a key.",
            )
        return written

    def _check_operations(self) -> None:
        known = {
            name
            for mock, inference in self._inferences.items()
            for binding in inference.bindings
            for name in _names(mock, binding.operation)
        }
        for collection, settings in self._config.collections.items():
            for part, written in (("bind", settings.bind), ("unbind", settings.unbind)):
                for name in written:
                    if name not in known:
                        raise ConfigError(
                            f"world.collections.{collection}.{part}: there is no operation "
                            f"{name!r} that entities of the world go through.",
                            suggestion(name, tuple(sorted(known)))
                            or "`polymock world bindings --all` lists them.",
                        )


def _typing(kind: EntityKind, key: str) -> Callable[[str], Any]:
    """What turns texts into values of a property that the config makes the key."""
    member = Adapter(kind.schema, kind.definitions).member(fold(key))
    if member is None:
        return kind.typed_key
    return member[1].adapt


def _names(mock: str, operation: str) -> set[str]:
    """How the config may name an operation."""
    return {operation, f"{mock}:{operation}"}


class _References:
    """The references of one collection, merged over its kinds."""

    def __init__(
        self, name: str, kinds: Mapping[str, Sequence[KindOf]], config: WorldConfig
    ) -> None:
        self._name = name
        self._kinds = kinds
        self._config = config
        self._settings = config.collections.get(name, _NOTHING)
        self._set = {fold(n): target for n, target in self._settings.references.items()}
        self._types = {
            fold(each.kind.name): collection for collection, held in kinds.items() for each in held
        }

    def merged(self) -> tuple[Reference, ...]:
        """One reference for each stem: `customer` and `customerId` are the same. Raises
        ConfigError."""
        self._check()
        found: dict[str, list[tuple[KindReference, str]]] = {}
        for each in self._kinds[self._name]:
            own = fold(each.kind.key)
            for told in each.kind.references:
                target = self._target(told) if fold(told.property) != own else None
                if target is not None:
                    found.setdefault(_stem(told), []).append((told, target))
        self._follow(found)
        return tuple(self._reference(told) for told in found.values())

    def _target(self, told: KindReference) -> str | None:
        folded = fold(told.property)
        if folded in self._set:
            return self._set[folded]
        by_type = self._types.get(fold(told.target))
        if told.embeds:
            return by_type
        return by_type or self._by_noun(told.target)

    def _by_noun(self, target: str) -> str | None:
        """The collection that a noun names: `customer`, or the end of `billing_customer`."""
        name = collection_name(target)
        if name in self._kinds:
            return name
        parts = words(target)
        for start in range(1, len(parts)):
            tail = collection_name("_".join(parts[start:]))
            if tail in self._kinds and len(parts[-1]) >= _LEAST_NOUN:
                return tail
        if entity_name(target) == "parent":
            return self._name
        return None

    def _follow(self, found: Mapping[str, list[tuple[KindReference, str]]]) -> None:
        """Properties whose own name tells nothing, and whose stem another contract explains."""
        for each in self._kinds[self._name]:
            for told in each.kind.references:
                known = found.get(_stem(told))
                folded = fold(told.property)
                if not known or told.embeds or folded in self._set or folded == fold(each.kind.key):
                    continue
                if all(told is not other for other, _ in known):
                    known.append((told, known[0][1]))

    def _reference(self, told: Sequence[tuple[KindReference, str]]) -> Reference:
        target = told[0][1]
        holding = [each for each, _ in told if not each.embeds] or [each for each, _ in told]
        return Reference(
            name=holding[0].property,
            names=frozenset(fold(each.property) for each, _ in told),
            embeds=frozenset(fold(each.property) for each, _ in told if each.embeds),
            collection=target,
            many=holding[0].many,
            optional=all(each.optional for each, _ in told),
            rule=self._rule(target),
        )

    def _rule(self, target: str) -> Rule | None:
        return self._config.collections.get(target, _NOTHING).on_delete or self._config.on_delete

    def _check(self) -> None:
        known = {fold(n) for each in self._kinds[self._name] for n in each.kind.properties}
        for name, target in self._settings.references.items():
            where = f"world.collections.{self._name}.references.{name}"
            if fold(name) not in known:
                raise ConfigError(
                    f"{where}: its entities have no such property.",
                    suggestion(name, tuple(sorted(known))) or "Name one of their properties.",
                )
            if target is not None and target not in self._kinds:
                raise ConfigError(
                    f"{where}: there is no collection {target!r}.",
                    suggestion(target, tuple(self._kinds))
                    or "`polymock world bindings` lists them.",
                )


def _stem(told: KindReference) -> str:
    return (
        fold(told.property) if told.embeds else reference_stem(told.property) or fold(told.property)
    )
