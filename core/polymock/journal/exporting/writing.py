"""A copy of exchanges, from the journal to a file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from polymock.journal.exporting.files import replacing
from polymock.journal.exporting.har import har_writer
from polymock.journal.exporting.pages import COLUMNS, rows
from polymock.journal.exporting.postman import Collection, postman_writer
from polymock.journal.exporting.tables import csv_writer, json_lines_writer, parquet_writer
from polymock.journal.questions.matching import Seen, failures, matchers
from polymock.journal.questions.verifying import quick_condition
from polymock.journal.reading import Reading
from polymock_schemas.log_questions import Calls, Export, ExportFormat

_TOLD = 10_000
_SEEN = tuple(COLUMNS.index(name) for name in Seen._fields)
_WRITERS: dict[ExportFormat, Callable[[Path], AbstractContextManager[Any]]] = {
    "csv": csv_writer,
    "jsonl": json_lines_writer,
    "parquet": parquet_writer,
    "har": har_writer,
}


def export(
    reading: Reading,
    asked: Calls,
    where: str,
    parameters: dict[str, Any],
    path: Path,
    form: ExportFormat,
    *,
    force: bool,
    progress: Callable[[float, float | None, str], None],
) -> Export:
    """Copy the exchanges that a condition on `requests r` chooses and that are as asked.

    Raises CommandError where the file cannot be written, JournalError.
    """
    given = dict(parameters)
    condition = f"{where} AND {quick_condition(asked, given)}"
    tests = matchers(asked)
    collection = Collection()
    count = 0
    with replacing(path, force=force) as partial:
        with _opened(form, partial, collection) as write:
            for row in rows(reading, condition, given):
                if tests and failures(tests, Seen(*(row[at] for at in _SEEN))):
                    continue
                write(row)
                count += 1
                if count % _TOLD == 0:
                    progress(count, None, "exchanges")
        size = partial.stat().st_size
    return Export(str(path), form, count, size, collection.left_out)


def _opened(form: ExportFormat, path: Path, collection: Collection) -> AbstractContextManager[Any]:
    return postman_writer(path, collection) if form == "postman" else _WRITERS[form](path)
