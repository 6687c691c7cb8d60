"""What is served: mocks, their operations and documents; and calls of them."""

from __future__ import annotations

from pathlib import Path

from polymock.commands.context import Context
from polymock.config.settings import suggestion
from polymock.errors import CommandError
from polymock.interfaces import Describing, Operation
from polymock.mocks.concealing import concealed
from polymock.mocks.examples import example_of
from polymock.mocks.reaching import reach
from polymock.snapshot import Mock, Snapshot
from polymock_schemas.commands import Nothing
from polymock_schemas.mocks import (
    Document,
    DocumentQuery,
    MockInfo,
    OperationDetail,
    OperationForm,
    OperationInfo,
    OperationPage,
    OperationQuery,
    OperationsQuery,
    ServedConfig,
)

MAX_FILE = 64 * 1024 * 1024
"""Bytes of a file that is read to show a part of it."""


def config(context: Context, params: Nothing) -> ServedConfig:
    """The config that is served, its secrets hidden."""
    return ServedConfig(concealed(context.server.config()))


def list_mocks(context: Context, params: Nothing) -> tuple[MockInfo, ...]:
    """The mocks, in the config's order."""
    server = context.server
    return tuple(
        MockInfo(
            name=mock.name,
            protocol=mock.protocol,
            url=f"{server.url}{mock.prefix or '/'}",
            title=mock.title,
            operations=mock.operations,
            warnings=tuple(f"{fault.path}: {fault.message}" for fault in mock.faults),
        )
        for mock in server.mocks()
    )


def operations(context: Context, params: OperationsQuery) -> OperationPage:
    """The operations of the mocks, in their documents' order."""
    snapshot = context.snapshot
    mocks = [_find(snapshot, params.mock)] if params.mock else snapshot.mocks
    wanted = params.text.casefold()
    found = [
        (mock, operation)
        for mock in mocks
        for operation in mock.contract.operations
        if wanted in f"{operation.name}\n{operation.id}\n{operation.summary}".casefold()
    ]
    shown = found[params.offset : params.offset + params.limit]
    return OperationPage(tuple(_info(*each) for each in shown), len(found))


def operation(context: Context, params: OperationQuery) -> OperationDetail:
    """One operation with its schemas. Raises CommandError, SpecError."""
    mock, found = _operation(context.snapshot, params)
    contract = mock.contract
    if isinstance(contract, Describing):
        form = contract.describe(found)
        reached, left_out = reach(form, contract.definitions)
        example = example_of(form, mock.prefix, contract.definitions)
    else:
        form, reached, left_out, example = OperationForm("", ""), {}, (), {}
    return OperationDetail(
        mock=mock.name,
        protocol=contract.protocol,
        name=found.name,
        id=found.id,
        summary=found.summary,
        method=form.method,
        path=_below(mock, form.path),
        parameters=form.parameters,
        bodies=form.bodies,
        replies=form.replies,
        notes=form.notes,
        definitions=reached,
        left_out=left_out,
        example=example,
    )


def document(context: Context, params: DocumentQuery) -> Document:
    """Text of a mock's document. Raises CommandError where it has no such file."""
    mock = _find(context.snapshot, params.mock)
    files = tuple(mock.contract.files)
    file = params.file or (files[0] if files else "")
    if file and file not in files:
        raise CommandError(
            f"The document of {mock.name} has no file {file[:200]!r}.",
            suggestion(file, files) or f"Its files are: {', '.join(files)}",
            "unknown",
        )
    text = _text(Path(file)) if file else ""
    shown = text[params.offset : params.offset + params.limit]
    return Document(mock.name, file, files, shown, params.offset, len(text))


def _find(snapshot: Snapshot, name: str) -> Mock:
    for mock in snapshot.mocks:
        if mock.name == name:
            return mock
    names = [mock.name for mock in snapshot.mocks]
    raise CommandError(
        f"There is no mock {name[:100]!r}.",
        suggestion(name, names) or f"There are: {', '.join(names)}.",
        "unknown",
    )


def _operation(snapshot: Snapshot, params: OperationQuery) -> tuple[Mock, Operation]:
    mocks = [_find(snapshot, params.mock)] if params.mock else list(snapshot.mocks)
    wanted = params.operation
    everything = [(mock, each) for mock in mocks for each in mock.contract.operations]
    found = [(mock, each) for mock, each in everything if wanted in (each.name, each.id)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(mock.name for mock, _ in found)
        raise CommandError(
            f"Several operations are called {wanted[:100]!r}.", f"Say of which mock: {names}."
        )
    near = suggestion(wanted, [each.name for _, each in everything])
    raise CommandError(
        f"There is no operation {wanted[:100]!r}.",
        near or "mocks operations lists those that there are.",
        "unknown",
    )


def _info(mock: Mock, operation: Operation) -> OperationInfo:
    contract = mock.contract
    method, path = contract.address(operation) if isinstance(contract, Describing) else ("", "")
    return OperationInfo(
        mock.name, operation.name, operation.id, operation.summary, method, _below(mock, path)
    )


def _below(mock: Mock, path: str) -> str:
    """A path of a contract, with its mock's prefix."""
    return f"{mock.prefix}{path}" if path != "/" or not mock.prefix else mock.prefix


def _text(file: Path) -> str:
    """What is in a file; "" where it is gone, or is no text."""
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_FILE).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
