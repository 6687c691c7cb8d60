"""What the parts of the GraphQL protocol hand to one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec
from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode

from polymock.jsonschema import Definitions, Schema
from polymock.world.entities import Inference
from polymock.world.writing import Writer
from polymock_schemas.calls import Call, Violation
from polymock_schemas.commands import Fault

OperationKind = Literal["query", "mutation", "subscription"]


class TypeSchemas(Protocol):
    """The schema's types as JSON Schema 2020-12."""

    @property
    def definitions(self) -> Definitions:
        """Every object, interface, union, enum, input and scalar type by its name; computed on
        first use. A field that is nullable in GraphQL admits null."""
        ...

    def leaf(self, type_name: str, field_name: str) -> Schema:
        """The schema of a field's innermost scalar or enum type, never null, with the hints of the
        field's directives. The field's own name is no part of it."""
        ...

    def list_length(self, type_name: str, field_name: str) -> tuple[int, int] | None:
        """What `@listLength(min:, max:)` says of the field."""
        ...


class GraphqlDocument(msgspec.Struct, frozen=True):
    """A document, loaded: a schema that graphql-core executes, and what else it says."""

    schema: GraphQLSchema
    schemas: TypeSchemas
    title: str
    faults: Sequence[Fault]
    files: Sequence[str]


class GraphqlRequest(msgspec.Struct, frozen=True):
    """One operation as it was asked for, whatever the transport (GraphQL over HTTP, section 5)."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = {}
    extensions: Mapping[str, Any] = {}


class Result(msgspec.Struct, frozen=True):
    """An execution result in JSON's types (GraphQL, section 7.1).

    `data` is None also where a non-null error reached the root. `errors` have the standard's keys.
    """

    data: Mapping[str, Any] | None
    errors: Sequence[Mapping[str, Any]] = ()
    violations: tuple[Violation, ...] = ()
    """What in the call broke a constraint of the schema: the reasons of some of the errors."""
    touched: bool = False
    """Whether it tells of anything that somebody wrote in the world."""
    wrote: bool = False
    """Whether it wrote in the world, or tried to."""


class Increments(msgspec.Struct, frozen=True):
    """The initial result of an incremental delivery, and those after it, as they are sent.

    `touched` and `wrote` are those of the whole.
    """

    results: Sequence[Mapping[str, Any]]
    touched: bool = False
    wrote: bool = False


class Plan(Protocol):
    """One operation of one document, compiled once and run with many variables. Thread-safe."""

    @property
    def kind(self) -> OperationKind: ...

    @property
    def operations(self) -> Sequence[str]:
        """Names of the operations: `Query.pet`, one for each root field that it can select."""
        ...

    @property
    def incremental(self) -> bool:
        """Whether it has `@defer` or `@stream`."""
        ...

    def reseeded(self, seed: int) -> Plan:
        """The same plan in the world of another seed."""
        ...

    def run(self, variables: Mapping[str, Any], world: Writer | None = None) -> Result:
        """Answer once, in a world if there is one. `variables` are the raw ones, of JSON's types;
        wrong ones are errors.

        Raises Invalid where they cannot be coerced (GraphQL, section 6.1.2), TooLarge where the
        answer would cost more than the limit.
        """
        ...

    def fail(self, variables: Mapping[str, Any], message: str, code: str) -> Result:
        """Answer once, but for the first root field, which ends in an error. No world is asked.

        Raises what `run` raises.
        """
        ...

    def events(self, variables: Mapping[str, Any], world: Writer | None = None) -> Iterator[Result]:
        """A subscription's events, without pauses; as many as the settings say."""
        ...

    def increments(self, variables: Mapping[str, Any], world: Writer | None = None) -> Increments:
        """The results of an incremental delivery."""
        ...


class Planner(Protocol):
    """Compiles operations. The document has been parsed and validated."""

    def plan(self, document: DocumentNode, operation: OperationDefinitionNode) -> Plan: ...

    @property
    def inference(self) -> Inference:
        """What the document says of the world."""
        ...


class Task(msgspec.Struct, frozen=True):
    """A request with its plan."""

    request: GraphqlRequest
    plan: Plan


class Refused(msgspec.Struct, frozen=True):
    """A request of a batch that cannot be executed, and its errors."""

    errors: Sequence[Mapping[str, Any]]


class Preferences(msgspec.Struct, frozen=True):
    """What a caller asks of the answer (RFC 7240)."""

    code: str = ""
    """The code of the error to answer with; "" for none."""
    seed: int | None = None
    """The seed of the values, where it is not that of the mock."""
    stable: bool = True
    """Whether the same call gets the same values again."""
    applied: str = ""
    """The value of `Preference-Applied`."""

    @property
    def is_apart(self) -> bool:
        """Whether the answer is an error, or of another seed, and so none of the world's."""
        return bool(self.code) or self.seed is not None


class GraphqlReading(msgspec.Struct, frozen=True):
    """What `read` found: the tasks of a call (several only in a batch), and how to answer them."""

    call: Call
    tasks: Sequence[Task | Refused]
    is_batch: bool
    media: str
    """The media type to answer in."""
    operation: str
    """The name of the operation, or the joined names."""
    preferences: Preferences = Preferences()


class Asset(msgspec.Struct, frozen=True):
    """A file that belongs to GraphiQL, in the place of an answer."""

    media: str
    body: bytes
    cache: str
    """The value of `Cache-Control`."""
    policy: str = ""
    """The value of `Content-Security-Policy`."""
    is_head: bool = False
    """Whether it was asked for by HEAD, which gets no body."""
