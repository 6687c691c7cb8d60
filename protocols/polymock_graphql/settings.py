"""What can be set for a GraphQL mock: the keys of its `options`."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from polymock_schemas.config import Duration


class Limits(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How much one request may ask for. What is above is refused with an error that names it."""

    depth: Annotated[int, Meta(ge=1, description="Selection sets inside one another")] = 25
    aliases: Annotated[int, Meta(ge=0, description="Aliases in one document")] = 200
    tokens: Annotated[int, Meta(ge=1, description="Tokens of one document")] = 15_000
    cost: Annotated[int, Meta(ge=1, description="Fields to answer, list items counted")] = 100_000
    batch: Annotated[int, Meta(ge=1, description="Operations in one batch")] = 50


class Subscriptions(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The events of a subscription."""

    count: Annotated[int, Meta(ge=0, description="Events until it completes; 0: without end")] = 0
    interval: Annotated[Duration, Meta(description="Time between two events")] = "1s"


class GraphqlSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A mock's `options`."""

    limits: Limits = Limits()
    subscriptions: Subscriptions = Subscriptions()
    list_length: Annotated[
        int, Meta(ge=0, le=1000, description="Items of a list that nothing else bounds")
    ] = 3
    total: Annotated[
        int, Meta(ge=0, le=100_000, description="Items behind a connection, over all pages")
    ] = 25
    introspection: Annotated[bool, Meta(description="Answer `__schema` and `__type`")] = True
    persisted_queries: Annotated[
        bool, Meta(description="Learn documents by their hash (automatic persisted queries)")
    ] = True
    graphiql: Annotated[bool, Meta(description="Show GraphiQL to browsers")] = True
