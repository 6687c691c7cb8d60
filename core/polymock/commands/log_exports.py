"""Copies of exchanges in files."""

from __future__ import annotations

from pathlib import Path

import msgspec

from polymock.commands.context import Context
from polymock.journal.exporting import files
from polymock.journal.exporting.writing import export as write
from polymock.journal.reading import Reading
from polymock.journal.reports.emptiness import hints
from polymock.journal.selecting import choose
from polymock_schemas.log_questions import Export, ExportQuery

FOLDER = "exports"
"""Beside the journal: where files go that are not asked for on the command line."""


def export(context: Context, params: ExportQuery) -> Export:
    """Copy exchanges to a file. Raises CommandError, JournalError."""
    form = params.format or files.format_of(params.output)
    if context.actor == "cli":
        path = files.named(params.output, context.folder)
    else:
        path = files.below(params.output, _folder(context.journal, context.folder))
    chosen = choose(params)
    written = write(
        context.journal,
        params,
        chosen.where,
        chosen.parameters,
        path,
        form,
        force=params.force,
        progress=context.progress,
    )
    if written.exchanges:
        return written
    told = hints(context.journal, params, chosen.since, chosen.until)
    return msgspec.structs.replace(written, note=" ".join(("No exchange is as asked.", *told)))


def _folder(journal: Reading, otherwise: Path) -> Path:
    """The folder beside the journal's file; of one in memory that of relative paths."""
    rows = journal.rows(
        "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
    )
    path = rows[0][0] if rows else None
    return (Path(path).absolute().parent if path else otherwise) / FOLDER
