"""Where in a JSON text the value is that does not fit its message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from protobuf import (
    DescField,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescMessage,
    Message,
    Registry,
    message_from_json_value,
)

from polymock_grpc.fields import message_in

MAX_TEXT = 64 * 1024
"""Bytes of a text that is searched; for a longer one its root has to do."""
MAX_TRIES = 2000
"""Values that are tried in one search."""


def find_place(kind: type[Message], data: bytes, registry: Registry | None) -> str:
    """The JSON Pointer (RFC 6901) of the innermost value in a text that is wrong by itself.

    `data` is JSON that is no `kind`. "" where the whole of it is wrong, or it is too long to look.
    """
    if len(data) > MAX_TEXT:
        return ""
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return ""
    return _Search(registry).within(kind.desc(), value)


class _Search:
    def __init__(self, registry: Registry | None) -> None:
        self._registry = registry
        self._tries = MAX_TRIES

    def within(self, desc: DescMessage, value: Any) -> str:
        """The pointer from a value that is wrong to the part of it that is."""
        if not isinstance(value, dict) or desc.type_name.startswith("google.protobuf."):
            return ""
        fields = {name: field for field in desc.fields for name in (field.name, field.json_name)}
        for name, member in value.items():
            field = fields.get(name)
            if field is None:
                if not name.startswith("["):  # an extension
                    return _pointer(name)
            elif self._is_wrong(desc, {name: member}):
                return _pointer(name) + self._below(desc, field, name, member)
        return ""

    def _below(self, desc: DescMessage, field: DescField, name: str, member: Any) -> str:
        for token, part, whole in _parts(field, name, member):
            if self._is_wrong(desc, whole):
                inner = message_in(field)
                return token + ("" if inner is None else self.within(inner, part))
        inner = message_in(field)
        if inner is not None and isinstance(field.value, DescFieldValueMessage):
            return self.within(inner, member)
        return ""

    def _is_wrong(self, desc: DescMessage, value: Any) -> bool:
        self._tries -= 1
        if self._tries < 0:
            return False
        try:
            message_from_json_value(desc.type, value, registry=self._registry)
        except (ValueError, TypeError, OverflowError, RecursionError):
            return True
        return False


def _parts(field: DescField, name: str, member: Any) -> Iterator[tuple[str, Any, Any]]:
    """Each element of a list or map: its pointer, itself, and the message that has only it."""
    if isinstance(field.value, DescFieldValueList) and isinstance(member, list):
        for index, part in enumerate(member):
            yield f"/{index}", part, {name: [part]}
    elif isinstance(field.value, DescFieldValueMap) and isinstance(member, dict):
        for key, part in member.items():
            yield _pointer(key), part, {name: {key: part}}


def _pointer(token: str) -> str:
    return "/" + token.replace("~", "~0").replace("/", "~1")
