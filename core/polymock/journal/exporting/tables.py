"""Exchanges as tables: CSV (RFC 4180), JSON lines and Parquet, with the columns of `requests`."""

from __future__ import annotations

import contextlib
import csv
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from polymock.journal.exporting.pages import COLUMNS
from polymock.journal.values import plain
from polymock_schemas.journal import REQUESTS

_HEADERS = tuple(COLUMNS.index(name) for name in ("request_headers", "response_headers"))
_ID = COLUMNS.index("id")
_BATCH = 10_000
_BATCH_BYTES = 32 * 1024 * 1024
_MEMORY = "256MB"


@contextlib.contextmanager
def csv_writer(path: Path) -> Iterator[Any]:
    """Writes a header line, then a line for each row; NULL is empty, lists are JSON."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\r\n")
        lines.writerow(COLUMNS)

        def write(row: tuple[Any, ...]) -> None:
            lines.writerow([_cell(value) for value in row])

        yield write


@contextlib.contextmanager
def json_lines_writer(path: Path) -> Iterator[Any]:
    """Writes an object for each row, a line each; headers are objects."""
    with path.open("wb") as file:

        def write(row: tuple[Any, ...]) -> None:
            values = [plain(value) for value in row]
            for at in _HEADERS:
                values[at] = msgspec.Raw((row[at] or "null").encode())
            file.write(msgspec.json.encode(dict(zip(COLUMNS, values, strict=True))) + b"\n")

        yield write


@contextlib.contextmanager
def parquet_writer(path: Path) -> Iterator[Any]:
    """Writes Parquet by a DuckDB of its own, as the journal's may not touch files.

    Rows go to parts first, which are put together at the end: none of it is in memory as a whole.
    """
    parts = path.with_name(f"{path.name}.parts")
    parts.mkdir(mode=0o700)
    try:
        with duckdb.connect(config={"memory_limit": _MEMORY, "threads": 1}) as database:
            writer = _Parts(database, parts)
            yield writer.write
            writer.finish(path)
    except duckdb.IOException as error:
        raise OSError(str(error).partition("\n")[0]) from error
    finally:
        shutil.rmtree(parts, ignore_errors=True)


class _Parts:
    def __init__(self, database: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._number = 0
        self._waiting: list[tuple[Any, ...]] = []
        self._bytes = 0
        columns = ", ".join(f"{column.name} {column.type}" for column in REQUESTS.columns)
        database.execute(f"CREATE TABLE part ({columns})")

    def write(self, row: tuple[Any, ...]) -> None:
        self._waiting.append((*row[:_ID], uuid.UUID(row[_ID]), *row[_ID + 1 :]))
        self._bytes += sum(len(value) for value in row if isinstance(value, str))
        if len(self._waiting) >= _BATCH or self._bytes >= _BATCH_BYTES:
            self._flush()

    def finish(self, path: Path) -> None:
        """Put the parts together."""
        if self._waiting or not self._number:
            self._flush()
        source = _quoted(str(self._folder / "*.parquet"))
        self._database.execute(
            f"COPY (SELECT * FROM read_parquet({source})) TO {_quoted(str(path))} "
            "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20000)"
        )

    def _flush(self) -> None:
        with self._database.appender("part") as appender:
            appender.append_rows(self._waiting)
        part = self._folder / f"{self._number:08}.parquet"
        self._database.execute(f"COPY part TO {_quoted(str(part))} (FORMAT parquet)")
        self._database.execute("TRUNCATE part")
        self._number += 1
        self._waiting.clear()
        self._bytes = 0


def _cell(value: Any) -> str:
    told = plain(value)
    if told is None:
        return ""
    if isinstance(told, bool):
        return "true" if told else "false"
    if isinstance(told, (list, dict)):
        return msgspec.json.encode(told).decode()
    return str(told)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
