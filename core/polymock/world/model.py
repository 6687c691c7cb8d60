"""The world put together: what the contracts say of it, as the config would have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec
from msgspec.structs import replace

from polymock.config.settings import suggestion
from polymock.errors import ConfigError
from polymock.world.adapting import Adapter
from polymock.world.collections import Collection, KindOf, Reference
from polymock.world.entities import Binding, EntityKind, Inference
from polymock.world.names import entity_name, fold
from polymock.world.nesting import Nest, nests_of
from polymock.world.references import References, rule_of
from polymock_schemas.config import CollectionConfig, WorldConfig

_NOTHING = CollectionConfig()


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
        self,
        collections: Mapping[str, Collection],
        domains: Mapping[str, Domain],
        restricted: frozenset[str] = frozenset(),
    ) -> None:
        self.collections = collections
        self.domains = domains
        self.referring: Mapping[str, tuple[tuple[Collection, Reference], ...]] = _referring(
            collections
        )
        """Who refers to the entities of each collection."""
        self.restricted = restricted
        """The collections whose entities are not deleted while somebody refers to them."""
        self._nouns: Mapping[str, str] = {fold(entity_name(name)): name for name in collections} | {
            fold(collection.entity): name for name, collection in collections.items()
        }
        self._nests: dict[str, tuple[Nest, ...]] = {}

    def named(self, nouns: Sequence[str]) -> Collection | None:
        """The collection that the first of some nouns names: `product`, folded."""
        name = next((self._nouns[noun] for noun in nouns if noun in self._nouns), None)
        return None if name is None else self.collections[name]

    def nests(self, collection: str) -> tuple[Nest, ...]:
        """The properties inside which entities of a collection refer to others."""
        known = self._nests.get(collection)
        if known is None:
            known = self._nests[collection] = nests_of(self.collections[collection], self)
        return known

    def nesting(self, target: str) -> Iterator[tuple[Collection, Nest]]:
        """Inside which properties entities of a collection are referred to."""
        for name, collection in self.collections.items():
            for nest in self.nests(name):
                if target in nest.targets:
                    yield collection, nest

    @cached_property
    def near(self) -> Mapping[str, frozenset[str]]:
        """The collections that an entity of each depends on which nobody wrote."""
        return _Near(self)


class _Near(dict[str, frozenset[str]]):
    """Worked out collection by collection, as somebody reads there: the first answer would wait
    long for all those of a large document."""

    def __init__(self, model: WorldModel) -> None:
        super().__init__()
        self._model = model

    def __missing__(self, name: str) -> frozenset[str]:
        references = self._model.collections[name].references
        found = frozenset(reference.collection for reference in references).union(
            *(nest.targets for nest in self._model.nests(name))
        )
        self[name] = found
        return found


def _referring(
    collections: Mapping[str, Collection],
) -> dict[str, tuple[tuple[Collection, Reference], ...]]:
    found: dict[str, list[tuple[Collection, Reference]]] = {name: [] for name in collections}
    for other in collections.values():
        for reference in other.references:
            if reference.collection in found:
                found[reference.collection].append((other, reference))
    return {name: tuple(those) for name, those in found.items()}


def build_model(inferences: Mapping[str, Inference], config: WorldConfig) -> WorldModel:
    """Merge what the mocks' contracts say, by mock in the config's order.

    Raises ConfigError where the config names what no contract has.
    """
    chosen = _Choices(inferences, config)
    kinds = chosen.kinds()
    types = {
        fold(each.kind.name): collection for collection, held in kinds.items() for each in held
    }
    references = {name: References(name, kinds, types, config) for name in kinds}
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
    restricted = frozenset(name for name in kinds if rule_of(config, name) == "restrict")
    return WorldModel(collections, domains, restricted)


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
