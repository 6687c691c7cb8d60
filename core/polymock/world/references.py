"""What the entities of a collection tell of others: one reference over all contracts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from polymock.config.settings import suggestion
from polymock.errors import ConfigError
from polymock.world.collections import KindOf, Reference, Rule
from polymock.world.entities import EntityKind, KindReference
from polymock.world.names import collection_name, entity_name, fold, reference_stem, words
from polymock.world.schemas import properties_of, required_of, resolve
from polymock_schemas.config import CollectionConfig, WorldConfig

_NOTHING = CollectionConfig()
_LEAST_NOUN = 3
"""Letters of an entity's name that the end of a property's may be taken for."""


class References:
    """The references of one collection, merged over its kinds."""

    def __init__(
        self,
        name: str,
        kinds: Mapping[str, Sequence[KindOf]],
        types: Mapping[str, str],
        config: WorldConfig,
    ) -> None:
        self._name = name
        self._kinds = kinds
        self._types = types
        self._config = config
        self._settings = config.collections.get(name, _NOTHING)
        self._set = {fold(n): target for n, target in self._settings.references.items()}

    def merged(self) -> tuple[Reference, ...]:
        """One reference for each stem: `customer` and `customerId` are the same. Raises
        ConfigError."""
        self._check()
        found: dict[str, list[tuple[KindReference, str]]] = {}
        for each in self._kinds[self._name]:
            own = fold(each.kind.key)
            for told in (*each.kind.references, *self._named(each.kind)):
                target = self._target(told) if fold(told.property) != own else None
                if target is not None:
                    found.setdefault(_stem(told), []).append((told, target))
        self._follow(found)
        return tuple(self._reference(told) for told in found.values())

    def _named(self, kind: EntityKind) -> Iterator[KindReference]:
        """References that only the config tells of: properties whose names say nothing."""
        told = {fold(each.property) for each in kind.references}
        for name in kind.properties:
            target = self._set.get(fold(name))
            if target is None or fold(name) in told:
                continue
            schema = properties_of(kind.schema, kind.definitions).get(name, True)
            many = "items" in resolve(schema, kind.definitions)
            required = name in required_of(kind.schema, kind.definitions)
            yield KindReference(name, target, many=many, optional=not required)

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
            rule=rule_of(self._config, target),
        )

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


def rule_of(config: WorldConfig, target: str) -> Rule | None:
    """What the config says that a delete in a collection does to those who refer to it."""
    return config.collections.get(target, _NOTHING).on_delete or config.on_delete


def _stem(told: KindReference) -> str:
    return (
        fold(told.property) if told.embeds else reference_stem(told.property) or fold(told.property)
    )
