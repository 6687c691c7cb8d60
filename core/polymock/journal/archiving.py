"""Old days as Parquet files beside the journal: still in `requests`, and out of the file.

A file is noted in the table `archives` before it is made, and its rows leave the table `exchanges`
in the transaction that notes it as kept: whatever ends the process, each exchange is in one place.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import msgspec

from polymock.journal.database import IN_MEMORY, Cursors
from polymock.journal.days import NAME, columns_of, days_folder, days_of, kept_files, quoted
from polymock_schemas.journal import EXCHANGES, SCHEMA_VERSION, comments_on, requests

FILE_ROWS = 250_000
FILE_BYTES = 256 * 1024 * 1024
"""So much text at most goes into one file, in one transaction: a day may have several."""
ROW_GROUP = (2_048, 122_880)
ROW_GROUP_BYTES = 16 * 1024 * 1024
DAY_US = 86_400_000_000
_PART = ".part"
_LENGTHS = " + ".join(
    f"coalesce(length({column.name}), 0)"
    for column in EXCHANGES.columns
    if column.type in ("VARCHAR", "JSON")
)
_WITHIN = "ts >= make_timestamp(?::BIGINT) AND ts <= make_timestamp(?::BIGINT)"

log = logging.getLogger("polymock.journal")


class Archived(msgspec.Struct, frozen=True):
    """What a round did: exchanges that went into files, files made, files that left, and exchanges
    that were deleted as they were too old."""

    rows: int = 0
    files: int = 0
    left: int = 0
    deleted: int = 0


class Archive:
    """The archived days of a journal. Its methods are called by one thread at a time.

    `note` is told of files that are missing or come back, as (type of event, file).
    """

    def __init__(self, path: str, note: Callable[[str, str], None]) -> None:
        self._folder = Path(days_folder(path))
        self._in_memory = path == IN_MEMORY
        self._note = note

    def settle(self, cursors: Cursors) -> None:
        """Put right what a process left that was killed; adopt the days of a journal that is gone.

        Called whenever the file has been opened. Raises duckdb.Error.
        """
        if self._in_memory:
            return
        with _cursor(cursors) as cursor:
            unfinished = _files(cursor, "writing")
            for name in unfinished:
                self._unlink(name)
                self._unlink(f".{name}{_PART}")
            if unfinished:
                cursor.execute("DELETE FROM archives WHERE state = 'writing'")
            if not _files(cursor) and self._folder.is_dir():
                self._adopt(cursor)
            self._look(cursor)
            self._renew_view(cursor)

    def archive(self, cursors: Cursors, before_us: int) -> Archived:
        """Archive whole days (UTC) that ended before then, one file; nothing where none is left.

        Raises duckdb.Error or OSError, and then nothing has happened.
        """
        if self._in_memory:
            return Archived()
        end = before_us // DAY_US * DAY_US - 1
        with _cursor(cursors) as cursor:
            first = _number(
                cursor, f"SELECT epoch_us(min(ts)) FROM exchanges WHERE {_WITHIN}", 0, end
            )
            if first is None:
                return Archived()
            day = first // DAY_US * DAY_US
            part = _part(cursor, day, min(day + DAY_US - 1, end))
            name = self._free_name(cursor, day)
            cursor.execute(
                "INSERT INTO archives (file, day, version, state) "
                "VALUES (?, make_timestamp(?::BIGINT)::DATE, ?, 'writing')",
                [name, day, SCHEMA_VERSION],
            )
            try:
                return self._write(cursor, name, day, part)
            except (duckdb.Error, OSError):
                with contextlib.suppress(duckdb.Error):
                    cursor.rollback()
                self._unlink(f".{name}{_PART}")
                self._unlink(name)
                with contextlib.suppress(duckdb.Error):
                    cursor.execute("DELETE FROM archives WHERE file = ?", [name])
                raise

    def retire(self, cursors: Cursors, before_us: int) -> Archived:
        """Let go of files all of whose exchanges are older; they are deleted in the next round.

        By then no query that began before reads them any more. Raises duckdb.Error.
        """
        if self._in_memory:
            return Archived()
        with _cursor(cursors) as cursor:
            left = _files(cursor, "leaving")
            for name in left:
                self._unlink(name)
            if left:
                cursor.execute("DELETE FROM archives WHERE state = 'leaving'")
            old = cursor.execute(
                "SELECT count(*) FROM archives WHERE state IN ('kept', 'missing') "
                "AND last_ts < make_timestamp(?::BIGINT)",
                [before_us],
            ).fetchone()
            if old and old[0]:
                cursor.begin()
                cursor.execute(
                    "UPDATE archives SET state = 'leaving' WHERE state IN ('kept', 'missing') "
                    "AND last_ts < make_timestamp(?::BIGINT)",
                    [before_us],
                )
                self._renew_view(cursor)
                cursor.commit()
        return Archived(left=len(left))

    def look(self, cursors: Cursors) -> None:
        """Leave files out of `requests` that somebody took away, until they are back.

        Raises duckdb.Error.
        """
        if not self._in_memory:
            with _cursor(cursors) as cursor:
                self._look(cursor)

    def _write(
        self, cursor: duckdb.DuckDBPyConnection, name: str, day: int, part: _Part
    ) -> Archived:
        """Copy, rename, and only then delete: all of it sees the same exchanges."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        made, file = self._folder / f".{name}{_PART}", self._folder / name
        cursor.begin()
        row = cursor.execute(
            f"COPY (SELECT * FROM exchanges WHERE {_WITHIN}) TO {quoted(str(made))} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {part.row_group})",
            [day, part.last],
        ).fetchone()
        rows = int(row[0]) if row else 0
        _sync(made)
        made.rename(file)
        _sync(self._folder)
        cursor.execute(f"DELETE FROM exchanges WHERE {_WITHIN}", [day, part.last])
        cursor.execute(
            "UPDATE archives SET state = 'kept', rows = ?, bytes = ?, "
            "first_ts = make_timestamp(?::BIGINT), last_ts = make_timestamp(?::BIGINT) "
            "WHERE file = ?",
            [rows, file.stat().st_size, part.first, part.last, name],
        )
        self._renew_view(cursor)
        cursor.commit()
        log.info("%d exchanges are archived in %s", rows, file)
        return Archived(rows, 1)

    def _renew_view(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Make `requests` of the file and of the archives that are kept, where it is not yet so."""
        files = kept_files(cursor, self._folder)
        wanted = requests(days_of(files))
        found = cursor.execute("SELECT sql FROM duckdb_views() WHERE view_name = 'requests'")
        row = found.fetchone()
        listed = re.findall(r"'((?:[^']|'')*\.parquet)'", str(row[0])) if row else []
        if listed != [file.replace("'", "''") for file in files]:
            cursor.execute(f"CREATE OR REPLACE VIEW requests AS {wanted.query}")
            for comment in comments_on(wanted):
                cursor.execute(comment)

    def _look(self, cursor: duckdb.DuckDBPyConnection) -> None:
        kept, missing = _files(cursor, "kept"), _files(cursor, "missing")
        changed = [
            *((name, "missing") for name in kept if not self._is_whole(cursor, name)),
            *((name, "kept") for name in missing if self._is_whole(cursor, name)),
        ]
        if not changed:
            return
        cursor.begin()
        for name, state in changed:
            cursor.execute("UPDATE archives SET state = ? WHERE file = ?", [state, name])
        self._renew_view(cursor)
        cursor.commit()
        for name, state in changed:
            self._note(f"archive.{'missing' if state == 'missing' else 'found'}", name)

    def _is_whole(self, cursor: duckdb.DuckDBPyConnection, name: str) -> bool:
        """Whether a file is there, as long as it was, and its end can be read."""
        size = _number(cursor, "SELECT bytes FROM archives WHERE file = ?", name)
        file = self._folder / name
        try:
            if file.is_symlink() or file.stat().st_size != size:
                return False
            cursor.execute(f"SELECT count(*) FROM read_parquet({quoted(str(file))})")
        except (OSError, duckdb.Error):
            return False
        return True

    def _adopt(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Take files as archives that an earlier journal of this name left."""
        for file in sorted(self._folder.iterdir()):
            named = NAME.fullmatch(file.name)
            if named is None or file.is_symlink():
                continue
            rows = f"SELECT {columns_of('a')} FROM read_parquet({quoted(str(file))}) a"
            try:
                cursor.execute(
                    "INSERT INTO archives SELECT ?, CAST(? AS DATE), min(ts), max(ts), count(*), "
                    f"?, ?, 'kept' FROM ({rows})",
                    [file.name, named[1], file.stat().st_size, SCHEMA_VERSION],
                )
            except duckdb.Error as error:
                log.warning("%s is no archive: %s", file, str(error).partition("\n")[0])

    def _free_name(self, cursor: duckdb.DuckDBPyConnection, day_us: int) -> str:
        day = datetime.datetime.fromtimestamp(day_us / 1e6, datetime.UTC).date().isoformat()
        taken, number, name = set(_files(cursor)), 1, f"{day}.parquet"
        while name in taken or os.path.lexists(self._folder / name):
            number += 1
            name = f"{day}.{number}.parquet"
        return name

    def _unlink(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            (self._folder / name).unlink()


class _Part(msgspec.Struct, frozen=True):
    """Exchanges that make a file: times of the first and the last, how many a row group has."""

    first: int
    last: int
    row_group: int


def _part(cursor: duckdb.DuckDBPyConnection, day: int, end: int) -> _Part:
    """So many of a day's first exchanges as go into one file."""
    row = cursor.execute(
        f"SELECT count(*), sum({_LENGTHS}), epoch_us(min(ts)), epoch_us(max(ts)) "
        f"FROM exchanges WHERE {_WITHIN}",
        [day, end],
    ).fetchone()
    rows, size, first, last = row if row else (0, 0, day, end)
    most = max(1, min(FILE_ROWS, FILE_BYTES * rows // max(size, 1)))
    if rows > most:
        share = most / rows
        cut = _number(
            cursor,
            f"SELECT epoch_us(quantile_disc(ts, {share:.9f})) FROM exchanges WHERE {_WITHIN}",
            day,
            end,
        )
        last = cut if cut is not None else last
    least, largest = ROW_GROUP
    row_group = max(least, min(largest, ROW_GROUP_BYTES * rows // max(size, 1)))
    return _Part(first, last, row_group // least * least)


def _files(cursor: duckdb.DuckDBPyConnection, state: str = "") -> list[str]:
    found = cursor.execute(
        "SELECT file FROM archives WHERE state = ? OR ? = '' ORDER BY day, file", [state, state]
    )
    return [str(row[0]) for row in found.fetchall()]


def _number(cursor: duckdb.DuckDBPyConnection, statement: str, *parameters: object) -> int | None:
    row = cursor.execute(statement, list(parameters)).fetchone()
    return None if row is None or row[0] is None else int(row[0])


@contextlib.contextmanager
def _cursor(cursors: Cursors) -> Iterator[duckdb.DuckDBPyConnection]:
    cursor = cursors.cursor()
    try:
        yield cursor
    finally:
        with contextlib.suppress(duckdb.Error):
            cursor.rollback()
        with contextlib.suppress(duckdb.Error):
            cursor.close()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
