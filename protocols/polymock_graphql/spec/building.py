"""From definitions to a schema that can be executed, or to what is wrong with them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from typing import Literal

import msgspec
from graphql import (
    DefinitionNode,
    DocumentNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    ParallelVisitor,
    build_ast_schema,
    validate_schema,
    visit,
)
from graphql.validation import ASTValidationRule
from graphql.validation.rules.known_argument_names import KnownArgumentNamesOnDirectivesRule
from graphql.validation.rules.known_directives import KnownDirectivesRule
from graphql.validation.rules.known_type_names import KnownTypeNamesRule
from graphql.validation.rules.provided_required_arguments import (
    ProvidedRequiredArgumentsOnDirectivesRule,
)
from graphql.validation.rules.unique_directives_per_location import UniqueDirectivesPerLocationRule
from graphql.validation.specified_rules import specified_sdl_rules
from graphql.validation.validation_context import SDLValidationContext

from polymock.errors import SpecError
from polymock_graphql.spec.assembly import unknown_types
from polymock_graphql.spec.faults import MAX_FAULTS, distinct, fault_of
from polymock_schemas.commands import Fault

DIRECTIVE_RULES = (
    KnownDirectivesRule,
    KnownArgumentNamesOnDirectivesRule,
    ProvidedRequiredArgumentsOnDirectivesRule,
    UniqueDirectivesPerLocationRule,
)
"""What they find is wrong with directives, and mostly keeps nothing from being served."""
STRICT_RULES = tuple(
    rule for rule in specified_sdl_rules if rule not in (*DIRECTIVE_RULES, KnownTypeNamesRule)
)
"""The rest; unknown types are found by a rule of ours, as the library compares every unknown name
with every known one."""
MAX_COMPARISONS = 3_000_000
"""Fields of interfaces that types are compared with; a schema of 70,000 lines needs some 10,000."""
SERVABLE = re.compile(
    r"must not begin with '__'|must define one or more fields|has invalid default value"
    r"|cannot be deprecated|must not be deprecated|can only (?:include type|implement) \S+ once"
    r"|All root types must be different|must include 1 or more locations"
)
"""Errors of a schema (as the library words them) that keep nothing from being served."""


class Built(msgspec.Struct, frozen=True):
    """A schema, and what is wrong with it that it is served with."""

    schema: GraphQLSchema
    faults: tuple[Fault, ...]


def build(definitions: Sequence[DefinitionNode], file: str) -> Built:
    """Validate definitions and build their schema. `file` is named where nothing else is known.

    Raises SpecError with all that is wrong: first in the document (GraphQL, section 3), then in
    the types that it makes.
    """
    document = DocumentNode(definitions=tuple(definitions))
    errors = [*unknown_types(definitions), *_broken(document, STRICT_RULES, "error", file)]
    warnings = _broken(document, DIRECTIVE_RULES, "warning", file)
    if errors:
        raise SpecError.of(distinct([*errors, *warnings]))
    try:
        schema = build_ast_schema(document, assume_valid_sdl=True)
        if _comparisons(schema) > MAX_COMPARISONS:
            message = "it has too many interfaces and members of unions to compare with one another"
            raise SpecError.of([Fault("error", file, "", message)])
        wrong = validate_schema(schema)
    except GraphQLError as error:
        raise SpecError.of([fault_of(error, "error", file)]) from None
    except RecursionError:
        raise SpecError.of([Fault("error", file, "", "its types are nested too deeply")]) from None
    errors = [fault_of(e, "error", file) for e in wrong if not SERVABLE.search(e.message)]
    warnings += [fault_of(e, "warning", file) for e in wrong if SERVABLE.search(e.message)]
    if errors:
        raise SpecError.of(distinct([*errors, *warnings]))
    if wrong:
        # The library executes nothing for a schema with errors, unless it is told to trust it.
        schema = build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)
    return Built(schema, distinct(warnings))


class _Enough(Exception):
    """As many faults were found as are told."""


def _broken(
    document: DocumentNode,
    rules: Sequence[type[ASTValidationRule]],
    level: Literal["error", "warning"],
    file: str,
) -> list[Fault]:
    """What some rules find wrong with a document, as far as it is told."""
    found: list[Fault] = []

    def note(error: GraphQLError) -> None:
        found.append(fault_of(error, level, file))
        if len(found) >= MAX_FAULTS:
            raise _Enough

    context = SDLValidationContext(document, None, note)
    with contextlib.suppress(_Enough):
        visit(document, ParallelVisitor([rule(context) for rule in rules]))
    return found


def _comparisons(schema: GraphQLSchema) -> int:
    """How much there is to compare to validate a schema: the library knows no limit."""
    total = 0
    for named in schema.type_map.values():
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            parents: Sequence[GraphQLNamedType] = named.interfaces
            for parent in named.interfaces:
                total += len(parent.fields) + len(parent.interfaces)
        elif isinstance(named, GraphQLUnionType):
            parents = named.types
        else:
            continue
        total += len(parents) + len(parents) * (len(parents) - len(set(parents)))
    return total
