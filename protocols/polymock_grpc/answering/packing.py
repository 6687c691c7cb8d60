"""What an Any holds in samples: things of the contract, or else a well-known type."""

from __future__ import annotations

from collections.abc import Sequence

from protobuf import DescMessage, DescService, Registry

from polymock_grpc.spec.bundled import PREFIXES
from polymock_grpc.spec.known_types import known_schema
from polymock_grpc.spec.types import Types

MAX_OFFERED = 16
_WELL_KNOWN = ("StringValue", "Timestamp", "Duration", "Struct")
"""Of google.protobuf: every client's registry has them."""
_OF_CALLS = ("Request", "Response", "Reply")
"""What the names of messages end in that are about a call."""


def packable_types(registry: Registry, types: Types) -> Sequence[DescMessage]:
    """The messages that may stand in an Any, best first.

    Resources (google.api.resource) come first, then other things with a key that no method takes or
    answers with, then well-known types. The entries of a map are none.
    """
    messages = [part for part in registry if isinstance(part, DescMessage)]
    own = [each for each in messages if _is_thing(each)]
    used = {
        kind.type_name
        for part in registry
        if isinstance(part, DescService)
        for method in part.methods
        for kind in (method.input, method.output)
    }
    resources = [each for each in own if types.is_resource(each)]
    keyed = [
        each for each in own if each.type_name not in used and types.shape(each).key is not None
    ]
    known = (registry.message(f"google.protobuf.{name}") for name in _WELL_KNOWN)
    things = dict.fromkeys([*resources, *keyed])
    return [*list(things)[:MAX_OFFERED], *(each for each in known if each is not None)]


def choose_packable(
    offered: Sequence[DescMessage], above: Sequence[str], *, has_room: bool
) -> DescMessage | None:
    """The first of the types that `above` (those that the Any stands in) has not.

    Without room it is one that holds no messages. None where there is none.
    """
    for each in offered:
        if each.type_name in above:
            continue
        if has_room or known_schema(each.type_name) is not None:
            return each
    return None


def _is_thing(message: DescMessage) -> bool:
    options = message.proto.options
    return not (
        (options is not None and options.map_entry)
        or message.file.name.startswith(PREFIXES)
        or message.name.endswith(_OF_CALLS)
    )
