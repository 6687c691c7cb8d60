"""What a contract says of the world: its entities, and which operations read and write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any, Literal

import msgspec

from polymock.jsonschema import Definitions, Schema

Role = Literal["get", "list", "create", "update", "replace", "delete"]
"""What an operation does with a collection. `update` changes some properties, `replace` all."""

MISSING: Any = msgspec.UNSET
"""No value at all, which null is one of."""


Fill = Callable[[Schema, int], Any]
"""Samples a value of a schema inside a kind's, with a seed; MISSING where there is none.

Who asks takes of an object what its schema requires; the others need not be there.
"""


class KindReference(msgspec.Struct, frozen=True):
    """A property of a kind that tells of another entity.

    It holds the other's key (`ownerId`), or with `embeds` the other as an object (`owner`); with
    `many` a list of those. `target` is what it refers to, by name: an entity's (`user`). Only the
    other's being a collection makes it a reference. `optional`: null or nothing may stand there.
    """

    property: str
    target: str
    embeds: bool = False
    many: bool = False
    optional: bool = False


class EntityKind(msgspec.Struct, frozen=True):
    """A type of a contract whose objects are entities.

    `name` is the contract's own (`Pet`), `collection` the one that it is inferred to be in
    (`pets`), `key` the property that holds the key. `properties` are all names of `schema`,
    resolved. `imagine` makes an object that nobody wrote: (key, seed) -> value, valid in `schema`,
    always the same; the key in it is set by who asks. `imagine_part` makes some properties of it
    alone, by their names, where that is cheaper: (key, seed, names) -> value. `typed_key` turns the
    text of a key into a value of the key property (MISSING where it cannot be one), `key_at` gives
    the key of the n-th entity that nobody wrote, from 0, where the contract has a way of its own,
    and `index_of` is its inverse (None for a key that is not so made). `why` tells what it was
    inferred from. `fill` samples what objects inside an entity leave out: parts of its schema.
    """

    name: str
    collection: str
    schema: Schema
    definitions: Definitions
    key: str
    properties: tuple[str, ...]
    imagine: Callable[[str, int], Mapping[str, Any]]
    typed_key: Callable[[str], Any]
    references: tuple[KindReference, ...] = ()
    key_at: Callable[[int], str] | None = None
    index_of: Callable[[str], int | None] | None = None
    why: str = ""
    fill: Fill | None = None
    imagine_part: Callable[[str, int, Set[str]], Mapping[str, Any]] | None = None


class Binding(msgspec.Struct, frozen=True):
    """An operation that reads or writes entities of a kind.

    `collection` is the inferred one until the world is put together, and the world's then. `why`
    tells what it was inferred from. `notes` are the contract's own.
    """

    operation: str
    role: Role
    kind: str
    collection: str
    why: str = ""
    notes: Any = None


class Inference(msgspec.Struct, frozen=True):
    """All that one contract says of the world. Kinds have different names, and a kind that no
    binding names counts where another contract, or the config, has its collection. `reaches` says
    that operations which are not bound can show entities too, as a graph's do.

    `examples` are entities that stand in the contract, each with the name of its kind, the most
    telling first: the world begins with them where the config says so. One without a key, or with
    what no contract admits, is passed over.
    """

    kinds: Sequence[EntityKind] = ()
    bindings: Sequence[Binding] = ()
    reaches: bool = False
    examples: Sequence[tuple[str, Mapping[str, Any]]] = ()
