"""Writing groups of batches to DuckDB, each group in one transaction.

Exchanges repeat: same call, same answer, another time. So all of an exchange but its time, latency
and id is a *shape*, kept in a temporary table; a row that has been seen before costs a look-up by
its raw bytes and four numbers, and DuckDB joins the two in bulk.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import duckdb
import msgspec

from polymock.ids import uuid7, uuid_text
from polymock.journal.coverage.parts_table import PartsTable
from polymock.journal.frames import (
    Batch,
    CallPart,
    Contracts,
    Gap,
    MockPart,
    Parts,
    Replies,
    ReplyPart,
    decode_call,
)
from polymock.journal.rows import Columns, Formatter
from polymock_schemas.journal import EXCHANGES

MAX_SHAPES = 8192
MAX_SHAPE_BYTES = 16 * 1024 * 1024
MAX_WRITTEN_BYTES = 64 * 1024 * 1024
"""About so much text goes into one transaction, however little of it came over the socket: bodies
of known replies come once, and are written with every row."""
MALFORMED = "the worker sent an exchange that cannot be read"

_types = {column.name: column.type for column in EXCHANGES.columns}
_CREATE_SHAPES = (
    "CREATE OR REPLACE TEMP TABLE shapes (shape INTEGER, "
    + ", ".join(f"{name} {_types[name]}" for name in Columns._fields)
    + ")"
)
_VIOLATIONS = Columns._fields.index("violations")
_TIMES = {
    "id": "CAST(r.id AS UUID)",
    "ts": "make_timestamp(r.ts)",
    "latency_us": "r.latency_us",
}
_INSERT = " ".join(
    (
        "INSERT INTO exchanges SELECT",
        ", ".join(_TIMES.get(column.name, f"s.{column.name}") for column in EXCHANGES.columns),
        "FROM appender_data r JOIN shapes s USING (shape)",
    )
)
_ROW_TYPES = {"id": "UHUGEINT", "ts": "BIGINT", "latency_us": "BIGINT", "shape": "INTEGER"}
_INSERT_GAP = "INSERT INTO journal_gaps VALUES (make_timestamp(?::BIGINT), ?, ?, ?, ?)"
_INSERT_EVENT = "INSERT INTO events VALUES (?, make_timestamp(?::BIGINT), ?, ?, ?, ?)"
_FIND_GAP = "SELECT 1 FROM journal_gaps WHERE ts = make_timestamp(?::BIGINT) AND node = ?"

_epochs = itertools.count(1)
"""Numbers of shape tables. No two share one, or a source would take one's shapes for another's."""


class Event(msgspec.Struct, frozen=True):
    """A row of the table `events`; `data` is JSON text."""

    id: int
    ts: int
    type: str
    actor: str
    subject: str
    data: str


class Source(msgspec.Struct):
    """One connection of a worker: who it is, and what its batches refer to."""

    node: str
    run: int
    resuming: int
    replies: dict[int, dict[int, ReplyPart]] = {}
    """By generation and number."""
    shapes: dict[bytes, int] = {}
    valid_for: tuple[int, int, tuple[tuple[str, str], ...]] = (0, 0, ())
    """Of which shape table, generation and mocks `shapes` speaks."""


class Delivery(msgspec.Struct, frozen=True):
    """Something to write, what to call once it is committed, and its size in bytes."""

    frame: Batch | Replies | Contracts | Parts | Event
    source: Source
    done: Callable[[], None]
    size: int = 0

    @property
    def rows(self) -> int:
        """How many exchanges it holds."""
        return len(self.frame.rows) if isinstance(self.frame, Batch) else 0

    @property
    def since(self) -> int | None:
        """When its first exchange came; microseconds since 1970."""
        rows = self.frame.rows if isinstance(self.frame, Batch) else ()
        return rows[0][0] if rows else None

    @property
    def again(self) -> bool:
        """Whether it may have been received before, over a connection that broke."""
        return isinstance(self.frame, Batch) and self.frame.sequence <= self.source.resuming


class Written(msgspec.Struct, frozen=True):
    """What a transaction wrote: so many of the deliveries that it was given, the first ones."""

    deliveries: int
    rows: int
    gaps: int
    dropped: int
    is_inventoried: bool = False
    """Whether the parts of all contracts stand in the journal."""


class TableAppender:
    """Appends to the journal's tables over one cursor. Used by one thread."""

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        formatter: Formatter,
        announced: tuple[MockPart, ...] | None = None,
        parts: PartsTable | None = None,
    ) -> None:
        self.announced = announced
        """What workers say that they serve; None before they said it."""
        self.parts = parts if parts is not None else PartsTable()
        self._cursor = cursor
        self._formatter = formatter
        self._epoch: int
        self._mocks: tuple[MockPart, ...] | None = None
        self._count = self._bytes = self._weight = 0
        self._weights: list[int] = []
        """Of each shape, about how much text it is."""
        self._fresh: list[tuple[object, ...]] = []
        self._shape_appender: duckdb.Appender
        self._row_appender: duckdb.Appender
        self._forget_shapes()

    def write(self, deliveries: Sequence[Delivery], *, doubtful: bool = False) -> Written:
        """Write as much as is good for one transaction; where duckdb.Error is raised, nothing.

        `doubtful` tells that an attempt before this one failed, nobody knows how far it had come.
        """
        if self._count > MAX_SHAPES or self._bytes > MAX_SHAPE_BYTES:
            self._forget_shapes()
        cursor = self._cursor
        rows: list[tuple[int, int, int, int]] = []
        gaps: list[tuple[str, Gap]] = []
        mocks = self.announced
        self._weight = taken = 0
        try:
            cursor.begin()
            for delivery in deliveries:
                if self._weight > MAX_WRITTEN_BYTES:
                    break
                taken += 1
                frame, source = delivery.frame, delivery.source
                if isinstance(frame, Batch):
                    if doubtful or delivery.again:
                        if self._is_written(source, frame):
                            continue
                        # They are written in order: what comes behind is not written either.
                        doubtful, source.resuming = False, 0
                    self._collect(source, frame, rows, gaps)
                elif isinstance(frame, Replies):
                    source.replies.setdefault(frame.generation, {}).update(frame.replies)
                elif isinstance(frame, Contracts):
                    mocks = frame.mocks
                    self._formatter.hide(name for mock in mocks for name in mock.secrets)
                elif isinstance(frame, Parts):
                    self.parts.hear(source.run, frame)
                elif not (doubtful and self._is_noted(frame)):
                    self._insert_event(frame)
            if mocks is not None and mocks != self._mocks:
                self._replace_operations(mocks)
            self.parts.write(cursor)
            self._append(rows)
            for node, gap in gaps:
                cursor.execute(_INSERT_GAP, [gap.ts, node, gap.rows, gap.bytes, gap.reason])
            cursor.commit()
        except BaseException:
            self._undo()
            raise
        self._mocks = self.announced = mocks
        self.parts.wrote()
        self._forget_replies(deliveries[:taken])
        dropped = sum(gap.rows for _, gap in gaps)
        return Written(taken, len(rows), len(gaps), dropped, self.parts.is_complete)

    def _collect(
        self,
        source: Source,
        batch: Batch,
        rows: list[tuple[int, int, int, int]],
        gaps: list[tuple[str, Gap]],
    ) -> None:
        valid_for = (self._epoch, batch.generation, batch.mocks)
        if source.valid_for != valid_for:
            source.shapes, source.valid_for = {}, valid_for
        known, run, weights, bad = source.shapes, source.run, self._weights, 0
        for number, (ts, latency, data) in enumerate(batch.rows, batch.first):
            key = bytes(data)
            shape = known.get(key)
            if shape is None:
                try:
                    shape = known[key] = self._new_shape(source, batch, key)
                except (msgspec.DecodeError, LookupError):
                    bad += 1
                    continue
            rows.append((uuid7(ts, run, number), ts, latency, shape))
            self._weight += weights[shape]
        if batch.gap is not None:
            gaps.append((source.node, batch.gap))
        if bad:
            size = sum(len(bytes(data)) for _, _, data in batch.rows)
            gaps.append((source.node, Gap(batch.rows[0][0], bad, size, MALFORMED)))

    def _new_shape(self, source: Source, batch: Batch, data: bytes) -> int:
        call: CallPart = decode_call(data)
        reply = call.reply
        if isinstance(reply, int):
            reply = source.replies[batch.generation][reply]
        mock, protocol = batch.mocks[call.mock]
        columns = self._formatter.columns(call, reply, mock, protocol, source.node)
        violations = [{"location": v.location, "message": v.message} for v in columns.violations]
        values: list[object] = [*columns]
        values[_VIOLATIONS] = violations
        shape = self._count
        self._count += 1
        texts = len(columns.request_body or "") + len(columns.response_body or "")
        self._weights.append(texts)
        self._bytes += len(data) + texts
        self._fresh.append((shape, *values))
        return shape

    def _append(self, rows: list[tuple[int, int, int, int]]) -> None:
        if self._fresh:
            self._shape_appender.append_rows(self._fresh)
            self._shape_appender.flush()
            self._fresh = []
        if rows:
            self._row_appender.append_rows(rows)
            self._row_appender.flush()

    def _is_written(self, source: Source, batch: Batch) -> bool:
        if batch.rows:
            first = uuid_text(uuid7(batch.rows[0][0], source.run, batch.first))
            found = self._cursor.execute("SELECT 1 FROM requests WHERE id = ?", [first])
        elif batch.gap is not None:
            found = self._cursor.execute(_FIND_GAP, [batch.gap.ts, source.node])
        else:
            return True
        return found.fetchone() is not None

    def _is_noted(self, event: Event) -> bool:
        found = self._cursor.execute("SELECT 1 FROM events WHERE id = ?", [uuid_text(event.id)])
        return found.fetchone() is not None

    def _replace_operations(self, mocks: Sequence[MockPart]) -> None:
        names = [mock.name for mock in mocks]
        self._cursor.execute("DELETE FROM contract_parts WHERE NOT list_contains(?, mock)", [names])
        self.parts.serve(names)
        self._cursor.execute("DELETE FROM operations")
        with self._cursor.appender("operations") as operations:
            operations.append_rows(
                (mock.name, mock.protocol, o.name, o.id, o.summary, list(o.statuses))
                for mock in mocks
                for o in mock.operations
            )

    def _insert_event(self, event: Event) -> None:
        self._cursor.execute(
            _INSERT_EVENT,
            [
                uuid_text(event.id),
                event.ts,
                event.type,
                event.actor,
                event.subject,
                event.data,
            ],
        )

    def _undo(self) -> None:
        """Leave the failed transaction; what it put into the shape table is gone with it."""
        try:
            self._shape_appender.clear()
            self._row_appender.clear()
            self._cursor.rollback()
            self._forget_shapes()
        except duckdb.Error:
            # The connection itself is broken: the caller opens another one.
            self._epoch = next(_epochs)

    def _forget_shapes(self) -> None:
        self._cursor.execute(_CREATE_SHAPES)
        self._epoch = next(_epochs)
        self._count = self._bytes = 0
        self._weights = []
        self._fresh = []
        self._shape_appender = self._cursor.appender("shapes")
        self._row_appender = self._cursor.query_appender(_INSERT, _ROW_TYPES)

    def _forget_replies(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            if isinstance(delivery.frame, Batch):
                replies = delivery.source.replies
                for generation in [g for g in replies if g < delivery.frame.generation]:
                    del replies[generation]
