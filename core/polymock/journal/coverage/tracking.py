"""Looking into new exchanges in the background, while the journal is being written.

It takes a small share of the process's time, the more of it the less comes in. What it finds is
written with the mark of what has been looked into, so that nothing is lost where the process is
killed, and nothing is looked into twice but what came late.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import msgspec

from polymock.errors import JournalError
from polymock.journal.coverage.accounts import Account, Sighting, sightings
from polymock.journal.coverage.inventory import SHARED
from polymock.journal.coverage.keeping import Keeper
from polymock.journal.coverage.looking import Look, Rows, Stretch
from polymock.journal.coverage.pending import (
    BEGINNING,
    END,
    Plan,
    Window,
    pending,
    start_of,
    windows,
)
from polymock.journal.database import Cursors

PERIOD_SECONDS = 5.0
SHARE_BUSY, SHARE_IDLE = 0.04, 0.25
"""Of the time, while exchanges come in and while none do."""
LATE = timedelta(seconds=2)
"""Exchanges are looked into when no more of their ten seconds are expected."""
INVENTORY_SECONDS = 600.0
"""So long the contracts' parts are waited for, as those of before may be others."""
RECENT = timedelta(minutes=10)
WHOLE_SECONDS = 600.0
"""How often the whole journal is searched for what has not been looked into, not only its end."""
LAST_SECONDS = 2.0
"""So long it may go on after the journal was told to close."""

log = logging.getLogger("polymock.journal")


class Tracker:
    """A thread that looks into what a journal records; `journal` gives it cursors."""

    def __init__(self, journal: Cursors, rows: Callable[[], int]) -> None:
        self._journal = journal
        self._rows = rows
        """How many exchanges have been recorded; tells how busy the server is."""
        self._accounts = SHARED
        self._keeper: Keeper | None = None
        self._told = threading.Event()
        self._closing = threading.Event()
        self._next_whole = 0.0
        self._contracts: dict[str, str] | None = None
        """The versions of the contracts that it looks for parts of."""
        self._windows: list[Window] = []
        """Which parts of the whole journal are to be searched for what is new."""
        self._older: list[Plan] = []
        """What is new in one of them."""
        self._thread = threading.Thread(target=self._work, name="journal-coverage", daemon=True)

    def start(self) -> None:
        """Begin, once the contracts' parts are known."""
        self._thread.start()

    def know(self) -> None:
        """The parts of all contracts that are served now stand in the journal."""
        self._told.set()

    def close(self) -> None:
        """Look into the last of it, but not for long, and end."""
        self._closing.set()
        is_known = self._told.is_set()
        self._told.set()
        if self._thread.is_alive():
            self._thread.join()
        if is_known:
            with contextlib.suppress(duckdb.Error, JournalError):
                self._pass(time.monotonic() + LAST_SECONDS, END)

    def catch_up(self) -> None:
        """Look into all that is there, now; for tests and benchmarks, without the thread."""
        self._next_whole = 0.0
        while not self._pass(float("inf"), END):
            pass

    def _work(self) -> None:
        self._told.wait(INVENTORY_SECONDS)
        recorded = self._rows()
        while not self._closing.wait(0.0):
            begun = time.monotonic()
            try:
                is_done = self._pass(begun + PERIOD_SECONDS * SHARE_IDLE, _now() - LATE)
            except (duckdb.Error, JournalError) as error:
                # The disk is full, or the file is opened anew: nothing is lost, it is tried again.
                log.debug("coverage: %s", str(error).partition("\n")[0])
                self._keeper, is_done = None, True
            took = time.monotonic() - begun
            before, recorded = recorded, self._rows()
            share = SHARE_IDLE if recorded == before else SHARE_BUSY
            pause = took / share - took
            self._closing.wait(max(pause, PERIOD_SECONDS) if is_done else pause)

    def _pass(self, deadline: float, until: datetime) -> bool:
        """Look into what is new, up to the bucket of `until`; False where time ran out."""
        limit = until if until == END else start_of(until)
        with contextlib.closing(self._journal.cursor()) as cursor:
            if self._keeper is None:
                self._keeper = Keeper(cursor)
                self._next_whole, self._older, self._windows = 0.0, [], []
            with _reading(cursor) as rows:
                accounts = self._accounts.find(rows)
            if not accounts:
                return True
            self._take_up(cursor, accounts)
            with _reading(cursor) as rows:
                recent = start_of(_now() - RECENT)
                planned = pending(rows, Window(recent, limit)) if recent < limit else []
                is_whole = time.monotonic() >= self._next_whole and not self._windows
                if is_whole:
                    self._windows = windows(rows, BEGINNING, limit)
                    self._next_whole = time.monotonic() + WHOLE_SECONDS
            if is_whole:
                self._keeper.forget_before(
                    cursor, self._windows[0].since if self._windows else None
                )
            while planned or self._older or self._windows:
                if planned or self._older:
                    self._look(cursor, accounts, _latest(planned or self._older))
                else:
                    with _reading(cursor) as rows:
                        self._older = pending(rows, self._windows.pop())
                if time.monotonic() >= deadline:
                    return False
            return not self._keeper.tidy(cursor, _now())

    def _take_up(self, cursor: duckdb.DuckDBPyConnection, accounts: Mapping[str, Account]) -> None:
        """Begin anew where the contracts are others than before."""
        told = {name: account.version for name, account in accounts.items()}
        if told != self._contracts and self._keeper is not None:
            text = msgspec.json.encode(told, order="sorted").decode()
            self._keeper.renew(cursor, text)
            self._contracts = told
            self._next_whole, self._older, self._windows = 0.0, [], []

    def _look(
        self,
        cursor: duckdb.DuckDBPyConnection,
        accounts: Mapping[str, Account],
        planned: Sequence[Plan],
    ) -> None:
        found: list[Sighting] = []
        try:
            with self._accounts.lock, _reading(cursor) as rows:
                for plan in planned:
                    stretch = Stretch(plan.since, plan.until)
                    found.extend(sightings(accounts, Look(rows, stretch)))
        except duckdb.DataError as error:
            # A value that DuckDB makes nothing of: it would not the next time either.
            log.warning("coverage leaves exchanges out: %s", str(error).partition("\n")[0])
        if self._keeper is not None:
            done = [bucket for plan in planned for bucket in plan.done]
            self._keeper.keep(cursor, found, done)


def _latest(planned: list[Plan]) -> list[Plan]:
    """The last plan, or all slices of the last bucket; they are taken out."""
    taken = [planned.pop()]
    while planned and not planned[-1].done:
        taken.append(planned.pop())
    return taken


@contextlib.contextmanager
def _reading(cursor: duckdb.DuckDBPyConnection) -> Iterator[Rows]:
    """One transaction, whose statements all see the same rows."""

    def rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        return cursor.execute(statement, parameters or None).fetchall()

    cursor.execute("BEGIN TRANSACTION READ ONLY")
    try:
        yield rows
    finally:
        with contextlib.suppress(duckdb.Error):
            cursor.rollback()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
