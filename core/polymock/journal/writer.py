"""The journal's file and the thread that writes it: groups, commits, and only then says done."""

from __future__ import annotations

import contextlib
import itertools
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import duckdb
import msgspec

from polymock.errors import DamagedJournal, JournalError
from polymock.ids import new_run, uuid7
from polymock.journal import sql
from polymock.journal.appender import Delivery, Event, Source, TableAppender
from polymock.journal.archiving import Archive, Archived
from polymock.journal.coverage.tracking import Tracker
from polymock.journal.damage import damage
from polymock.journal.file import JournalFile
from polymock.journal.frames import Batch, Contracts, Gap, Parts, Replies
from polymock.journal.groups import Groups
from polymock.journal.reading import SECONDS, Reading, reading
from polymock.journal.redaction import Redactor
from polymock.journal.rows import Formatter
from polymock.journal.upkeep import Upkeep
from polymock_schemas.commands import SqlResult
from polymock_schemas.journal import JournalStatus

PACE_SECONDS = 0.25
"""At most one commit in this time, as a commit costs milliseconds; sooner where so much waits or
somebody asks."""
QUERY_WAITS_SECONDS = 1.0
RETRY_SECONDS = (0.1, 5.0)
MEMORY_RETRIES = 5
"""A batch that does not fit into DuckDB's memory so often is counted as a gap."""
LOOK_SECONDS = 1.0
"""So often the file is looked for: somebody may have taken it away."""
REFUSED = "DuckDB refused the exchange"
_REFUSALS = (duckdb.DataError, duckdb.IntegrityError, duckdb.ProgrammingError, OverflowError)
"""Errors of the rows, not of the disk: the same rows would fail again."""
_GIVEN_UP = (duckdb.FatalException, duckdb.InternalException, duckdb.ConnectionException)
"""Errors after which DuckDB does nothing more until the file is opened anew."""
_SERVER = Source(node="", run=0, resuming=0)

log = logging.getLogger("polymock.journal")


class Settings(msgspec.Struct, frozen=True):
    """`path` of the file, what to `redact`, how many seconds to `retain` what is recorded (None:
    for ever), and how many after its end a day goes into an archive (None: never)."""

    path: str
    redact: tuple[str, ...] = ()
    retain: float | None = None
    archive: float | None = None


class Journal:
    """Owns the DuckDB file. Every method may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        """Open the file and start to write. Raises JournalError, ConfigError (in `redact`)."""
        self._settings = settings
        self._formatter = Formatter(Redactor(settings.redact))
        self._file = JournalFile(settings.path)
        self._appender = TableAppender(self._file.cursor(), self._formatter)
        self._groups = Groups()
        self._changed = self._groups.changed
        self._rows = self._gaps = self._dropped = self._lost = 0
        self._last_error = self._set_aside = ""
        self._suspicion: tuple[int, DamagedJournal | None] | None = None
        """Which opening of the file somebody found broken, and how."""
        self._next_look = time.monotonic() + LOOK_SECONDS
        self._run = new_run()
        self._events = itertools.count()
        self._thread = threading.Thread(target=self._work, name="journal-writer", daemon=True)
        self._tracker = Tracker(self._file, lambda: self._rows)
        self._archive = Archive(settings.path, self._tell_archive)
        self._upkeep = Upkeep(
            self._file,
            self._archive,
            retain=settings.retain,
            archive_after=settings.archive,
            failed=self._say,
        )
        self._settle()
        self._tell_damage()
        self._thread.start()
        self._upkeep.start()
        self._tracker.start()

    def submit(
        self,
        source: Source,
        frame: Batch | Replies | Contracts | Parts,
        done: Callable[[], None],
        size: int = 0,
    ) -> None:
        """Queue what a worker sent; `done` is called in the writer's thread once it is committed.

        Frames of one source are written in the order of the calls. `size` is the frame's in bytes.
        """
        self._groups.put(Delivery(frame, source, done, size))

    def event(self, type_: str, actor: str, subject: str, data: object = None) -> None:
        """Queue a row of the table `events`; `data` is of JSON's types."""
        ts = time.time_ns() // 1000
        text = msgspec.json.encode(data if data is not None else {}).decode()
        id_ = uuid7(ts, self._run, next(self._events))
        self._groups.put(Delivery(Event(id_, ts, type_, actor, subject, text), _SERVER, _nothing))

    def query(self, statement: str, limit: int = 1000, timeout_ms: int = 10_000) -> SqlResult:
        """Answer a user's query; see `sql.run`. Raises JournalError.

        Sees all that was submitted before, unless writing that takes longer than a second.
        """
        self.flush(QUERY_WAITS_SECONDS)
        with self._noticing():
            return sql.run(self._file, statement, limit, timeout_ms)

    @contextlib.contextmanager
    def reading(self, seconds: float = SECONDS) -> Iterator[Reading]:
        """Read what is recorded, in one transaction of so many seconds at most.

        Sees all that was submitted before, as `query` does. Raises JournalError.
        """
        self.flush(QUERY_WAITS_SECONDS)
        with self._noticing(), reading(self._file, seconds) as journal:
            yield journal

    def compact(self, archive_after: float | None = None) -> Archived:
        """Delete what is too old, archive the days that ended so many seconds ago (None: as the
        config says), and make room in the file. Raises JournalError."""
        return self._upkeep.compact(archive_after)

    def clear(self, where: str, parameters: Mapping[str, Any]) -> tuple[int, int]:
        """Delete the exchanges `r` that a condition of ours names; how many, and how many stay as
        they are archived. Raises JournalError."""
        self.flush(QUERY_WAITS_SECONDS)
        return self._upkeep.clear(where, parameters)

    def status(self) -> JournalStatus:
        """How the journal does."""
        with self._changed:
            batches = self._groups.batches()
            return JournalStatus(
                path=self._settings.path,
                rows=self._rows,
                waiting_batches=len(batches),
                waiting_rows=sum(batch.rows for batch in batches),
                gaps=self._gaps,
                dropped_rows=self._dropped,
                last_error=self._last_error if self._thread.is_alive() else "the writer has ended",
                set_aside=self._set_aside,
                waiting_since=next((batch.since for batch in batches if batch.rows), None),
            )

    def flush(self, seconds: float = 5.0) -> bool:
        """Commit now what was submitted before, and wait for it; False if that took longer."""
        return self._groups.flush(seconds)

    def close(self) -> None:
        """Write what waits (one attempt where writing fails), and close the file."""
        self._upkeep.stop()
        self._groups.close()
        self._thread.join()
        self._file.interrupt()
        self._upkeep.join()
        if self._lost:
            log.error("%d exchanges could not be written to %s", self._lost, self._settings.path)
        self._tracker.close()
        self._file.close()

    def _work(self) -> None:
        next_commit = 0.0
        while True:
            group = self._groups.take(next_commit, self._next_look)
            if group:
                self._write(group)
                next_commit = time.monotonic() + PACE_SECONDS
                self._groups.finish(group)
            elif self._groups.closing:
                return
            if time.monotonic() >= self._next_look:
                self._look_after()

    def _write(self, group: Sequence[Delivery]) -> None:
        """Write the group, again and again where the disk fails, and report it done."""
        delay, longest = RETRY_SECONDS
        failures = 0
        while group:
            try:
                written = self._appender.write(group, doubtful=failures > 0)
            except _REFUSALS as error:
                self._write_one_by_one(group, error)
                return
            except duckdb.Error as error:
                self._failed(error)
                failures += 1
                if isinstance(error, duckdb.OutOfMemoryException) and (
                    len(group) > 1 or failures > MEMORY_RETRIES
                ):
                    self._write_one_by_one(group, error)
                    return
                if self._groups.closing and failures > 1:
                    self._lost += sum(delivery.rows for delivery in group)
                    return
                self._groups.wait(delay)
                delay = min(delay * 2, longest)
                self._recover(error)
            else:
                with self._changed:
                    self._rows += written.rows
                    self._gaps += written.gaps
                    self._dropped += written.dropped
                    self._last_error = ""
                if written.is_inventoried:
                    self._tracker.know()
                for delivery in group[: written.deliveries]:
                    delivery.done()
                group, failures = group[written.deliveries :], 0

    def _write_one_by_one(self, group: Sequence[Delivery], error: BaseException) -> None:
        if len(group) > 1:
            for delivery in group:
                self._write([delivery])
            return
        self._failed(error)
        delivery = group[0]
        frame = delivery.frame
        if isinstance(frame, Batch) and frame.rows:
            size = sum(len(bytes(data)) for _, _, data in frame.rows)
            gap = Gap(time.time_ns() // 1000, len(frame.rows), size, f"{REFUSED}: {error}"[:300])
            lost = msgspec.structs.replace(frame, rows=[], gap=gap)
            self._write([msgspec.structs.replace(delivery, frame=lost)])
        else:
            delivery.done()

    def _recover(self, error: duckdb.Error) -> None:
        """Get what is needed to write again: a new appender, or the file anew."""
        found = damage(self._settings.path, error)
        try:
            if found is not None or isinstance(error, _GIVEN_UP) or not self._file.is_there():
                self._open_anew(found)
            else:
                self._renew_appender()
        except (duckdb.Error, JournalError) as failure:
            self._failed(failure)

    def _look_after(self) -> None:
        """Open the file anew where it is gone, or somebody who read it found it broken."""
        self._next_look = time.monotonic() + LOOK_SECONDS
        with self._changed:
            suspicion, self._suspicion = self._suspicion, None
        is_broken = suspicion is not None and suspicion[0] == self._file.openings
        if is_broken or not self._file.is_there():
            try:
                self._open_anew(suspicion[1] if suspicion is not None and is_broken else None)
            except (duckdb.Error, JournalError) as failure:
                self._failed(failure)

    def _open_anew(self, found: DamagedJournal | None) -> None:
        was_there = self._file.is_there()
        self._file.reopen(found)
        self._renew_appender()
        self._settle()
        with self._changed:
            self._last_error = ""
        if not was_there:
            log.warning("the journal %s was taken away; a new one is begun", self._settings.path)
            self.event("journal.begun", "server", self._settings.path, {"reason": "taken away"})
        self._tell_damage()

    def _renew_appender(self) -> None:
        announced, parts = self._appender.announced, self._appender.parts
        parts.renew()
        self._appender = TableAppender(self._file.cursor(), self._formatter, announced, parts)

    def _settle(self) -> None:
        try:
            self._archive.settle(self._file)
        except (duckdb.Error, OSError) as error:
            self._say(f"archived days cannot be read: {_first_line(error)}")

    def _say(self, trouble: str) -> None:
        log.error("the journal %s: %s", self._settings.path, trouble)

    def _tell_archive(self, event: str, name: str) -> None:
        log.warning("the archive %s of the journal %s: %s", name, self._settings.path, event)
        self.event(event, "server", name)

    def _tell_damage(self) -> None:
        """Say in the log, the status and the table `events` what was set aside."""
        while self._file.set_aside:
            aside = self._file.set_aside.popleft()
            log.error("%s; %s", aside.message, aside.hint)
            with self._changed:
                self._set_aside = f"{aside.message}; {aside.hint}"
            self.event("journal.set_aside", "server", aside.path, aside)

    @contextlib.contextmanager
    def _noticing(self) -> Iterator[None]:
        """Read; have the file opened anew where that shows that it is broken."""
        opening = self._file.openings
        try:
            yield
        except JournalError as error:
            cause = error.__cause__
            if not isinstance(cause, duckdb.Error):
                raise
            found = damage(self._settings.path, cause)
            if self._groups.closing or (found is None and not isinstance(cause, _GIVEN_UP)):
                raise
            with self._changed:
                self._suspicion = opening, found
                self._next_look = 0.0
                self._changed.notify_all()
            if found is None:
                reason = self._last_error or "it is opened anew"
                raise JournalError(
                    f"the journal cannot be read now: {reason}", "ask again in a moment"
                ) from error
            raise JournalError(
                f"{found.message}; it is set aside and a new one begun",
                "`SELECT * FROM events WHERE type = 'journal.set_aside'` says where it is",
            ) from error

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, duckdb.ConnectionException) and self._last_error:
            return  # it is not open: why, has been said
        text = _first_line(error)
        with self._changed:
            if text != self._last_error:
                log.error("the journal %s cannot be written: %s", self._settings.path, text)
            self._last_error = text


def _first_line(error: BaseException) -> str:
    """What an error says, without DuckDB's names of kinds."""
    return re.sub(r"^(?:\w+ Error: )*(?:Failed to commit: )?", "", str(error).partition("\n")[0])


def _nothing() -> None:
    """There is nobody to tell."""
