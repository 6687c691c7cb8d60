"""What a request says, said back by its answer: fields of the same name, a resource and its key.

`GetPet{id}` -> `Pet.id`; `GetUser{user_id}` -> `GetUserResponse{user{id}}`; all that is set in
`CreateBook{book}` -> `Book`, or only what `update_mask` names; `CreateBook{parent}` -> a name below
that parent. Everything is looked up once a method; a call costs the fields that it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from protobuf import (
    DescField,
    DescFieldValueEnum,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescFieldValueScalar,
    DescMessage,
    Message,
    ScalarType,
)

from polymock_grpc.answering.identity import variant_of
from polymock_grpc.answering.overlay import overlay, overlay_masked
from polymock_grpc.spec.known_types import ANY, FIELD_MASK, known_schema
from polymock_grpc.spec.resources import collection_of, nth_name
from polymock_grpc.spec.scalars import BOUNDS
from polymock_grpc.spec.types import Key, Types, snake_case

PAGING = frozenset({"page_size", "page_token", "next_page_token", "total_size", "skip"})
"""Fields that are about the page, and not about what is on it."""
_IDS = ("id", "name", "uuid", "key", "guid", "uid")
_MAX_TEXT = 19

Convert = Callable[[Any], Any]


class Copy:
    """One field of a request that goes into one field of an answer, if it is set."""

    __slots__ = ("convert", "source", "target")

    def __init__(self, source: DescField, target: DescField, convert: Convert | None) -> None:
        self.source = source
        self.target = target
        self.convert = convert

    def apply(self, request: Message, answer: Message) -> None:
        """Copy it, where the request sets it to something that the answer's field can hold."""
        value = request[self.source]
        if not value and (self.source not in request or value is None):
            return
        if self.convert is not None:
            value = self.convert(value)
            if value is None:
                return
        answer[self.target] = value


class Subject:
    """The resource that an answer is about: the answer itself, or a field of it."""

    def __init__(self, output: DescMessage, types: Types) -> None:
        self.field = _subject_field(output, types)
        self.type = output if self.field is None else _message_of(self.field)
        self.key = types.shape(self.type).key

    def of(self, answer: Message) -> Message:
        """The resource in an answer."""
        found = answer if self.field is None else answer[self.field]
        if found is None and self.field is not None:
            found = self.type.type()
            answer[self.field] = found
        return found


class Echo:
    """The copies of one method."""

    def __init__(self, request: DescMessage, output: DescMessage, types: Types, name: str) -> None:
        self.subject = Subject(output, types)
        self._creates = name.startswith("Create")
        self._takes = types.is_writable
        self._noun = _noun(request.name)
        self._fields = {field.name: field for field in request.fields}
        self._resource = self._resource_field(request)
        self._mask = _mask_field(request)
        self._key = self._key_field()
        self._named = self._naming_field()
        self._parent = self._text("parent")
        self._id = self._text(f"{snake_case(self.subject.type.name)}_id")
        self._takes_text = self._is_text_key()
        self._own, self._inner = self._copies(output)

    def key(self, request: Message) -> Any:
        """The key of the resource that a request names; None where it names none."""
        target = self.subject.key
        if target is None:
            return None
        if self._creates and (self._parent is not None or self._id is not None):
            name = self._composed(request, target)
            if name is not None and self._takes_text:
                return name
        if self._key is not None:
            value = request[self._key.source]
            if value:
                return value if self._key.convert is None else self._key.convert(value)
        if self._resource is not None and (not self._creates or self._takes(target.field)):
            inner = request[self._resource]
            if inner is not None:
                return inner[target.field] or None
        return None

    def apply(self, request: Message, answer: Message, key: Any) -> None:
        """Put what a request says into its answer; `key` is what `key` found."""
        for copy in self._own:
            copy.apply(request, answer)
        subject = self.subject.of(answer) if self._inner or self._resource or key else answer
        for copy in self._inner:
            copy.apply(request, subject)
        if self._resource is not None:
            said = request[self._resource]
            if said is not None:
                mask = None if self._mask is None else request[self._mask]
                if mask is None or not mask.paths:
                    overlay(subject, said, self._takes)
                else:
                    overlay_masked(subject, said, mask.paths, self._takes)
                    if self._named is not None:
                        self._named.apply(said, subject)
        if key is not None and self.subject.key is not None:
            subject[self.subject.key.field] = key

    def _resource_field(self, request: DescMessage) -> DescField | None:
        """The field of a request that holds the resource itself."""
        for field in request.fields:
            value = field.value
            if isinstance(value, DescFieldValueMessage) and value.message is self.subject.type:
                return field
        return None

    def _naming_field(self) -> Copy | None:
        """What tells resources apart that have no key: no mask leaves it out."""
        if self.subject.key is not None:
            return None
        fields = {field.name: field for field in self.subject.type.fields}
        name = next((name for name in _IDS if name in fields), None)
        return None if name is None else Copy(fields[name], fields[name], None)

    def _key_field(self) -> Copy | None:
        """Which field of the request names the resource."""
        target = self.subject.key
        if target is None:
            return None
        snake = snake_case(self.subject.type.name)
        wrapped = "" if self.subject.field is None else self.subject.field.name
        names = [target.field.name, f"{snake}_{target.field.name}"]
        names += [f"{noun}_{end}" for noun in (snake, wrapped) if noun for end in _IDS]
        if not self._creates and len(self._fields) == 1:
            held = {field.name for field in self.subject.type.fields}
            names += [n for n in self._fields if n.endswith("_id") and n not in held]
        for name in names:
            source = self._fields.get(name)
            fits, convert = (False, None) if source is None else _fit(source, target.field)
            if source is not None and fits:
                return Copy(source, target.field, convert)
        return None

    def _composed(self, request: Message, key: Key) -> str | None:
        """The name of a resource created below a parent: with the id that the request has for it,
        or else one of its own."""
        parent = "" if self._parent is None else request[self._parent]
        own = "" if self._id is None else request[self._id]
        if own:
            name = f"{parent}/{collection_of(key.template)}/{own}"
            return name if parent and collection_of(key.template) else own
        if not parent:
            return None
        return nth_name(key.template, parent, variant_of(request.to_binary())) or None

    def _is_text_key(self) -> bool:
        value = None if self.subject.key is None else self.subject.key.field.value
        return isinstance(value, DescFieldValueScalar) and value.scalar is ScalarType.STRING

    def _text(self, name: str) -> DescField | None:
        """The request's field of a name, if it holds text."""
        field = self._fields.get(name)
        value = None if field is None else field.value
        is_text = isinstance(value, DescFieldValueScalar) and value.scalar is ScalarType.STRING
        return field if is_text else None

    def _renamed(self, source: DescField) -> str:
        """What a request's `id` is called where it is not the answer's own: `product_id`."""
        return f"{self._noun}_{source.name}" if source.name in _IDS and self._noun else ""

    def _copies(self, output: DescMessage) -> tuple[Sequence[Copy], Sequence[Copy]]:
        """Copies into the answer itself, and into its resource."""
        own: list[Copy] = []
        inner: list[Copy] = []
        for source in self._fields.values():
            if source.name in PAGING or source is self._resource:
                continue
            names = (source.name, self._renamed(source))
            copy = _same(source, output, names)
            if copy is not None:
                own.append(copy)
            elif self.subject.field is not None:
                copy = _same(source, self.subject.type, names)
                if copy is not None:
                    inner.append(copy)
        return own, inner


def _noun(request: str) -> str:
    """What a request is about, by its type's name: `product` of `GetProductRequest`."""
    words = snake_case(request.removesuffix("Request")).split("_")
    return "_".join(words[1:])


def copies_into(request: DescMessage, item: DescMessage, key: Key | None) -> Sequence[Copy]:
    """Copies of what a request says of each item of a list: `owner_id`, but not the item's key."""
    found = (
        _same(source, item)
        for source in request.fields
        if source.name not in PAGING and (key is None or source.name != key.field.name)
    )
    return [copy for copy in found if copy is not None and copy.source.name != "parent"]


def _same(
    source: DescField, target: DescMessage, names: Sequence[str] | None = None
) -> Copy | None:
    for field in target.fields:
        if field.name in (names or (source.name,)):
            fits, convert = _fit(source, field)
            return Copy(source, field, convert) if fits else None
    return None


def _fit(source: DescField, target: DescField) -> tuple[bool, Convert | None]:
    """Whether a field's values can go into another field, and how."""
    a, b = source.value, target.value
    if isinstance(a, DescFieldValueScalar) and isinstance(b, DescFieldValueScalar):
        return _fit_scalars(a.scalar, b.scalar)
    return _type_of(source) == _type_of(target), None


def _fit_scalars(a: ScalarType, b: ScalarType) -> tuple[bool, Convert | None]:
    if a == b:
        return True, None
    if b in BOUNDS:
        low, high = BOUNDS[b]
        if a in BOUNDS:
            return True, lambda value: value if low <= value <= high else None
        if a is ScalarType.STRING:
            return True, lambda text: _integer(text, low, high)
    if a in BOUNDS and b is ScalarType.STRING:
        return True, str
    return False, None


def _integer(text: str, low: int, high: int) -> int | None:
    if len(text) > _MAX_TEXT or not (text.isascii() and text.isdecimal()):
        return None
    return int(text) if low <= int(text) <= high else None


def _type_of(field: DescField) -> tuple[Any, ...]:
    value = field.value
    if isinstance(value, DescFieldValueMessage):
        return ("message", value.message.type_name)
    if isinstance(value, DescFieldValueEnum):
        return ("enum", value.enum.type_name)
    if isinstance(value, DescFieldValueList):
        return ("list", getattr(value.element, "type_name", value.element))
    if isinstance(value, DescFieldValueMap):
        return ("map", value.key, getattr(value.value, "type_name", value.value))
    return ("scalar", value.scalar)


def _message_of(field: DescField) -> DescMessage:
    assert isinstance(field.value, DescFieldValueMessage)
    return field.value.message


def _mask_field(request: DescMessage) -> DescField | None:
    for field in request.fields:
        value = field.value
        if isinstance(value, DescFieldValueMessage) and value.message.type_name == FIELD_MASK:
            return field
    return None


def _subject_field(output: DescMessage, types: Types) -> DescField | None:
    """The field of an answer that holds the one resource that it is about."""
    if types.shape(output).key is not None:
        return None
    held = list(_held(output))
    keyed = [field for field in held if types.shape(_message_of(field)).key is not None]
    candidates = keyed or held
    return candidates[0] if len(candidates) == 1 else None


def _held(output: DescMessage) -> Iterator[DescField]:
    for field in output.fields:
        value = field.value
        if (
            isinstance(value, DescFieldValueMessage)
            and value.message.type_name != ANY
            and known_schema(value.message.type_name) is None
        ):
            yield field
