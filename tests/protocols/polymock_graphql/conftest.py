"""A small schema behind the transports, answered by graphql-core itself.

What the planner makes of a schema is tested beside it; here only what goes over the wire counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute,
    print_ast,
)

from polymock.engine import Engine
from polymock.errors import TooLarge
from polymock.interfaces import Spec
from polymock.world.entities import Inference
from polymock.world.writing import Writer
from polymock_graphql.contract import GraphqlContract
from polymock_graphql.model import GraphqlDocument, Increments, Result
from polymock_graphql.planning.errors import InvalidRequest
from polymock_graphql.settings import GraphqlSettings
from polymock_schemas.calls import Call, Reply, Violation

SDL = """
type Query {
  "One pet.\\nBy its id."
  pet(id: ID!): Pet
  pets: [Pet!]!
  broken: Int
  heavy: Int
}
type Pet { id: ID! name: String friends: [Pet!] }
scalar Upload
type Mutation { rename(id: ID!, name: String): Pet upload(file: Upload!): String }
type Subscription { renamed: Pet }
"""
JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"


def _fail(_info: Any) -> None:
    raise ValueError("It broke.")


def _echo(_info: Any, **arguments: Any) -> Mapping[str, Any]:
    return {"name": "Rex", **arguments}


ROOT = {
    "pet": _echo,
    "pets": [{"id": "1", "name": "Rex"}],
    "broken": _fail,
    "rename": _echo,
    "upload": lambda _info, file: f"{file['filename']} {file['mimetype']} {file['size']}",
}


class CorePlan:
    """A plan that hands everything to graphql-core."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode
    ) -> None:
        self._schema = schema
        self._document = document
        self._node = node
        self.kind = node.operation.value
        root = schema.get_root_type(node.operation)
        assert root is not None
        self.operations = tuple(
            f"{root.name}.{field.name.value}"
            for field in node.selection_set.selections
            if isinstance(field, FieldNode)
        )
        self.incremental = "@defer" in print_ast(node)

    def run(self, variables: Mapping[str, Any], world: Writer | None = None) -> Result:
        if "Query.heavy" in self.operations:
            raise TooLarge("The answer has more than 100 fields.")
        if self.incremental:
            return Result({"pet": {"id": "1", "name": "Rex"}})
        found = execute(
            self._schema,
            self._document,
            ROOT,
            variable_values=dict(variables),
            operation_name=self._node.name.value if self._node.name else None,
        )
        errors = [error.formatted for error in found.errors or ()]
        if errors and "path" not in errors[0]:
            violation = Violation("body/variables", errors[0]["message"])
            raise InvalidRequest(errors, [violation])
        return Result(found.data, errors)

    def events(self, variables: Mapping[str, Any], world: Writer | None = None) -> Iterator[Result]:
        for number in range(3):
            if variables.get("fail") == number:
                raise TooLarge("It became too much.")
            yield Result({"renamed": {"id": str(number)}})

    def increments(self, variables: Mapping[str, Any], world: Writer | None = None) -> Increments:
        pending = [{"id": "0", "path": ["pet"], "label": "later"}]
        first = {"data": {"pet": {"id": "1"}}, "pending": pending, "hasNext": True}
        last = {
            "incremental": [{"id": "0", "data": {"name": "Rex"}}],
            "completed": [{"id": "0"}],
            "hasNext": False,
        }
        return Increments([first, last])


class CorePlanner:
    """Plans with graphql-core, which executes only a schema without incremental delivery."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    def plan(self, document: DocumentNode, operation: OperationDefinitionNode) -> CorePlan:
        return CorePlan(self._schema, document, operation)

    inference = Inference()


class NoTypes:
    """No JSON Schema is needed."""

    definitions: Mapping[str, Any] = {}


class Client:
    """Asks an engine as an HTTP edge would."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        settings = msgspec.convert({"subscriptions": {"interval": 0}, **options}, GraphqlSettings)
        document = GraphqlDocument(build_schema(SDL), NoTypes(), "Pets & more", (), ())
        planner = CorePlanner(build_schema(SDL))
        self.contract = GraphqlContract(document, Spec("pets.graphql", "pets"), settings, planner)
        self.engine = Engine(self.contract)

    def send(
        self,
        method: str = "GET",
        path: str = "/",
        query: bytes = b"",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Reply:
        """Any call."""
        fields = {name.encode(): value.encode() for name, value in (headers or {}).items()}
        call = Call(method, path, query, tuple(fields.items()), fields, body, prefix="/graphql")
        return self.engine.handle(call)

    def post(
        self, request: Any, *, accept: str | None = None, content_type: str | None = JSON
    ) -> Reply:
        """A request as JSON; bytes are sent as they are."""
        body = request if isinstance(request, bytes) else msgspec.json.encode(request)
        headers = {"accept": accept, "content-type": content_type}
        return self.send(
            "POST", headers={k: v for k, v in headers.items() if v is not None}, body=body
        )

    def ask(self, query: str, *, accept: str | None = None, **variables: Any) -> Reply:
        """A document with its variables."""
        return self.post({"query": query, "variables": variables}, accept=accept)


@pytest.fixture
def connect() -> Callable[..., Client]:
    """Makes a client of the mock with the options."""

    def make(**options: Any) -> Client:
        return Client(options)

    return make


@pytest.fixture
def client() -> Client:
    """A client of the mock."""
    return Client({})


def told(reply: Reply) -> Any:
    """The body."""
    return msgspec.json.decode(reply.body)


def header(reply: Reply, name: str) -> str | None:
    """A header field."""
    return next((v.decode() for n, v in reply.headers if n == name.encode()), None)
