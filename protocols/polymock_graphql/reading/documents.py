"""Clients' documents: parsed, checked, validated and planned once, then found by their text."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import partial

import msgspec
from graphql import (
    DocumentNode,
    GraphQLDeferDirective,
    GraphQLSchema,
    GraphQLStreamDirective,
    GraphQLSyntaxError,
    NoFragmentCyclesRule,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)

from polymock.errors import MockError
from polymock.interfaces import JOINT, Operation
from polymock_graphql.model import Plan, Planner
from polymock_graphql.reading.errors import (
    OPERATION_FAILED,
    PARSE_FAILED,
    VALIDATION_FAILED,
    LimitExceeded,
    RequestError,
    describe,
    graphql_error,
)
from polymock_graphql.reading.guards import above, measure
from polymock_graphql.settings import GraphqlSettings

MAX_DOCUMENTS = 1024
MAX_CHARACTERS = 4 * 1024 * 1024
"""Of all remembered documents together."""
MAX_ERRORS = 50
CHARACTERS_PER_TOKEN = 100
"""How long a document may be for each token that it may have."""
LEVELS = "levels of values, selections or fragments"
READS = (b"accept", b"content-type", b"prefer", b"sec-websocket-protocol")
"""The header fields that an answer depends on."""


_TOO_COMPLEX = (
    "The document's fields and fragments take too many comparisons to validate; no option raises "
    "this limit. Select each field once, or ask in several documents."
)

Rejection = Callable[[], MockError]
"""Makes the error that a document gets each time: it is a new one, as what is raised is changed."""


class Planned(msgspec.Struct, frozen=True):
    """One operation of a document, ready to run."""

    plan: Plan
    operation: Operation


class Document:
    """A document that is valid, and its operations, each planned when it is first asked for."""

    def __init__(self, syntax: DocumentNode, planner: Planner) -> None:
        self._syntax = syntax
        self._planner = planner
        self._operations: Mapping[str | None, OperationDefinitionNode] = {
            node.name.value if node.name else None: node
            for node in syntax.definitions
            if isinstance(node, OperationDefinitionNode)
        }
        self._planned: dict[str | None, Planned] = {}

    def choose(self, name: str | None) -> Planned:
        """The operation of a name; with None the only one (GraphQL, section 6.1, GetOperation).

        Raises RequestError where there is no such one.
        """
        planned = self._planned.get(name)
        if planned is None:
            planned = self._planned[name] = self._plan(self._find(name))
        return planned

    def _find(self, name: str | None) -> OperationDefinitionNode:
        if name is not None:
            if name in self._operations:
                return self._operations[name]
            message = f'Unknown operation named "{name[:200]}".'
        elif len(self._operations) == 1:
            return next(iter(self._operations.values()))
        else:
            message = (
                "Must provide operation name if query contains multiple operations."
                if self._operations
                else "Must provide an operation."
            )
        raise RequestError([graphql_error(message, OPERATION_FAILED)])

    def _plan(self, node: OperationDefinitionNode) -> Planned:
        plan = self._planner.plan(self._syntax, node)
        operation = Operation(
            name=JOINT.join(plan.operations),
            reads=READS,
            cacheable=plan.kind == "query" and not plan.incremental,
        )
        return Planned(plan, operation)


class Documents:
    """The documents that clients sent, the latest of them remembered, the wrong ones too."""

    def __init__(self, schema: GraphQLSchema, planner: Planner, settings: GraphqlSettings) -> None:
        self._schema = _with_incremental_delivery(schema)
        self._planner = planner
        self._limits = settings.limits
        self._rules = list(specified_rules)
        if not settings.introspection:
            self._rules.append(NoSchemaIntrospectionCustomRule)
        self._known: OrderedDict[str, Document | Rejection] = OrderedDict()
        self._characters = 0

    def find(self, text: str) -> Document:
        """The document of a text. Raises RequestError, LimitExceeded."""
        found = self._known.get(text)
        if found is None:
            found = self._read(text)
            if len(text) > MAX_CHARACTERS // 16:
                return _valid(found)  # it would take the place of many
            self._known[text] = found
            self._characters += len(text)
            while len(self._known) > MAX_DOCUMENTS or self._characters > MAX_CHARACTERS:
                self._characters -= len(self._known.popitem(last=False)[0])
        else:
            self._known.move_to_end(text)
        return _valid(found)

    def _read(self, text: str) -> Document | Rejection:
        try:
            return self._compile(text)
        except RecursionError:
            return partial(LimitExceeded, above(LEVELS, self._limits.depth, "depth"))

    def _compile(self, text: str) -> Document | Rejection:
        longest = self._limits.tokens * CHARACTERS_PER_TOKEN
        if len(text) > longest:
            return partial(LimitExceeded, above("characters", longest, "tokens"))
        try:
            syntax = parse(text, max_tokens=self._limits.tokens, allow_empty_selection_sets=False)
        except GraphQLSyntaxError as error:
            if "tokens. Parsing aborted" in error.message:
                return partial(LimitExceeded, above("tokens", self._limits.tokens, "tokens"))
            if "nested too deeply" in error.message:
                return partial(LimitExceeded, above(LEVELS, self._limits.depth, "depth"))
            return partial(RequestError, describe([error], PARSE_FAILED))
        shape = measure(syntax)
        excess = shape.excess(self._limits)
        if excess:
            return partial(LimitExceeded, excess)
        # a rule that walks the fragments may not run where they have no end
        rules = [NoFragmentCyclesRule] if shape.is_cyclic else self._rules
        errors = validate(self._schema, syntax, rules, max_errors=MAX_ERRORS)
        if errors and errors[0].message == "Validation aborted.":
            return partial(LimitExceeded, _TOO_COMPLEX)
        if errors:
            return partial(RequestError, describe(errors, VALIDATION_FAILED))
        return Document(syntax, self._planner)


def _valid(found: Document | Rejection) -> Document:
    if isinstance(found, Document):
        return found
    raise found()


def _with_incremental_delivery(schema: GraphQLSchema) -> GraphQLSchema:
    """The schema with `@defer` and `@stream`, for documents to be validated against; graphql-core
    does not execute over one that has them."""
    known = {directive.name for directive in schema.directives}
    added = [
        directive
        for directive in (GraphQLDeferDirective, GraphQLStreamDirective)
        if directive.name not in known
    ]
    return GraphQLSchema(
        query=schema.query_type,
        mutation=schema.mutation_type,
        subscription=schema.subscription_type,
        types=tuple(schema.type_map.values()),
        directives=(*schema.directives, *added),
        assume_valid=True,
    )
