"""The view `requests`: what stands in the journal's file, and in the files of archived days."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from polymock_schemas.journal import EXCHANGES

NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.\d+)?\.parquet")
"""What the file of a day, or of a part of it, is called."""


def days_folder(path: str) -> str:
    """The folder of a journal's archived days: beside it, no link in its path."""
    return os.path.realpath(path) + ".days"


def kept_files(cursor: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    """The paths of the archives that a journal notes as kept.

    Raises duckdb.Error, where the journal is older than archives are, too.
    """
    found = cursor.execute("SELECT file FROM archives WHERE state = 'kept' ORDER BY day, file")
    names = [str(row[0]) for row in found.fetchall()]
    return [str(folder / name) for name in names if NAME.fullmatch(name)]


def days_of(files: Sequence[str]) -> str:
    """What the view adds to the rows of the file: those of Parquet files."""
    if not files:
        return ""
    listed = ", ".join(quoted(file) for file in files)
    return f" UNION ALL SELECT {columns_of('a')} FROM read_parquet([{listed}]) a"


def columns_of(relation: str) -> str:
    """The columns of `requests`, as they are read from Parquet."""
    return ", ".join(
        f"CAST({relation}.{column.name} AS JSON) AS {column.name}"
        if column.type == "JSON"
        else f"{relation}.{column.name}"
        for column in EXCHANGES.columns
    )


def quoted(text: str) -> str:
    """A string in SQL."""
    return "'" + text.replace("'", "''") + "'"
