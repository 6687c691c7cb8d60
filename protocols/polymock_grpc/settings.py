"""What can be set for a gRPC mock: the keys of its `options`."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from polymock_schemas.config import Duration


class Streams(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a method streams back where the request does not say how much."""

    count: Annotated[int, Meta(ge=0, le=100_000, description="Messages of a server stream")] = 3
    interval: Annotated[Duration, Meta(description="Time between two messages")] = "0ms"


class GrpcSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A mock's `options`."""

    streams: Streams = Streams()
    total: Annotated[
        int, Meta(ge=0, le=100_000, description="Items behind a paged List method")
    ] = 25
    reflection: Annotated[bool, Meta(description="Tell clients about the services")] = True
    validate: Annotated[bool, Meta(description="Check requests by their buf.validate rules")] = True
