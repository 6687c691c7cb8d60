"""The journal's file and the thread that writes it: groups, commits, and only then says done."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

import duckdb
import msgspec

from polymock.errors import JournalError
from polymock.ids import new_run, uuid7
from polymock.journal import sql
from polymock.journal.appender import Delivery, Event, Source, TableAppender
from polymock.journal.database import open_journal
from polymock.journal.frames import Batch, Contracts, Gap, Replies
from polymock.journal.redaction import Redactor
from polymock.journal.rows import Formatter
from polymock_schemas.commands import SqlResult
from polymock_schemas.journal import JournalStatus

GROUP_ROWS = 20_000
GROUP_BYTES = 8 * 1024 * 1024
PACE_SECONDS = 0.25
"""At most one commit in this time, as a commit costs milliseconds; sooner where so much waits or
somebody asks."""
QUERY_WAITS_SECONDS = 1.0
RETRY_SECONDS = (0.1, 5.0)
RETENTION_SECONDS = 60.0
RETENTION_CHUNK = 50_000
REFUSED = "DuckDB refused the exchange"
_REFUSALS = (duckdb.DataError, duckdb.IntegrityError, duckdb.ProgrammingError, OverflowError)
"""Errors of the rows, not of the disk: the same rows would fail again."""
_SERVER = Source(node="", run=0, resuming=0)

log = logging.getLogger("polymock.journal")


class Settings(msgspec.Struct, frozen=True):
    """`path` of the file, what to `redact`, and how many seconds to `retain` (None: for ever)."""

    path: str
    redact: tuple[str, ...] = ()
    retain: float | None = None


class Journal:
    """Owns the DuckDB file. Every method may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        """Open the file and start to write. Raises JournalError, ConfigError (in `redact`)."""
        self._settings = settings
        self._formatter = Formatter(Redactor(settings.redact))
        self._connection = open_journal(settings.path)
        self._appender = TableAppender(self._connection.cursor(), self._formatter)
        self._changed = threading.Condition()
        self._waiting: deque[Delivery] = deque()
        self._waiting_rows = self._waiting_bytes = 0
        self._group: Sequence[Delivery] = ()
        self._submitted = self._finished = self._asked = 0
        self._closing = False
        self._rows = self._gaps = self._dropped = 0
        self._last_error = ""
        self._next_retention = time.monotonic()
        self._run = new_run()
        self._events = itertools.count()
        self._thread = threading.Thread(target=self._work, name="journal-writer", daemon=True)
        self._thread.start()

    def submit(
        self,
        source: Source,
        frame: Batch | Replies | Contracts,
        done: Callable[[], None],
        size: int = 0,
    ) -> None:
        """Queue what a worker sent; `done` is called in the writer's thread once it is committed.

        Frames of one source are written in the order of the calls. `size` is the frame's in bytes.
        """
        self._put(Delivery(frame, source, done, size))

    def event(self, type_: str, actor: str, subject: str, data: object = None) -> None:
        """Queue a row of the table `events`; `data` is of JSON's types."""
        ts = time.time_ns() // 1000
        text = msgspec.json.encode(data if data is not None else {}).decode()
        id_ = uuid7(ts, self._run, next(self._events))
        self._put(Delivery(Event(id_, ts, type_, actor, subject, text), _SERVER, _nothing))

    def query(self, statement: str, limit: int = 1000, timeout_ms: int = 10_000) -> SqlResult:
        """Answer a user's query; see `sql.run`. Raises JournalError.

        Sees all that was submitted before, unless writing that takes longer than a second.
        """
        self.flush(QUERY_WAITS_SECONDS)
        return sql.run(self._connection, statement, limit, timeout_ms)

    def status(self) -> JournalStatus:
        """How the journal does."""
        with self._changed:
            batches = [d for d in (*self._group, *self._waiting) if isinstance(d.frame, Batch)]
            return JournalStatus(
                path=self._settings.path,
                rows=self._rows,
                waiting_batches=len(batches),
                waiting_rows=sum(batch.rows for batch in batches),
                gaps=self._gaps,
                dropped_rows=self._dropped,
                last_error=self._last_error if self._thread.is_alive() else "the writer has ended",
            )

    def flush(self, seconds: float = 5.0) -> bool:
        """Commit now what was submitted before, and wait for it; False if that took longer."""
        with self._changed:
            wanted = self._asked = self._submitted
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._finished >= wanted, seconds)

    def close(self) -> None:
        """Write what waits (one attempt where writing fails), and close the file."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        self._connection.close()

    def _put(self, delivery: Delivery) -> None:
        with self._changed:
            self._waiting.append(delivery)
            self._submitted += 1
            self._waiting_rows += delivery.rows
            self._waiting_bytes += delivery.size
            self._changed.notify_all()

    def _work(self) -> None:
        next_commit = 0.0
        while True:
            group = self._take(next_commit)
            if group:
                self._write(group)
                next_commit = time.monotonic() + PACE_SECONDS
                self._finish(group)
            elif self._closing:
                return
            if time.monotonic() >= self._next_retention:
                self._retain()

    def _take(self, not_before: float) -> list[Delivery]:
        """The next group; [] where there is none and the thread has something else to do."""
        with self._changed:
            while not (self._closing or self._is_group(self._waiting_rows, self._waiting_bytes)):
                if self._asked > self._finished:
                    break
                now = time.monotonic()
                wake = not_before if self._waiting else self._next_retention
                if wake <= now:
                    break
                self._changed.wait(wake - now)
            group: list[Delivery] = []
            rows = size = 0
            while self._waiting and not self._is_group(rows, size):
                again = self._waiting[0].again
                if again and group:
                    break
                delivery = self._waiting.popleft()
                group.append(delivery)
                rows += delivery.rows
                size += delivery.size
                if again:
                    break
            self._waiting_rows -= rows
            self._waiting_bytes -= size
            self._group = group
            return group

    @staticmethod
    def _is_group(rows: int, size: int) -> bool:
        """Whether so much is written at once rather than together with more."""
        return rows >= GROUP_ROWS or size >= GROUP_BYTES

    def _finish(self, group: Sequence[Delivery]) -> None:
        with self._changed:
            self._finished += len(group)
            self._group = ()
            self._changed.notify_all()

    def _write(self, group: Sequence[Delivery]) -> None:
        """Write the group, again and again where the disk fails, and report it done."""
        delay, longest = RETRY_SECONDS
        while True:
            try:
                written = self._appender.write(group)
            except _REFUSALS as error:
                self._write_one_by_one(group, error)
                return
            except duckdb.Error as error:
                self._failed(error)
                if self._closing:
                    return
                with self._changed:
                    self._changed.wait_for(lambda: self._closing, delay)
                delay = min(delay * 2, longest)
                self._reopen(error)
            else:
                with self._changed:
                    self._rows += written.rows
                    self._gaps += written.gaps
                    self._dropped += written.dropped
                    self._last_error = ""
                for delivery in group:
                    delivery.done()
                return

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

    def _reopen(self, error: duckdb.Error) -> None:
        """Get a new appender; where DuckDB gave the database up, a new connection."""
        try:
            if isinstance(error, (duckdb.FatalException, duckdb.InternalException)):
                self._connection.close()
                self._connection = open_journal(self._settings.path)
            self._appender = TableAppender(self._connection.cursor(), self._formatter)
        except (duckdb.Error, JournalError) as failure:
            self._failed(failure)

    def _failed(self, error: BaseException) -> None:
        text = str(error).partition("\n")[0]
        with self._changed:
            if text != self._last_error:
                log.error("the journal %s cannot be written: %s", self._settings.path, text)
            self._last_error = text

    def _retain(self) -> None:
        """Delete a chunk of what is too old; the rest of it after the next group."""
        self._next_retention = time.monotonic() + RETENTION_SECONDS
        if self._settings.retain is None:
            return
        before = time.time_ns() // 1000 - int(self._settings.retain * 1_000_000)
        try:
            if self._appender.delete_before(before, RETENTION_CHUNK) >= RETENTION_CHUNK:
                self._next_retention = time.monotonic()
        except duckdb.Error as error:
            self._failed(error)


def _nothing() -> None:
    """There is nobody to tell."""
