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

TIMESTAMP = "google.protobuf.Timestamp"
_NEXT_PAGES = ("next_page_token", "next_key", "next_cursor", "next_page_cursor")
_DELETED = ("delete_time", "purge_time")
IMPLICIT = 2
"""Of FeatureSet.FieldPresence: the zero of a field cannot be told from its absence."""
_LEGACY_REQUIRED = 3


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


def is_usually_unset(field: DescField) -> bool:
    """Whether it says that a thing is deleted (AIP-148, AIP-164), or what a list lacks (AIP-217).

    In a thing with `delete_time`, `expire_time` is when it will be gone for good. What leads to a
    next page is set by what makes the pages; else clients would follow it without end.
    """
    value = field.value
    if isinstance(value, DescFieldValueScalar):
        return field.name in _NEXT_PAGES and shows_absence(field)
    if isinstance(value, DescFieldValueList):
        return field.name == "unreachable" and value.element is ScalarType.STRING
    if not isinstance(value, DescFieldValueMessage) or value.message.type_name != TIMESTAMP:
        return False
    if field.name == "expire_time":
        return any(other.name == "delete_time" for other in field.parent.fields)
    return field.name in _DELETED
