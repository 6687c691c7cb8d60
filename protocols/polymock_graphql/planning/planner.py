"""The planner: compiles the operations of clients over one document, in the world of one seed."""

from __future__ import annotations

from functools import cached_property

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode

from polymock.samples import Sampler
from polymock.world.entities import Inference
from polymock_graphql.model import GraphqlDocument
from polymock_graphql.planning.errors import InvalidRequest
from polymock_graphql.planning.plan import OperationPlan
from polymock_graphql.planning.source import Source
from polymock_graphql.settings import GraphqlSettings
from polymock_graphql.world.inference import infer


class SchemaPlanner:
    """Implements `polymock_graphql.model.Planner` over one document, in the world of one seed."""

    def __init__(
        self, document: GraphqlDocument, sampler: Sampler, seed: int, settings: GraphqlSettings
    ) -> None:
        self._source = Source(document, sampler, seed, settings)

    def plan(self, document: DocumentNode, operation: OperationDefinitionNode) -> OperationPlan:
        """Compile an operation of a document that was validated. Raises InvalidRequest where the
        schema has no such kind of operation."""
        type_ = self._source.schema.get_root_type(operation.operation)
        if type_ is None:
            message = f"The schema has no type for a {operation.operation.value}."
            raise InvalidRequest([GraphQLError(message, operation).formatted], ())
        return OperationPlan(self._source, type_, document, operation)

    @cached_property
    def inference(self) -> Inference:
        """The types whose objects are entities, and what root fields do with them."""
        return infer(self._source)
