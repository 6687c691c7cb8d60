"""One message laid over another of the same type: what is set above hides what is below."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from protobuf import DescField, DescFieldValueMessage, Message

from polymock_grpc.spec.known_types import known_schema

MAX_DEPTH = 32
MAX_PATHS = 1000


Takes = Callable[[DescField], bool]
"""Whether a field is the caller's to set."""


def overlay(below: Message, above: Message, takes: Takes, depth: int = MAX_DEPTH) -> None:
    """Every field that is set in `above`; messages in it are laid over those below in turn."""
    for field in type(above).desc().fields:
        if field in above and takes(field):
            _put(below, above, field, takes, depth)


def overlay_masked(below: Message, above: Message, paths: Sequence[str], takes: Takes) -> None:
    """The fields that paths name (AIP-134): one that is not set in `above` is cleared; `*` is all.

    A path that names no field is passed over.
    """
    for path in paths[:MAX_PATHS]:
        if path == "*":
            overlay(below, above, takes)
        else:
            _put_at(below, above, path.split(".")[:MAX_DEPTH], takes)


def _put_at(below: Message, above: Message, names: Sequence[str], takes: Takes) -> None:
    field = next((f for f in type(below).desc().fields if f.name == names[0]), None)
    if field is None or not takes(field):
        return
    if len(names) == 1:
        if field in above:
            below[field] = above[field]
        else:
            del below[field]
    elif isinstance(field.value, DescFieldValueMessage):
        inner_above = above[field] if field in above else field.value.message.type()
        if field not in below:
            below[field] = field.value.message.type()
        _put_at(below[field], inner_above, names[1:], takes)


def _put(below: Message, above: Message, field: DescField, takes: Takes, depth: int) -> None:
    value = field.value
    nested = isinstance(value, DescFieldValueMessage) and (
        known_schema(value.message.type_name) is None
    )
    if nested and depth and field in below:
        overlay(below[field], above[field], takes, depth - 1)
    else:
        below[field] = above[field]
