"""Entities as messages, and messages as entities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from protobuf import DescField, Message, Registry, message_from_json_value

from polymock.world.adapting import Adapter
from polymock.world.collections import Collection
from polymock.world.entities import MISSING
from polymock.world.integrity import imagined_references, keys_in
from polymock.world.keys import is_usable
from polymock.world.names import fold
from polymock.world.nesting import Nest, nested_in
from polymock.world.stamps import CREATED, TAGS, UPDATED
from polymock.world.view import Entity, View
from polymock_grpc.answering.bases import Bases
from polymock_grpc.answering.identity import variant_of
from polymock_grpc.spec.scalars import BOUNDS
from polymock_grpc.wires.codecs import WRONG
from polymock_grpc.world.documents import Documents, Keeps, is_counted
from polymock_grpc.world.kinds import Kind, Kinds
from polymock_grpc.world.linking import Linking
from polymock_grpc.world.locating import collection_of, locate, name_of

_SET_BY_THE_WORLD = TAGS | CREATED | UPDATED
MAX_EMBEDDED = 3
"""Entities inside one another that are followed."""


class Messages:
    """Makes messages of entities.

    Of one that nobody wrote, and that no other contract has a part in, it is the sample of its
    key, with the key and the references that it has in the world.
    """

    def __init__(
        self, kinds: Kinds, bases: Bases, documents: Documents, registry: Registry
    ) -> None:
        self._kinds = kinds
        self._bases = bases
        self._documents = documents
        self._registry = registry
        self._own: dict[int, tuple[Collection, bool]] = {}  # of a model, which goes on a reload
        self._linking = Linking(kinds)
        self._needed: dict[str, Sequence[DescField]] = {}

    def message(self, view: View, kind: Kind, entity: Entity, depth: int = 0) -> Message:
        """The message that tells of an entity as it is now."""
        collection = view.model.collections[entity.collection]
        if not entity.is_written and self._is_own(view, collection, kind):
            message = self._sample(kind, entity.key)
            self._nest(view, collection, kind, entity.value, message)
        else:
            message = self._told(view, collection, kind, entity)
        if collection.references:
            self._refer(view, kind, collection, entity.value, message, depth)
        if kind.pattern is not None:
            message[kind.key] = name_of(view, kind, entity)
        else:
            self._identify(kind, entity.key, message)
        return message

    def unwritten(self, view: View, kind: Kind, key: str) -> Message | None:
        """The message of an entity that nobody wrote, without its document; None where that is not
        enough, or there is none."""
        collection = collection_of(view, kind)
        nests = () if collection is None else view.model.nests(collection.name)
        if (
            collection is None
            or collection.strict
            or kind.pattern is not None
            or not self._is_own(view, collection, kind)
            or (nests and len(collection.kinds) > 1)
            or not is_usable(key)
            or view.is_written(collection.name)
            or not collection.fits(key)
        ):
            return None
        message = self._sample(kind, key)
        if nests:
            held = {
                nest.name: self._nested(view, collection, kind, key, nest, message)
                for nest in nests
            }
            self._nest(view, collection, kind, held, message)
        if collection.references:
            told = imagined_references(view, collection, key)
            if told is None:
                return None
            self._refer(view, kind, collection, told, message, 0)
        self._identify(kind, key, message)
        return message

    def document(self, view: View, kind: Kind, message: Message, keeps: Keeps) -> dict[str, Any]:
        """What a message of a kind's type says, in the world's terms."""
        told = self._documents.said(message, keeps)
        for name in [name for name, value in told.items() if not value]:
            if fold(name) in _SET_BY_THE_WORLD or fold(name) == fold(kind.property):
                del told[name]
        return self._in_terms(view, kind, told)

    def parts(
        self,
        view: View,
        kind: Kind,
        message: Message,
        fields: Iterable[DescField],
        collection: Collection,
    ) -> dict[str, Any]:
        """What a message says of some fields, in the world's terms; None for what is not set."""
        told: dict[str, Any] = {}
        for field in fields:
            if field in message or is_counted(field):
                told[field.json_name] = self._documents.value(field, message[field])
            elif fold(field.json_name) in collection.required and message[field] == "":
                told[field.json_name] = ""
            else:
                told[field.json_name] = None
        return self._in_terms(view, kind, told)

    def _in_terms(self, view: View, kind: Kind, told: dict[str, Any]) -> dict[str, Any]:
        """Names of resources as keys; and no reference where there is a zero."""
        collection = collection_of(view, kind)
        for name, value in told.items():
            target = kind.named.get(fold(name))
            if target is not None and value:
                texts = value if isinstance(value, list) else [value]
                keys = [locate(view, target, text).key for text in texts]
                told[name] = keys if isinstance(value, list) else keys[0]
            elif value == 0 and collection is not None and collection.reference(fold(name)):
                told[name] = None
        return told

    def _refer(
        self,
        view: View,
        kind: Kind,
        collection: Collection,
        value: Mapping[str, Any],
        message: Message,
        depth: int,
    ) -> None:
        """Put in whom an entity refers to: keys, names, or the others themselves."""
        for link in self._linking.links(collection, kind):
            name = link.reference.name
            if name not in value:
                continue
            if link.embeds is None:
                link.put(message, link.told(view, value))
            elif depth < MAX_EMBEDDED:
                keys = keys_in(value, link.reference)
                found = (view.find(link.reference.collection, key) for key in keys)
                others = [each for each in found if each is not None]
                made = [self.message(view, link.embeds, each, depth + 1) for each in others]
                link.put(message, made)

    def _is_own(self, view: View, collection: Collection, kind: Kind) -> bool:
        """Whether all that an entity is made of comes from this kind's samples."""
        known = self._own.get(id(collection))
        if known is None or known[0] is not collection:
            own = collection.kind(view.domain.mock, kind.name)
            is_own = own is not None and all(
                collection.owners[fold(name)] is own for name in own.properties
            )
            known = self._own[id(collection)] = (collection, is_own)
        return known[1]

    def _sample(self, kind: Kind, key: str) -> Message:
        return self._bases.message(kind.type, variant_of(key), named=True)

    def _told(self, view: View, collection: Collection, kind: Kind, entity: Entity) -> Message:
        """What the document says; beside it what has to be there, or the sample if nobody wrote."""
        adapter = collection.adapter(view.domain.mock, kind.name)
        value: dict[str, Any] = {}
        silent: list[DescField] = []
        for folded, field in kind.fields.items():
            if collection.reference(folded) is not None:
                continue
            found = _adapted(view, collection, adapter, folded, entity.value)
            if found is MISSING or found is None:
                silent.append(field)
            else:
                value[field.json_name] = found
        message = self._read(kind, value)
        if not entity.is_written or any(field in self._required(kind) for field in silent):
            sample = self._sample(kind, entity.key)
            for field in silent:
                wanted = not entity.is_written or field in self._required(kind)
                if wanted and field in sample and _has_room(field, message):
                    message[field] = sample[field]
        return message

    def _nested(
        self,
        view: View,
        collection: Collection,
        kind: Kind,
        key: str,
        nest: Nest,
        message: Message,
    ) -> Any:
        """What a part of a sample holds that refers to others; None for nothing."""
        field = kind.fields.get(fold(nest.name))
        if field is None or field not in message:
            return None
        held = self._documents.value(field, message[field])
        return nested_in(view, collection, key, nest, held)

    def _nest(
        self,
        view: View,
        collection: Collection,
        kind: Kind,
        value: Mapping[str, Any],
        message: Message,
    ) -> None:
        """Put in the parts of a sample that refer to others, as the world says."""
        adapter = collection.adapter(view.domain.mock, kind.name)
        for nest in view.model.nests(collection.name):
            field = kind.fields.get(fold(nest.name))
            if field is None or field not in message:
                continue
            found = _adapted(view, collection, adapter, fold(nest.name), value)
            if found is not MISSING and found is not None:
                made = self._read(kind, {field.json_name: found})
                if field in made:
                    message[field] = made[field]

    def _read(self, kind: Kind, value: dict[str, Any]) -> Message:
        """A message from ProtoJSON; what cannot be one of its fields is left out."""
        made, registry = kind.type.type, self._registry
        try:
            return message_from_json_value(made, value, registry=registry)
        except WRONG:
            message = made()
        for field in kind.type.fields:
            if field.json_name in value and _has_room(field, message):
                part = {field.json_name: value[field.json_name]}
                try:
                    message[field] = message_from_json_value(made, part, registry=registry)[field]
                except WRONG:
                    continue
        return message

    def _required(self, kind: Kind) -> Sequence[DescField]:
        known = self._needed.get(kind.name)
        if known is None:
            known = [f for f in kind.fields.values() if self._kinds.is_required(f)]
            self._needed[kind.name] = known
        return known

    def _identify(self, kind: Kind, key: str, message: Message) -> None:
        is_number = getattr(kind.key.value, "scalar", None) in BOUNDS
        message[kind.key] = int(key) if is_number else key


def _adapted(
    view: View,
    collection: Collection,
    adapter: Adapter | None,
    folded: str,
    value: Mapping[str, Any],
) -> Any:
    found = None if adapter is None else adapter.member(folded)
    if found is None:
        return MISSING
    spelt, inner = found
    name = collection.names.get(folded, spelt)
    return inner.adapt(value[name], view) if value.get(name) is not None else MISSING


def _has_room(field: DescField, message: Message) -> bool:
    """Whether no other member of the field's oneof is set."""
    if field in message:
        return False
    for oneof in field.parent.oneofs:
        if field in oneof.fields:
            return not any(other in message for other in oneof.fields)
    return True
