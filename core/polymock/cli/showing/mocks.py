"""Mocks, printed: their addresses, operations, documents, and replies."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from polymock.output import print_lines, print_table
from polymock_schemas.mocks import (
    CallParams,
    CallResult,
    Document,
    DocumentQuery,
    MockInfo,
    OperationDetail,
    OperationPage,
    OperationQuery,
    OperationsQuery,
    ServedConfig,
)


def show_mocks(found: Sequence[MockInfo], _params: object) -> None:
    """A line for each mock."""
    rows = [
        (each.name, each.protocol, each.url, each.operations, len(each.warnings), each.title)
        for each in found
    ]
    print_table(("mock", "protocol", "url", "operations", "warnings", "title"), rows)


def show_config(found: ServedConfig, _params: object) -> None:
    """It, as JSON."""
    print_lines(_json(found.config, indent=2).splitlines())


def show_operations(found: OperationPage, params: OperationsQuery) -> None:
    """A line for each operation."""
    rows = [
        (each.mock, each.name, f"{each.method} {each.path}".strip(), each.summary)
        for each in found.items
    ]
    print_table(("mock", "operation", "call", "summary"), rows)
    if found.total > params.offset + len(found.items):
        print_lines([f"{found.total} in all; --offset {params.offset + len(found.items)} goes on."])


def show_operation(found: OperationDetail, _params: OperationQuery) -> None:
    """How it is called, and its schemas as JSON."""
    lines = [f"{found.name}  ({found.mock}, {found.protocol})  {found.summary}".rstrip()]
    lines.append(f"  call     {found.method} {found.path}")
    for each in found.parameters:
        needed = "required" if each.required else "optional"
        lines.append(f"  {each.location:<8} {each.name}  {needed}  {_json(each.schema)}")
    lines += [f"  body     {each.media_type}  {_json(each.schema)}" for each in found.bodies]
    lines += [
        f"  {each.status:<8} {each.media_type}  {_json(each.schema)}" for each in found.replies
    ]
    lines += [f"  note     {note}" for note in found.notes]
    lines += [f"  #/$defs/{name}  {_json(schema)}" for name, schema in found.definitions.items()]
    if found.example:
        lines.append(f"  example  {_json(found.example)}")
    print_lines(lines)


def show_document(found: Document, _params: DocumentQuery) -> None:
    """Its text."""
    print_lines(found.text.splitlines() or [f"{found.file or found.mock} has no text."])


def show_reply(reply: CallResult, _params: CallParams) -> None:
    """Status, header fields and body."""
    lines = [f"{reply.status}  {reply.elapsed_ms:g} ms"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    body = reply.text.splitlines() if reply.text else [_json(reply.body, indent=2)]
    print_lines([*lines, "", *(body if reply.bytes else [])])


def _json(value: object, indent: int = 0) -> str:
    encoded = msgspec.json.encode(value, enc_hook=str)
    return (msgspec.json.format(encoded, indent=indent) if indent else encoded).decode()
