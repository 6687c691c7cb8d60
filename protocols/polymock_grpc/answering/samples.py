"""Samples: a message type and a variant in, a filled message in ProtoJSON out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from protobuf import DescField, DescMessage, Registry

from polymock.samples import Sampler
from polymock.samples.seeds import Stream, salt
from polymock_grpc.answering.identity import variant_of
from polymock_grpc.answering.packing import choose_packable, packable_types
from polymock_grpc.model import TYPE_PREFIX
from polymock_grpc.spec.known_types import ANY, known_schema
from polymock_grpc.spec.types import Part, Shape, Types

MAX_DEPTH = 6
"""Messages inside one another; deeper ones are left out unless a rule needs them."""
HARD_DEPTH = 40
MAX_MESSAGES = 400
"""Messages of one sample."""


class Samples:
    """Makes messages of a contract's types, in ProtoJSON.

    A nested message that has a key is the thing of that key: the same as where it stands alone.
    """

    def __init__(self, types: Types, registry: Registry, seed: int) -> None:
        self._types = types
        self._registry = registry
        self._seed = seed
        self._sampler = Sampler({})

    def value(self, message: DescMessage, variant: int) -> Any:
        """The variant's sample of a type: an object, or what a well-known type is in ProtoJSON.

        Raises Unsatisfiable where its rules contradict one another.
        """
        key = f"{message.type_name}#{variant}"
        known = known_schema(message.type_name)
        if known is not None:
            return self._sampler.sample(known, self._seed, key)
        sample = _Sample(self._types, self._sampler, self._seed, self._packable)
        if message.type_name == ANY:
            return sample.packed(key, (ANY,))
        return sample.made(message, key, ())

    @cached_property
    def _packable(self) -> Sequence[DescMessage]:
        return packable_types(self._registry, self._types)

    def key(self, message: DescMessage, variant: int) -> tuple[str, Any] | None:
        """The ProtoJSON name of a type's key, and the key that a variant has by itself.

        None where the type has none. Raises Unsatisfiable.
        """
        shape = self._types.shape(message)
        if shape.key is None:
            return None
        value = self.key_of(message, f"{message.type_name}#{variant}")
        return None if value is None else (shape.key.field.json_name, value)

    def key_of(self, message: DescMessage, seed: str) -> Any:
        """The key that a text gives to a thing of a type with keys; None where it gives none.

        Raises Unsatisfiable.
        """
        shape = self._types.shape(message)
        if shape.key is None:
            return None
        sample = self._sampler.sample(shape.plain, self._seed, seed)
        return sample.get(shape.key.field.json_name)

    def element(self, message: DescMessage, field: DescField, variant: int) -> Any:
        """An element of a list of plain values. Raises Unsatisfiable."""
        listed = self._types.shape(message).plain["properties"][field.json_name]
        return self._sampler.sample(listed["items"], self._seed, f"{field.json_name}#{variant}")


class _Sample:
    """One message as it is made, and how many it holds by now."""

    def __init__(
        self, types: Types, sampler: Sampler, seed: int, packable: Sequence[DescMessage]
    ) -> None:
        self._types = types
        self._sampler = sampler
        self._seed = seed
        self._packable = packable
        self._made = 0

    def made(self, message: DescMessage, key: str, above: tuple[str, ...]) -> dict[str, Any]:
        """A message; `key` seeds it, `above` are the types that it stands in."""
        self._made += 1
        shape = self._types.shape(message)
        value = dict(self._sampler.sample(shape.plain, self._seed, key))
        stream = Stream(salt(f"{self._seed} {key}"))
        inside = (*above, message.type_name)
        parts = [part for part in shape.parts if self._has_room(part, inside)]
        dropped = self._passed_over(shape, {*value, *(part.name for part in parts)}, stream)
        for name in dropped:
            value.pop(name, None)
        for part in parts:
            if part.name not in dropped:
                value[part.name] = self._part(part, f"{key}/{part.name}", inside, stream)
        return value

    def _has_room(self, part: Part, above: tuple[str, ...]) -> bool:
        """Whether a part is made: not where messages nest without end, or are too many."""
        if part.type.type_name == ANY:
            return True
        if part.needed:
            return len(above) < HARD_DEPTH
        if self._made > MAX_MESSAGES or len(above) >= MAX_DEPTH:
            return False
        return above.count(part.type.type_name) < (1 if above[-1] != part.type.type_name else 2)

    def _passed_over(self, shape: Shape, names: set[str], stream: Stream) -> set[str]:
        """The members of each oneof but the one that is chosen."""
        dropped: set[str] = set()
        for choice in shape.choices:
            offered = [name for name in choice if name in names and name not in dropped]
            if offered:
                dropped.update(set(choice) - {stream.pick(offered)})
        return dropped

    def _part(self, part: Part, key: str, above: tuple[str, ...], stream: Stream) -> Any:
        if part.form == "one":
            return self._nested(part.type, key, above)
        high = part.high if len(above) <= 2 else max(part.low, 1)
        count = stream.between(part.low, max(high, part.low))
        values = [self._nested(part.type, f"{key}/{n}", above) for n in range(count)]
        if part.form == "list":
            return values
        return dict(zip(self._keys(part, key, count), values, strict=False))

    def _keys(self, part: Part, key: str, count: int) -> Sequence[str]:
        found: dict[str, None] = {}
        for attempt in range(count * 4):
            found[str(self._sampler.sample(part.keys, self._seed, f"{key}#{attempt}"))] = None
            if len(found) == count:
                break
        return tuple(found)

    def _nested(self, message: DescMessage, key: str, above: tuple[str, ...]) -> Any:
        if message.type_name == ANY:
            return self.packed(key, above)
        shape = self._types.shape(message)
        if shape.key is None:
            return self.made(message, key, above)
        name = shape.key.field.json_name
        seen = self._sampler.sample(shape.plain, self._seed, key).get(name)
        if seen is None:
            return self.made(message, key, above)
        thing = self.made(message, f"{message.type_name}#{variant_of(seen)}", above)
        return {**thing, name: seen} if name in thing else thing

    def packed(self, key: str, above: tuple[str, ...]) -> dict[str, Any]:
        """An Any; empty where the contract has no message to put into it."""
        has_room = len(above) < MAX_DEPTH and self._made <= MAX_MESSAGES
        inner = choose_packable(self._packable, above, has_room=has_room)
        if inner is None:
            return {}
        url = TYPE_PREFIX + inner.type_name
        known = known_schema(inner.type_name)
        if known is not None:
            return {"@type": url, "value": self._sampler.sample(known, self._seed, key)}
        return {"@type": url, **self.made(inner, key, (*above, ANY))}
