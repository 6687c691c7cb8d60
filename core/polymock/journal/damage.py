"""Damaged journals: how they are known from files that are none, and how they are set aside."""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import shutil
from pathlib import Path

import duckdb
import msgspec

from polymock.errors import DamagedJournal, JournalError

LOG = ".wal"
"""What DuckDB adds to the name of a file for that of its write-ahead log."""
_SIGNATURE = b"DUCK"
_SIGNATURE_AT = 8
_HEAD = 12 * 1024
_LOG_SIGNATURE = b"\x64\x00\x62"
"""How the log begins: an entry that says its version. One that has none DuckDB deletes, unread."""
_MARK = b"journal_gaps"
"""A table of ours, as it stands in the file's catalog."""
_CHUNK = 1024 * 1024
_BROKEN = re.compile(
    r"(?:IO Error: |FATAL Error: |INTERNAL Error: |Serialization Error: )?"
    r"(?:Failed to create checkpoint because of error: )?"
    r"(?:Corrupt database file|Failed to (?:load|read) (?:meta|database))"
)
_CUT = re.compile(r"(?:\w+ Error: )?Could not read enough bytes from file \"([^\"]*)\"")
_REPLAY = re.compile(r"(?:\w+ Error: )?Failure while replaying WAL|(?:\w+ Error: )?Corrupt WAL")
_POSITION = re.compile(r"entry at byte position (\d+)")
_PASSING = re.compile(
    r"No space left|Could not write|Cannot open|Could not open|Permission denied|Read-only|"
    r"[Mm]emory|Input/output|Too many open|Interrupted"
)
"""What is wrong with the machine, not with the file."""
_KINDS = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException)


HINT = "a server that opens it sets it aside, and begins a new one"


class SetAside(msgspec.Struct, frozen=True):
    """A damaged journal that was put out of the way: where it was, where it is, what was wrong.

    `rows` are the exchanges that it says to have, None where DuckDB cannot open it.
    """

    path: str
    aside: str
    reason: str
    rows: int | None

    @property
    def message(self) -> str:
        """What happened, in a sentence."""
        return f"{self.reason}; it was set aside as {self.aside}, and a new one begun"

    @property
    def hint(self) -> str:
        """What to try in order to read it."""
        if self.rows is None:
            return "DuckDB cannot open it: put back a copy of it, if there is one"
        return (
            f"it has {self.rows} exchanges; to read what can be read of them: "
            f"polymock logs sql --journal {self.aside} 'FROM requests LIMIT 10'"
        )


def damage(path: str, error: duckdb.Error) -> DamagedJournal | None:
    """The damage of the journal that an error of DuckDB's tells of; None where it tells of none."""
    text = str(error)
    if not (type(error) is duckdb.Error or isinstance(error, _KINDS)) or _PASSING.search(text):
        return None
    if _REPLAY.match(text):
        position = _POSITION.search(text)
        return DamagedJournal(
            f"the write-ahead log of the journal {path} is damaged",
            HINT,
            in_log=True,
            whole=int(position[1]) if position else 0,
        )
    cut = _CUT.match(text)
    if _BROKEN.match(text) or (cut is not None and _same(cut[1], path)):
        return DamagedJournal(f"the journal {path} is damaged", HINT)
    return None


def check_log(path: str) -> None:
    """Raises DamagedJournal where a log is there that DuckDB would delete unread."""
    log = Path(path + LOG)
    with contextlib.suppress(FileNotFoundError):
        with log.open("rb") as file:
            head = file.read(len(_LOG_SIGNATURE))
            is_log = head == _LOG_SIGNATURE[: len(head)]
            if not is_log and not any(head):  # a machine without power leaves zeros
                is_log = not any(any(chunk) for chunk in iter(lambda: file.read(_CHUNK), b""))
        if not is_log:
            raise DamagedJournal(
                f"the write-ahead log of the journal {path} is damaged", HINT, in_log=True
            )
        if head and not Path(path).exists():
            raise DamagedJournal(f"the journal {path} is gone, but not its write-ahead log", HINT)


def check_whole(path: str, connection: duckdb.DuckDBPyConnection) -> None:
    """Raises DamagedJournal where the file is so much shorter than it says that something lacks.

    Blocks at its end that are free need not be there: a process that was killed had no time to
    write them.
    """
    row = connection.execute(
        "SELECT total_blocks * block_size, free_blocks * block_size FROM pragma_database_size()"
    ).fetchone()
    size, free = (int(row[0]), int(row[1])) if row else (0, 0)
    missing = size + _HEAD - Path(path).stat().st_size
    if missing > free:
        raise DamagedJournal(f"the journal {path} is damaged: {missing} bytes are cut off", HINT)


def is_ours(path: str) -> bool:
    """Whether a file that is no valid database was a journal: DuckDB's, empty, or once ours."""
    with Path(path).open("rb") as file:
        head = file.read(_HEAD)
        if head[_SIGNATURE_AT:].startswith(_SIGNATURE):
            return True
        is_empty, kept, chunk = not any(head), b"", head
        while chunk:
            if b"\0" in head and _MARK in kept + chunk:
                return True
            kept = chunk[-len(_MARK) :]
            chunk = file.read(_CHUNK)
            is_empty = is_empty and not any(chunk)
    return is_empty


def set_aside(path: str, found: DamagedJournal) -> SetAside:
    """Rename a damaged journal and its log, so that nothing is lost and a new one can begin.

    Nobody may have it open. Raises JournalError where the folder does not allow that.
    """
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = f"{path}.damaged-{stamp}"
    number = 1
    while os.path.lexists(aside) or os.path.lexists(aside + LOG):
        number += 1
        aside = f"{path}.damaged-{stamp}-{number}"
    try:
        _move(path, aside)
        if found.in_log:
            _keep_whole_part(aside, found.whole)
        _sync_folder(Path(path).absolute().parent)
    except OSError as error:
        raise JournalError(
            f"{found.message}, and cannot be set aside: {error.strerror}",
            f"move {path} away, or use another file: `--journal PATH`",
        ) from error
    return SetAside(path, aside, found.message, _count(aside))


def _move(path: str, aside: str) -> None:
    """Rename the file, then what stands beside it: DuckDB has other logs while it checkpoints."""
    file = Path(path)
    if file.exists():
        file.rename(aside)
    for entry in list(file.absolute().parent.iterdir()):
        suffix = entry.name.removeprefix(file.name)
        if suffix != entry.name and suffix.startswith(LOG):
            entry.rename(aside + suffix)


def _keep_whole_part(aside: str, whole: int) -> None:
    """Leave the database with the part of its log that can be read, the log beside it."""
    log = Path(aside + LOG)
    damaged = log.rename(f"{log}.damaged")
    if whole:
        with damaged.open("rb") as file, log.open("wb") as part:
            while whole and (chunk := file.read(min(whole, _CHUNK))):
                part.write(chunk)
                whole -= len(chunk)
            shutil.copymode(damaged, log)


def _count(path: str) -> int | None:
    """How many exchanges a journal says to have; None where it cannot be opened."""
    try:
        with duckdb.connect(path, read_only=True) as connection:
            connection.execute("SET enable_external_access = false")
            # The view of archived days is of no use here; in older versions it is a table.
            row = connection.execute(
                "SELECT max(estimated_size) FROM duckdb_tables() "
                "WHERE table_name IN ('exchanges', 'requests')"
            ).fetchone()
    except duckdb.Error:
        return None
    return int(row[0] or 0) if row else 0


def _same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
