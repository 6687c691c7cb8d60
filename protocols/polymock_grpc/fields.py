"""What a field holds, told by its descriptor."""

from __future__ import annotations

from protobuf import (
    DescEnum,
    DescExtension,
    DescField,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescFieldValueScalar,
    DescMessage,
    ScalarType,
)

from polymock_grpc.spec.scalars import BOUNDS

Element = ScalarType | DescEnum | DescMessage

_LEGACY_REQUIRED = 3
"""Of FeatureSet.FieldPresence."""


def is_legacy_required(field: DescField | DescExtension) -> bool:
    """Whether there is no message without it: `required` in proto2, LEGACY_REQUIRED in editions."""
    return int(field.presence) == _LEGACY_REQUIRED


def is_integer(field: DescField) -> bool:
    """Whether it holds one whole number."""
    return isinstance(field.value, DescFieldValueScalar) and field.value.scalar in BOUNDS


def list_element(field: DescField | None) -> Element | None:
    """The type of a list's elements; None where a field is no list."""
    if field is None or not isinstance(field.value, DescFieldValueList):
        return None
    return field.value.element


def message_in(field: DescField | DescExtension) -> DescMessage | None:
    """The message type of its value, of a list's elements or of a map's values, if it has one."""
    value = field.value
    if isinstance(value, DescFieldValueMessage):
        return value.message
    if isinstance(value, DescFieldValueList) and isinstance(value.element, DescMessage):
        return value.element
    if isinstance(value, DescFieldValueMap) and isinstance(value.value, DescMessage):
        return value.value
    return None


def shows_absence(field: DescField) -> bool:
    """Whether no value can be told from a value: a number's zero cannot, an empty text can."""
    value = field.value
    if isinstance(value, DescFieldValueScalar):
        return value.scalar in (ScalarType.STRING, ScalarType.BYTES)
    return isinstance(value, DescFieldValueMessage | DescFieldValueList | DescFieldValueMap)
