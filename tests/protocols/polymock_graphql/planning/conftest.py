"""A rich schema, and plans of documents over it or over another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    parse,
    validate,
)

from polymock.samples import Sampler
from polymock_graphql.model import GraphqlDocument
from polymock_graphql.planning.plan import OperationPlan
from polymock_graphql.planning.source import Source
from polymock_graphql.settings import GraphqlSettings
from polymock_graphql.spec.types import SchemaTypes

SHOP = Path(__file__).with_name("shop.graphql").read_text()


class Planned:
    """Documents planned over one schema with one seed."""

    def __init__(self, sdl: str, seed: int = 42, settings: GraphqlSettings | None = None) -> None:
        self.schema: GraphQLSchema = build_schema(sdl)
        self.source = source(self.schema, seed, settings or GraphqlSettings())

    def plan(self, text: str, name: str | None = None) -> OperationPlan:
        """The plan of a document's operation: the first, or the named one."""
        document = parse(text)
        wrong = validate(self.schema, document)
        assert not wrong, wrong
        operation = next(
            node
            for node in document.definitions
            if isinstance(node, OperationDefinitionNode)
            and (name is None or (node.name and node.name.value == name))
        )
        type_ = self.schema.get_root_type(operation.operation)
        assert isinstance(type_, GraphQLObjectType)
        return OperationPlan(self.source, type_, document, operation)

    def data(self, text: str, **variables: Any) -> Any:
        """The data of a document that is answered without errors."""
        result = self.plan(text).run(variables)
        assert not result.errors, result.errors
        return result.data

    def errors(self, text: str, **variables: Any) -> Any:
        """The errors of a document."""
        return self.plan(text).run(variables).errors


def source(schema: GraphQLSchema, seed: int, settings: GraphqlSettings) -> Source:
    types = SchemaTypes(schema)
    document = GraphqlDocument(schema=schema, schemas=types, title="", faults=(), files=())
    return Source(document, Sampler(types.definitions), seed, settings)


@pytest.fixture(scope="session")
def plan_over() -> Callable[..., Planned]:
    """(SDL, seed, settings) -> a planned."""
    return Planned


@pytest.fixture(scope="session")
def shop() -> Planned:
    """The world of the rich schema."""
    return Planned(SHOP)
