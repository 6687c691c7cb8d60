"""A GraphQL document, loaded: the way from a location to a schema, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from graphql import DefinitionNode

from polymock.documents import is_url
from polymock.documents.collector import collector_paused
from polymock.errors import SpecError
from polymock.interfaces import Spec
from polymock_graphql.model import GraphqlDocument
from polymock_graphql.spec import federation
from polymock_graphql.spec.assembly import (
    ROOTS,
    defined_directives,
    defined_types,
    root_types,
    with_bases,
)
from polymock_graphql.spec.building import build
from polymock_graphql.spec.directives import missing, supplied, used
from polymock_graphql.spec.faults import distinct
from polymock_graphql.spec.files import Texts, read
from polymock_graphql.spec.merging import merged
from polymock_graphql.spec.parsing import parsed
from polymock_graphql.spec.scalars import check_inputs
from polymock_graphql.spec.types import SchemaTypes
from polymock_schemas.commands import Fault


def load(spec: Spec) -> GraphqlDocument:
    """Read, parse, complete, validate and build the document at the spec's location.

    Raises SpecError, with the faults, where it cannot be read or is no schema that can be served.
    """
    sources = read(spec)
    with collector_paused():
        return _loaded(spec, sources)


def _loaded(spec: Spec, sources: Texts) -> GraphqlDocument:
    document = parsed(sources.texts)
    once, repetitions = merged(document.definitions)
    if any(fault.level == "error" for fault in repetitions):
        raise SpecError.of(distinct(sorted(repetitions, key=lambda fault: fault.level)))
    definitions, oddities = completed(once, spec.location)
    built = build(definitions, spec.location)
    check_inputs(built.schema)
    written = "\n\n".join(text.content for text in sources.texts if not text.is_json)
    return GraphqlDocument(
        schema=built.schema,
        schemas=SchemaTypes(built.schema, written),
        title=_title(spec),
        faults=distinct([*document.faults, *repetitions, *oddities, *built.faults]),
        files=sources.files,
    )


def completed(
    definitions: Sequence[DefinitionNode], file: str
) -> tuple[list[DefinitionNode], list[Fault]]:
    """The definitions with all that they take for granted, and what was odd about them.

    Raises SpecError where they have no operations.
    """
    found = used(definitions)
    subgraph = federation.find(definitions, found)
    kept, faults = with_bases(definitions, is_subgraph=subgraph is not None)
    if subgraph is not None:
        kept.extend(federation.additions(kept, subgraph, found))
    kept.extend(supplied(found, defined_directives(kept), defined_types(kept)))
    roots = root_types(kept)
    if not roots:
        hint = "define `type Query`, or name the root types with `schema { query: … }`"
        raise SpecError.of(
            [Fault("error", file, "", "it has no root type, so no operations", hint)]
        )
    if "query" not in roots:
        hint = "every schema needs one (GraphQL, section 3.3.1)"
        faults.append(Fault("warning", file, "", "it has no query root type", hint))
        name = ROOTS["query"]
        sdl = f"type {name} {{ _empty: Boolean }}"
        if any(node.kind == "schema_definition" for node in kept):
            sdl += f" extend schema {{ query: {name} }}"
        kept.extend(missing(sdl, set(), defined_types(kept)))
    return kept, faults


def _title(spec: Spec) -> str:
    name = spec.location.rstrip("/").rpartition("/")[2] if is_url(spec.location) else ""
    return PurePath(name or spec.location).stem or spec.name
