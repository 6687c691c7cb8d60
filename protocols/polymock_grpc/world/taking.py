"""Which fields of a resource are the caller's to set (AIP-203)."""

from __future__ import annotations

from protobuf import DescField

from polymock_grpc.answering.overlay import Takes
from polymock_grpc.spec.types import IMMUTABLE, Types
from polymock_grpc.world.kinds import Kind


def takes_new(kind: Kind, types: Types) -> Takes:
    """Of a resource that is created: all but what is the server's, and its name."""
    return lambda field: types.is_writable(field) and field is not _name(kind)


def takes_change(kind: Kind, types: Types) -> Takes:
    """Of one that is there already: no key either, and nothing that never changes."""

    def takes(field: DescField) -> bool:
        if field is kind.key or not types.is_writable(field):
            return False
        return IMMUTABLE not in types.behaviors(field)

    return takes


def settable(kind: Kind, types: Types) -> frozenset[str]:
    """The folded names of what a caller could have set."""
    takes = takes_new(kind, types)
    return frozenset(folded for folded, field in kind.fields.items() if takes(field))


def _name(kind: Kind) -> DescField | None:
    return None if kind.pattern is None else kind.key
