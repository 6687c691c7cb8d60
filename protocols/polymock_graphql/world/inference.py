"""All that a document says of the world."""

from __future__ import annotations

from polymock.world.entities import Inference
from polymock_graphql.planning.source import Source
from polymock_graphql.world.bindings import Bindings
from polymock_graphql.world.kinds import Kinds


def infer(source: Source) -> Inference:
    """The types whose objects are entities, and what root fields do with them."""
    kinds = Kinds(source)
    made = {kind.name: kind for kind in kinds.make()}
    bindings = tuple(Bindings(source, kinds, made).find())
    return Inference(tuple(made.values()), bindings, reaches=bool(made))
