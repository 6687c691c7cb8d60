"""Which fields of a method's request say what: a key, a resource, a parent, how to write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protobuf import (
    DescField,
    DescFieldValueMessage,
    DescFieldValueScalar,
    DescMessage,
    Message,
    ScalarType,
)

from polymock.world.keys import key_text
from polymock.world.names import entity_name, fold
from polymock_grpc.answering.echo import PAGING
from polymock_grpc.fields import list_element
from polymock_grpc.spec.known_types import FIELD_MASK
from polymock_grpc.spec.scalars import BOUNDS
from polymock_grpc.spec.types import snake_case
from polymock_grpc.world.kinds import Kind, Kinds

_IDS = ("id", "uuid", "key", "guid", "uid")
_MASKS = ("update_mask", "field_mask", "mask")
_ABOUT_THE_CALL = frozenset(
    {
        *("parent", "request_id", "validate_only", "allow_missing", "force", "etag"),
        *("filter", "order_by", "show_deleted", "read_mask", "view", *PAGING, *_MASKS),
    }
)
"""Fields that are about what is asked for, and not about a resource."""


class Request:
    """The fields of a request that is about a kind. Each is None where the request has none."""

    def __init__(self, request: DescMessage, kind: Kind, kinds: Kinds) -> None:
        self.type = request
        self._kind = kind
        self._kinds = kinds
        self._fields = {field.name: field for field in request.fields}
        self.is_resource = request.type_name == kind.type.type_name
        self.resource = None if self.is_resource else self._resource()
        self.key = self._key()
        self.keys = self._keys()
        self.parent = self._named_text("parent") or self._parent()
        self.own_id = self._own_id()
        self.mask = self._mask()
        self.etag = self._named_text("etag")
        self.request_id = self._named_text("request_id")
        self.validate_only = self._flag("validate_only")
        self.allow_missing = self._flag("allow_missing")
        self.force = self._flag("force")

    def said(self, message: Message) -> Message | None:
        """The resource in a request; None where there is none."""
        if self.is_resource:
            return message
        held: Message | None = None if self.resource is None else message[self.resource]
        return held

    def key_of(self, message: Message) -> str:
        """The key or the name that a request asks for; "" for none."""
        if self.key is not None and message[self.key]:
            return key_text(message[self.key])
        said = self.said(message)
        value = None if said is None else said[self._kind.key]
        return key_text(value) if value else ""

    def keys_of(self, message: Message) -> list[str]:
        """The keys that a request for several asks for."""
        return [] if self.keys is None else [key_text(each) for each in message[self.keys]]

    @property
    def location(self) -> str:
        """Where a resource's violations are, in a request."""
        return "body" if self.resource is None else f"body/{self.resource.name}"

    @property
    def flat(self) -> Sequence[tuple[DescField, DescField]]:
        """Fields that hold a resource's own, without it: each with the kind's."""
        return tuple(self._flat())

    def _flat(self) -> Iterator[tuple[DescField, DescField]]:
        if self.is_resource or self.resource is not None:
            return
        for field in self._fields.values():
            own = self._kind.fields.get(fold(field.json_name))
            if field.name in _ABOUT_THE_CALL or field is self.key or own is None:
                continue
            if own is not self._kind.key and same_type(field, own):
                yield field, own

    def _resource(self) -> DescField | None:
        for field in self._fields.values():
            value = field.value
            if isinstance(value, DescFieldValueMessage) and (
                value.message.type_name == self._kind.type.type_name
            ):
                return field
        return None

    def _key(self) -> DescField | None:
        kind = self._kind
        scalars = {f.name: f for f in self._fields.values() if is_key_like(f)}
        if self.is_resource:
            return kind.key
        for field in scalars.values():
            if field.name != "parent" and self._kinds.named_by(field) is kind:
                return field
        own, snake = kind.key.name, snake_case(kind.type.name)
        noun = entity_name(kind.type.name)
        names = [own, f"{snake}_{own}", f"{noun}_{own}"]
        names += [f"{word}_{end}" for word in (snake, noun) for end in _IDS]
        if own not in _IDS or kind.pattern is not None:
            names += _IDS if kind.pattern is None else ()
        names += [f"{snake}_name"] if kind.pattern is not None or own == "name" else []
        found = next((scalars[name] for name in names if name in scalars), None)
        if found is None and len(self._fields) == 1:
            last = next(iter(scalars.values()), None)
            is_own = last is not None and fold(last.json_name) in kind.fields
            if last is not None and not is_own:
                ends = last.name.rpartition("_")[2]
                found = last if ends in _IDS or last.name in (snake, noun) else None
        return found

    def _keys(self) -> DescField | None:
        own, snake = self._kind.key.name, snake_case(self._kind.type.name)
        noun = entity_name(self._kind.type.name)
        names = {f"{own}s", f"{snake}_{own}s", f"{noun}_{own}s", "ids", f"{noun}_ids"}
        scalar = getattr(self._kind.key.value, "scalar", None)
        for field in self._fields.values():
            if field.name in names and list_element(field) == scalar:
                return field
        return None

    def _parent(self) -> DescField | None:
        """What a List method calls its parent where it does not say `parent`: `project`."""
        pattern = self._kind.pattern
        if pattern is None or len(pattern.variables) < 2:
            return None
        names = (pattern.variables[-2], pattern.variables[-2].removesuffix("_id"))
        return next(filter(None, map(self._named_text, names)), None)

    def _own_id(self) -> DescField | None:
        """The id that a caller wants for what he creates (AIP-133): `book_id`."""
        if self._kind.pattern is None and self.resource is None:
            return None
        snake, noun = snake_case(self._kind.type.name), entity_name(self._kind.type.name)
        for name in (f"{snake}_id", f"{noun}_id"):
            field = self._named_text(name)
            if field is not None:
                return field
        return None

    def _mask(self) -> DescField | None:
        for name in _MASKS:
            field = self._fields.get(name)
            value = None if field is None else field.value
            if isinstance(value, DescFieldValueMessage) and value.message.type_name == FIELD_MASK:
                return field
        return None

    def _named_text(self, name: str) -> DescField | None:
        field = self._fields.get(name)
        scalar = None if field is None else getattr(field.value, "scalar", None)
        return field if scalar is ScalarType.STRING else None

    def _flag(self, name: str) -> DescField | None:
        field = self._fields.get(name)
        scalar = None if field is None else getattr(field.value, "scalar", None)
        return field if scalar is ScalarType.BOOL else None


def is_key_like(field: DescField) -> bool:
    """Whether a field can hold a key: one text or whole number."""
    value = field.value
    return isinstance(value, DescFieldValueScalar) and (
        value.scalar is ScalarType.STRING or value.scalar in BOUNDS
    )


def same_type(a: DescField, b: DescField) -> bool:
    """Whether two fields hold values of the same type."""
    return bool(_type(a) == _type(b))


def _type(field: DescField) -> object:
    value = field.value
    parts = (getattr(value, name, None) for name in ("scalar", "enum", "message", "element"))
    inner = next((part for part in parts if part is not None), None)
    return type(value), getattr(inner, "type_name", inner), getattr(value, "key", None)
