"""From texts to definitions: SDL, and introspection results as the SDL that they tell of."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from graphql import (
    DefinitionNode,
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    Source,
    TypeSystemDefinitionNode,
    TypeSystemExtensionNode,
    build_client_schema,
    parse,
    print_schema,
)

from polymock.errors import SpecError
from polymock_graphql.spec.faults import fault_at, fault_of
from polymock_graphql.spec.files import Text
from polymock_schemas.commands import Fault

MAX_TOKENS = 1_000_000
"""Tokens of one file; a schema of 70,000 lines has some 250,000."""
OLD_INTERFACES = re.compile(
    r"\bimplements\s{1,9}+(\w{1,200}+(?:[\s,]{1,200}+\w{1,200}+){1,50}+)(?=\s{0,9}[{@])"
)
EMPTY_BRACES = re.compile(r"(\b(?:type|interface|input)\s{1,9}+\w[^{}#\"]{0,500}+)\{\s{0,99}\}")
"""Bounded, so that no text takes long."""


class Parsed(msgspec.Struct, frozen=True):
    """The definitions of a document, in the order of its files, and what was odd about it."""

    definitions: tuple[DefinitionNode, ...]
    faults: tuple[Fault, ...]


def parsed(texts: tuple[Text, ...]) -> Parsed:
    """Parse all texts. Raises SpecError, with the fault of each text that cannot be parsed."""
    definitions: list[DefinitionNode] = []
    warnings: list[Fault] = []
    errors: list[Fault] = []
    for text in texts:
        try:
            document = _document(text, warnings)
        except GraphQLError as error:
            errors.append(fault_of(error, "error", text.file))
            continue
        own, others = _sorted_out(document)
        definitions.extend(own)
        if others:
            message = "operations and fragments are no part of a schema; they are left out"
            warnings.append(fault_at(others[0], message))
    if errors:
        raise SpecError.of(errors)
    if not definitions:
        file = texts[0].file if texts else ""
        raise SpecError.of([Fault("error", file, "", "it defines no types", "is it a schema?")])
    return Parsed(tuple(definitions), tuple(warnings))


def _sorted_out(document: DocumentNode) -> tuple[list[DefinitionNode], list[DefinitionNode]]:
    """The definitions of the type system, and those that are executable."""
    own: list[DefinitionNode] = []
    others: list[DefinitionNode] = []
    for node in document.definitions:
        is_own = isinstance(node, TypeSystemDefinitionNode | TypeSystemExtensionNode)
        (own if is_own else others).append(node)
    return own, others


def _document(text: Text, warnings: list[Fault]) -> DocumentNode:
    if text.is_json:
        # Lines of the SDL that is made here say nothing to the user.
        return parse(Source(_introspected(text), text.file), no_location=True)
    if not _has_tokens(text.content):
        return DocumentNode(definitions=())
    try:
        return parse(Source(text.content, text.file), max_lexical_tokens=MAX_TOKENS)
    except GraphQLSyntaxError as error:
        modern = _modernised(text.content)
        if modern == text.content:
            raise
        try:
            document = parse(Source(modern, text.file), max_lexical_tokens=MAX_TOKENS)
        except GraphQLSyntaxError:
            raise error from None
        message = "it is written in the syntax of before 2018"
        hint = "write `implements A & B`, and no empty braces"
        warnings.append(Fault("warning", text.file, "", message, hint))
        return document


def _has_tokens(content: str) -> bool:
    return any(line.split("#")[0].strip(" \t,\ufeff") for line in content.splitlines())


def _modernised(content: str) -> str:
    """The text in the syntax of today, with every definition at the same place.

    Before June 2018 interfaces were separated by commas or spaces, and braces could be empty.
    """

    def joined(found: re.Match[str]) -> str:
        start, names = found[0][: -len(found[1])], found[1]
        return start + re.sub(r"(\w)([\s,])", r"\1&", names)

    def blank(found: re.Match[str]) -> str:
        braces = found[0][len(found[1]) :]
        return found[1] + braces.replace("{", " ").replace("}", " ")

    return EMPTY_BRACES.sub(blank, OLD_INTERFACES.sub(joined, content))


def _introspected(text: Text) -> str:
    """The SDL of an introspection result. Raises GraphQLError."""
    try:
        answer = msgspec.json.decode(text.content, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        reason = str(error) if isinstance(error, msgspec.DecodeError) else "it is nested too deeply"
        raise GraphQLError(f"it is no JSON: {reason}") from None
    data = answer.get("data", answer)
    if not isinstance(data, dict) or "__schema" not in data:
        raise GraphQLError(f"it is no introspection result, as it has no `__schema`{_told(answer)}")
    try:
        sdl = print_schema(build_client_schema(_completed(data)))
    except RecursionError:
        raise GraphQLError("a type in it is nested too deeply") from None
    except (GraphQLError, TypeError, ValueError, LookupError, AttributeError) as error:
        raise GraphQLError(
            f"it is no complete introspection result: {str(error)[:500] or type(error).__name__}"
        ) from None
    if not sdl:
        raise GraphQLError("it is no complete introspection result: it has no types")
    return sdl


def _told(answer: dict[str, Any]) -> str:
    """What a server said in place of the result."""
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    message = first.get("message") if isinstance(first, dict) else None
    return f"; its error is: {message[:200]}" if isinstance(message, str) else ""


def _completed(data: dict[str, Any]) -> Any:
    """An introspection result with what older servers and shorter queries leave out."""
    schema = data["__schema"]
    if not isinstance(schema, dict):
        return data
    directives = [
        {**found, "args": found.get("args") or [], "locations": found["locations"]}
        for found in schema.get("directives") or ()
        if isinstance(found, dict) and found.get("locations")
    ]
    types = [
        {**found, "interfaces": found.get("interfaces") or []}
        if isinstance(found, dict) and found.get("kind") in ("OBJECT", "INTERFACE")
        else found
        for found in schema.get("types") or ()
    ]
    return {"__schema": {**schema, "types": types, "directives": directives}}
